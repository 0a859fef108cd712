// An edge a → b moves point a, with all that stands on it, onto point b; the cheapest edge first.
//
// A wedge of a becomes the wedge of b in which its chart continues: inside a chart that is the only one, on a seam there
// is one on either side, so seams collapse along themselves without a special case. Where a chart does not continue
// across the edge, its wedge keeps its attributes and slides, which costs extra: deep levels degrade gently in place of
// stopping.
#include "collapse.h"

#include <algorithm>

#include "astray.h"
#include "heap.h"
#include "ring.h"

namespace forge3d {

namespace {

constexpr double kLeastFacing = 0.2;   // cosine of the angle that a triangle may turn by in one collapse
constexpr double kLeastFacingAtAll = 0;  // and of that to how it stood at first: none may end up on its back
constexpr double kSlideWeight = 4;     // of the error of attributes that leave their chart
constexpr double kShort = 1e-6;        // of an edge's squared length, to put short edges first where all is flat
constexpr double kRetry = 1.25;        // of its key, at least, to which a collapse goes back that would stray too far
constexpr double kLeastCost = 1e-280;   // that is tried again: above what underflows
constexpr double kMostCost = 1e300;
constexpr int32_t kReportEvery = 4096;  // collapses

struct Candidate {
    double key;
    int32_t b;
    bool operator<(const Candidate& o) const { return key != o.key ? key < o.key : b < o.b; }
};

class Work {
  public:
    Work(const Mesh& mesh, const std::vector<Outline>& outlines)
        : mesh_(mesh), rings_(mesh), quadrics_(mesh, outlines, nullptr, nullptr), pieces_(mesh),
          record_(mesh, pieces_), heap_(mesh.points.size() + pieces_.list.size()), target_(mesh.points.size(), -1),
          left_(size_t(mesh.groups), 0), astray_(mesh), points_left_(double(mesh.points.size())) {
        for (const double area : quadrics_.area) area_ += area;
        facing_.reserve(mesh.triangles());
        for (size_t t = 0; t < mesh.corners.size(); t += 3) {
            ++left_[mesh.group_of[mesh.corners[t]]];
            const Vec3 a = mesh.points[mesh.point_at(t)];
            facing_.push_back(unit(cross(mesh.points[mesh.point_at(t + 1)] - a, mesh.points[mesh.point_at(t + 2)] - a)));
        }
    }

    Record run(Progress progress) {
        const int32_t points = int32_t(mesh_.points.size());
        for (int32_t p = 0; p < points; ++p) consider(p);
        for (size_t k = 0; k < pieces_.list.size(); ++k)
            if (pieces_.list[k].group >= 0) heap_.set(points + int32_t(k), pieces_.list[k].cost());
        const double total = double(mesh_.triangles());
        double gone = 0;
        while (!heap_.empty()) {
            const auto [key, a] = heap_.pop();
            if (a >= points) {
                gone += drop(a - points, key);
                continue;
            }
            if (pieces_.list[pieces_.of[a]].gone) continue;
            rings_.gather(a, ring_);
            if (const Ring::Neighbour* edge = choose(a, key)) {
                gone += apply(a, *edge, key);
                if (record_.cost.size() % kReportEvery == 0) report(progress, gone / total);
            }
        }
        return std::move(record_);
    }

  private:
    // The area that a point stands for on average. What strays counts as if it were so large: for a spike, however
    // thin, is seen.
    double share() const { return area_ / points_left_; }

    // Leave out a whole piece, unless its group would be empty; the number of triangles that went. Where the surface
    // may not stray by as much as the piece is large, it waits until it may.
    int64_t drop(int32_t number, double key) {
        Piece& piece = pieces_.list[number];
        if (left_[piece.group] <= piece.left) return 0;
        const double waits = share() * piece.radius() * piece.radius();
        if (waits > key) {
            heap_.set(int32_t(mesh_.points.size()) + number, std::max(waits, kRetry * key));
            return 0;
        }
        record_.dropped[number] = int32_t(record_.removed.size());
        record(key, piece.radius(), int32_t(piece.left));
        left_[piece.group] -= piece.left;
        piece.gone = true;
        return piece.left;
    }

    void record(double cost, double distance, int32_t removed) {
        record_.cost.push_back(cost);
        record_.strays.push_back(cost / share());
        record_.distance.push_back(distance);
        record_.removed.push_back(removed);
    }

