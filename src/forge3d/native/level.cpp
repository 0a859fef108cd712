#include "level.h"

#include <algorithm>

#include "closest.h"

namespace forge3d {

namespace {

constexpr double kStay = 1e-3;        // weight of staying where one is, in areas: decides where the surface is flat
constexpr double kLeastFacing = 0.7;  // cosine of the angle that a triangle may turn by in settling
constexpr double kStray = 0.5;        // of what the collapse has strayed by, as far as settling may leave where a point was
constexpr double kFarthest = 1;       // shortest edges that a point may move by

// The place where a quadric is least, drawn to `from` by `stay`; false where there is no telling.
bool least(const Quadric& q, const Vec3& from, double stay, Vec3& place) {
    const double a = q.m[0] + stay, b = q.m[1] + stay, c = q.m[2] + stay, d = q.m[3], e = q.m[4], f = q.m[5];
    const double x = b * c - f * f, y = e * f - d * c, z = d * f - e * b, det = a * x + d * y + e * z;
    const double size = a + b + c;
    if (!(det > 1e-12 * size * size * size)) return false;
    const double r = stay * from.x - q.v[0], s = stay * from.y - q.v[1], t = stay * from.z - q.v[2];
    place = Vec3{x * r + y * s + z * t, y * r + (a * c - e * e) * s + (d * e - a * f) * t,
                 z * r + (d * e - a * f) * s + (a * b - d * d) * t} *
            (1 / det);
    return std::isfinite(place.x) && std::isfinite(place.y) && std::isfinite(place.z);
}

// The corners of a level by the point that they stand at, one point after another.
struct Around {
    std::vector<int64_t> starts, corners;
    Around(const Level& level, size_t points) : starts(points + 1, 0), corners(level.corners.size()) {
        for (const int32_t wedge : level.corners) ++starts[level.point_of[wedge] + 1];
        for (size_t p = 0; p < points; ++p) starts[p + 1] += starts[p];
        std::vector<int64_t> next(starts.begin(), starts.end() - 1);
        for (size_t c = 0; c < level.corners.size(); ++c) corners[next[level.point_of[level.corners[c]]]++] = int64_t(c);
    }
};

class Settling {
  public:
    Settling(const Mesh& mesh, const Quadrics& quadrics, double strays, Level& level)
        : mesh_(mesh), quadrics_(quadrics), strays_(strays), level_(level), places_(mesh.points), around_(level, mesh.points.size()) {}

    void run() {
        for (size_t p = 0; p < mesh_.points.size(); ++p)
            if (around_.starts[p] < around_.starts[p + 1] && !mesh_.locked[p] && inside(p)) settle(int32_t(p));
    }

  private:
    // Whether one wedge is all that stands at a point, and the surface goes on all round it.
    bool inside(size_t p) {
        seen_.clear();
        const int32_t wedge = level_.corners[around_.corners[around_.starts[p]]];
        int64_t turn = 0;  // each neighbour begins one far side and ends one
        for (int64_t i = around_.starts[p]; i < around_.starts[p + 1]; ++i) {
            const int64_t c = around_.corners[i], first = next_corner(c), second = next_corner(first);
            if (level_.corners[c] != wedge) return false;
            seen_.push_back({at(first), 1});
            seen_.push_back({at(second), -1});
            ++turn;
        }
        std::sort(seen_.begin(), seen_.end());
        for (size_t i = 0; i < seen_.size(); i += 2)
            if (i + 1 >= seen_.size() || seen_[i].first != seen_[i + 1].first || seen_[i].second == seen_[i + 1].second ||
                (i + 2 < seen_.size() && seen_[i + 2].first == seen_[i].first))
                return false;
        return turn > 2;
    }

    void settle(int32_t p) {
        const int32_t wedge = level_.corners[around_.corners[around_.starts[p]]];
        Quadric q = quadrics_.surface[p];
        q += quadrics_.attributes.where_values_follow(wedge);
        Vec3 place;
        if (!least(q, mesh_.points[p], kStay * quadrics_.area[p], place) || !fits(p, place)) return;
        double* values = level_.values.data() + size_t(wedge) * mesh_.kinds;
        if (!quadrics_.attributes.best_values(wedge, place, values) && mesh_.kinds) return;
        places_[p] = level_.places[wedge] = place;
        level_.settled[wedge] = 1;
    }

    // Whether no triangle turns over, now or from how it stood at first, or is drawn out, and the surface does not stray from where the point was.
    bool fits(int32_t p, const Vec3& place) const {
        const Vec3 moved = place - places_[p];
        bool near = dot(moved, moved) <= strays_;
        for (int64_t i = around_.starts[p]; i < around_.starts[p + 1]; ++i) {
            const int64_t first = next_corner(around_.corners[i]), second = next_corner(first);
            const Vec3 b = places_[at(first)], edge = b - places_[p], side = places_[at(second)] - b;
            if (dot(moved, moved) > kFarthest * kFarthest * dot(edge, edge)) return false;
            const Vec3 before = cross(side, places_[p] - b), after = cross(side, place - b);
            if (dot(before, after) <= kLeastFacing * length(before) * length(after)) return false;
            if (dot(facing(around_.corners[i]), after) < 0) return false;
            near = near || Facet(place, b, places_[at(second)]).to(places_[p]).squared <= strays_;
        }
        return near;
    }

    // The way that the triangle of a corner faced at first.
    Vec3 facing(int64_t corner) const {
        const int64_t t = 3 * int64_t(level_.triangles[corner / 3]);
        const Vec3 a = mesh_.points[mesh_.point_at(t)];
        return cross(mesh_.points[mesh_.point_at(t + 1)] - a, mesh_.points[mesh_.point_at(t + 2)] - a);
    }

    int32_t at(int64_t corner) const { return level_.point_of[level_.corners[corner]]; }

    const Mesh& mesh_;
    const Quadrics& quadrics_;
    const double strays_;  // squared distance
    Level& level_;
    std::vector<Vec3> places_;
    Around around_;
    std::vector<std::pair<int32_t, int>> seen_;
};

}  // namespace

Level level(const Mesh& mesh, const std::vector<Outline>& outlines, const Record& record, int32_t collapses, bool settle) {
    Level result;
    const std::vector<int32_t> points = record.points.after(collapses), wedges = record.wedges.after(collapses);
    const size_t count = mesh.point_of.size();
    result.point_of.resize(count);
    for (size_t w = 0; w < count; ++w) result.point_of[w] = points[mesh.point_of[w]];
    for (size_t t = 0; t < mesh.corners.size(); t += 3) {
        int32_t now[3];
        for (int c = 0; c < 3; ++c) now[c] = wedges[mesh.corners[t + c]];
        const int32_t a = result.point_of[now[0]], b = result.point_of[now[1]], c = result.point_of[now[2]];
        if (a == b || b == c || c == a || record.dropped[record.piece_of[a]] < collapses) continue;
        result.triangles.push_back(int32_t(t / 3));
        result.corners.insert(result.corners.end(), now, now + 3);
    }
    result.settled.assign(count, 0);
    result.places.resize(count);
    for (size_t w = 0; w < count; ++w) result.places[w] = mesh.points[result.point_of[w]];
    result.values = mesh.values;
    if (settle && collapses) {
        const Quadrics quadrics(mesh, outlines, &points, &wedges);
        Settling(mesh, quadrics, kStray * kStray * record.strays[collapses - 1], result).run();
    }
    return result;
}

}  // namespace forge3d