    // The edge of `ring_` along which a may collapse now that its key is the least; null where there is none: then it
    // is entered again with the key that it has to wait for.
    const Ring::Neighbour* choose(int32_t a, double key) {
        const int32_t first = target_[a];
        Candidate best{INFINITY, -1};
        const auto strays = [&](const Ring::Neighbour& edge) {
            const double far = astray_.beyond(ring_, a, edge.point, key / share());
            if (far > 0) best = std::min(best, Candidate{std::max({far * share(), kRetry * key, kLeastCost}), edge.point});
            return far > 0;
        };
        const Ring::Neighbour* edge = ring_.find(first);
        if (edge && may(a, *edge) && !strays(*edge)) return edge;
        candidates(a);
        for (const Candidate& c : found_) {
            if (c.key >= best.key) break;
            edge = ring_.find(c.b);
            if (c.b == first || !may(a, *edge)) continue;
            if (c.key > key) {
                best = c;
                break;
            }
            if (!strays(*edge)) return edge;
        }
        target_[a] = best.b;
        if (best.b >= 0) heap_.set(a, best.key);
        return nullptr;
    }

    // Enter a point's cheapest collapse into the queue; whether it may happen is asked when its turn comes.
    void consider(int32_t a) {
        rings_.gather(a, ring_);
        candidates(a);
        if (found_.empty()) {
            heap_.remove(a);
            target_[a] = -1;
        } else {
            target_[a] = found_[0].b;
            heap_.set(a, found_[0].key);
        }
    }

    // The same where only a → b is new.
    void consider(int32_t a, int32_t b) {
        rings_.gather(a, ring_);
        found_.clear();
        const Ring::Neighbour* edge = ring_.find(b);
        if (edge) candidate(a, *edge);
        if (!found_.empty() && found_[0] < Candidate{heap_.key(a), target_[a]}) {
            target_[a] = b;
            heap_.set(a, found_[0].key);
        }
    }

    // All collapses of a that borders and charts allow, cheapest first.
    void candidates(int32_t a) {
        found_.clear();
        if (mesh_.locked[a]) return;
        for (const Ring::Neighbour& n : ring_.neighbours) candidate(a, n);
        std::sort(found_.begin(), found_.end());
    }

    void candidate(int32_t a, const Ring::Neighbour& n) {
        if (!continues(n)) return;
        found_.push_back({cost(a, n.point) + preference(a, n.point), n.point});
    }

    // What a → b waits for beside its cost.
    double preference(int32_t a, int32_t b) const {
        const Vec3 gap = mesh_.points[b] - mesh_.points[a];
        return kShort * dot(gap, gap) * quadrics_.area[a];
    }

    // Whether borders and charts go on across an edge of the ring; then `partners_` says how.
    bool continues(const Ring::Neighbour& n) {
        return !ring_.crowded && (!ring_.border || n.count == 1) && partners(n);  // an open edge goes along itself only
    }

    // What a → b costs, in squared distance times area; `partners_` are those across its edge.
    double cost(int32_t a, int32_t b) const {
        const Vec3 target = mesh_.points[b];
        double total = std::max(quadrics_.surface[a].at(target), 0.0);
        for (size_t i = 0; i < ring_.wedges.size(); ++i) {
            const int32_t wedge = ring_.wedges[i], kept = partners_[i];
            const double slid = quadrics_.attributes.at(wedge, target, mesh_.values_of(kept));
            total += std::max(slid, 0.0) * (kept == wedge ? kSlideWeight : 1);
        }
        return total <= kMostCost ? total : kMostCost;  // also for what is not a number
    }

    // What each of the ring's wedges becomes across an edge; false where a chart would have to continue in two.
    bool partners(const Ring::Neighbour& n) {
        partners_.clear();
        const auto chart = [&](int32_t wedge) { return mesh_.chart_of[wedge]; };
        const bool two = n.count == 2;
        if (two && chart(n.here[0]) == chart(n.here[1]) && chart(n.there[0]) != chart(n.there[1])) return false;
        for (const int32_t wedge : ring_.wedges) {
            int32_t kept = -1;
            for (int side = 0; side < n.count && kept < 0; ++side)
                if (n.here[side] == wedge) kept = n.there[side];
            for (int side = 0; side < n.count && kept < 0; ++side)
                if (chart(n.here[side]) == chart(wedge)) kept = most_alike(wedge, n.point, n.there[side]);
            if (kept < 0) {  // it slides, where its group has a vertex
                if (mesh_.groups > 1 && !rings_.has_group(n.point, mesh_.group_of[wedge])) return false;
                kept = wedge;
            }
            partners_.push_back(kept);
        }
        return true;
    }

    // Of the wedges at b in the chart of `sample` the one whose normal is most like that of `wedge`.
    int32_t most_alike(int32_t wedge, int32_t b, int32_t sample) {
        int32_t best = sample;
        double most = -INFINITY;
        rings_.each_wedge(b, [&](int32_t other) {
            if (mesh_.chart_of[other] != mesh_.chart_of[sample]) return;
            const double alike = dot(mesh_.normals[wedge], mesh_.normals[other]);
            if (alike > most || (alike == most && other < best)) most = alike, best = other;
        });
        return best;
    }

    // Whether a → b leaves a surface: no fold, no closed tube, no triangle turned over, no group emptied. `ring_` is a's.
    bool may(int32_t a, const Ring::Neighbour& edge) {
        const int32_t b = edge.point;
        if (!continues(edge)) return false;
        // The link condition (Dey et al. 1999): they share no neighbour but those across the edge.
        int shared = 0;
        for (const Ring::Neighbour& n : ring_.neighbours)
            if (n.point != b && rings_.joined(n.point, b)) ++shared;
        if (shared != edge.count) return false;
        if (mesh_.groups > 1)
            for (int side = 0; side < edge.count; ++side) {
                const int32_t group = mesh_.group_of[edge.here[side]];
                const int takes = edge.count == 2 && mesh_.group_of[edge.here[1 - side]] == group ? 2 : 1;
                if (left_[group] <= takes) return false;
            }
        else if (left_[0] <= edge.count)
            return false;
        const Vec3 from = mesh_.points[a], to = mesh_.points[b];
        for (const Ring::Spoke& s : ring_.spokes) {
            if (s.first == b || s.second == b) continue;
            const Vec3 p = mesh_.points[s.first], side = mesh_.points[s.second] - p;
            const Vec3 before = cross(side, from - p), after = cross(side, to - p);
            if (dot(before, before) > 0 && dot(before, after) <= kLeastFacing * length(before) * length(after))
                return false;
            if (dot(after, facing_[s.triangle]) < kLeastFacingAtAll * length(after)) return false;
        }
        return true;
    }

    // Carry out a → b along an edge that `may` has just allowed; the number of triangles that went.
    int apply(int32_t a, const Ring::Neighbour edge, double key) {  // by value: the ring changes
        const int32_t b = edge.point;
        const double total = cost(a, b);
        const int32_t number = int32_t(record_.removed.size());
        const double area = quadrics_.area[a];
        const bool strayed = key > (total + preference(a, b)) * (1 + kShort);
        record(strayed ? key : total, area > 0 ? std::sqrt(total / area) : 0, edge.count);
        record_.points.record(a, b, number);
        quadrics_.surface[b] += quadrics_.surface[a];
        quadrics_.area[b] += area;
        for (size_t i = 0; i < ring_.wedges.size(); ++i)
            if (partners_[i] != ring_.wedges[i]) {
                record_.wedges.record(ring_.wedges[i], partners_[i], number);
                quadrics_.attributes.merge(partners_[i], ring_.wedges[i]);
            }
        for (int side = 0; side < edge.count; ++side) --left_[mesh_.group_of[edge.here[side]]];
        pieces_.list[pieces_.of[a]].left -= edge.count;
        around_.clear();
        for (const Ring::Neighbour& n : ring_.neighbours) around_.push_back(n.point);
        astray_.move(ring_, a, b);
        --points_left_;
        rings_.move(ring_, b, partners_);
        for (const int32_t p : around_)
            if (p == b || !heap_.has(p) || target_[p] == a)
                consider(p);
            else
                consider(p, b);  // what else it could do costs what it did
        rings_.gather(b, ring_);
        around_.clear();
        for (const Ring::Neighbour& n : ring_.neighbours)
            if (!heap_.has(n.point)) around_.push_back(n.point);
        for (const int32_t p : around_) consider(p);
        return edge.count;
    }

    const Mesh& mesh_;
    Rings rings_;
    Quadrics quadrics_;
    Pieces pieces_;
    Record record_;
    Heap heap_;  // points, then pieces
    std::vector<int32_t> target_;  // of each point in the queue: where it would go
    std::vector<int64_t> left_;    // triangles of each group
    std::vector<Vec3> facing_;     // of each triangle: the way it faced at first; zero where it had no area
    Astray astray_;
    double area_ = 0;         // of all points
    double points_left_;
    Ring ring_;
    std::vector<Candidate> found_;
    std::vector<int32_t> partners_, around_;
};

}  // namespace

Chain::Chain(size_t count) : becomes(count), when(count, INT32_MAX) {
    for (size_t i = 0; i < count; ++i) becomes[i] = int32_t(i);
}

std::vector<int32_t> Chain::after(int32_t collapses) const {
    // Whatever a thing becomes goes later than the thing itself, so latest first every answer is final when it is read.
    std::vector<int32_t> now(becomes.size()), moved;
    for (size_t i = 0; i < now.size(); ++i) {
        now[i] = int32_t(i);
        if (when[i] < collapses) moved.push_back(int32_t(i));
    }
    std::sort(moved.begin(), moved.end(),
              [&](int32_t x, int32_t y) { return when[x] != when[y] ? when[x] > when[y] : x < y; });
    for (const int32_t i : moved) now[i] = now[becomes[i]];
    return now;
}

Record collapse(const Mesh& mesh, const std::vector<Outline>& outlines, Progress progress) {
    if (mesh.corners.empty()) return Record(mesh, Pieces(mesh));
    return Work(mesh, outlines).run(progress);
}

}  // namespace forge3d
