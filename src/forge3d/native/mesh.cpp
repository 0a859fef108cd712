#include "mesh.h"

#include <algorithm>

namespace forge3d {

namespace {

constexpr double kBorderWeight = 3;  // of an open edge, in areas of a square on it
constexpr double kSeamWeight = 1;     // the same of an edge between charts
constexpr double kThin = 1e-9;        // triangles thinner than this tell no gradient

bool finite(const Vec3& p) { return std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.z); }

struct Edge {
    uint64_t key;
    int64_t corner;
    bool operator<(const Edge& o) const { return key != o.key ? key < o.key : corner < o.corner; }
};

// Each attribute as a linear function on a triangle; false where it is too thin to tell.
bool linear(const Mesh& mesh, const int32_t* wedge, double* functions) {
    const Vec3 p = mesh.points[mesh.point_of[wedge[0]]];
    const Vec3 first = mesh.points[mesh.point_of[wedge[1]]] - p, second = mesh.points[mesh.point_of[wedge[2]]] - p;
    const double a = dot(first, first), b = dot(first, second), c = dot(second, second), area = a * c - b * b;
    const double longest = std::max(a, c);
    if (!(area > kThin * longest * longest)) return false;
    const double *v0 = mesh.values_of(wedge[0]), *v1 = mesh.values_of(wedge[1]), *v2 = mesh.values_of(wedge[2]);
    for (int k = 0; k < mesh.kinds; ++k) {
        const double along = v1[k] - v0[k], across = v2[k] - v0[k];
        const Vec3 g = first * ((c * along - b * across) / area) + second * ((a * across - b * along) / area);
        double* f = functions + 4 * k;
        f[0] = g.x, f[1] = g.y, f[2] = g.z, f[3] = v0[k] - dot(g, p);
    }
    return true;
}

}  // namespace

void Mesh::check() const {
    const auto inside = [](const std::vector<int32_t>& numbers, size_t count) {
        return std::all_of(numbers.begin(), numbers.end(), [=](int32_t n) { return n >= 0 && size_t(n) < count; });
    };
    if (!inside(point_of, points.size())) throw BadArgument("a wedge names a point that there is not");
    if (!inside(corners, point_of.size())) throw BadArgument("a triangle names a wedge that there is not");
    if (!inside(group_of, size_t(groups))) throw BadArgument("a wedge names a group that there is not");
    if (!std::all_of(points.begin(), points.end(), finite) || !std::all_of(normals.begin(), normals.end(), finite) ||
        !std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
        throw BadArgument("a position, normal or value is not a finite number");
    for (size_t t = 0; t < corners.size(); t += 3) {
        const int32_t a = point_at(t), b = point_at(t + 1), c = point_at(t + 2);
        if (a == b || b == c || c == a) throw BadArgument("a triangle has a point twice");
    }
}

std::vector<Outline> outlines(const Mesh& mesh) {
    std::vector<Edge> edges(mesh.corners.size());
    for (size_t c = 0; c < edges.size(); ++c) {
        const uint64_t a = mesh.point_at(c), b = mesh.point_at(next_corner(c));
        edges[c] = {std::min(a, b) << 32 | std::max(a, b), int64_t(c)};
    }
    std::sort(edges.begin(), edges.end());
    std::vector<Outline> found;
    // The charts that a triangle has at the lower and the higher point of its edge.
    const auto charts = [&](const Edge& e) {
        const int64_t c = e.corner, n = next_corner(c);
        const int32_t here = mesh.chart_of[mesh.corners[c]], there = mesh.chart_of[mesh.corners[n]];
        return mesh.point_at(c) < mesh.point_at(n) ? std::pair(here, there) : std::pair(there, here);
    };
    for (size_t start = 0, end; start < edges.size(); start = end) {
        for (end = start + 1; end < edges.size() && edges[end].key == edges[start].key;) ++end;
        const bool open = end - start == 1;
        if (open || charts(edges[start]) != charts(edges[end - 1]))
            for (size_t i = start; i < end; ++i) found.push_back({edges[i].corner, open ? kBorderWeight : kSeamWeight});
    }
    std::sort(found.begin(), found.end(), [](const Outline& a, const Outline& b) { return a.corner < b.corner; });
    return found;
}

Quadrics::Quadrics(const Mesh& mesh, const std::vector<Outline>& outlines, const std::vector<int32_t>* point_now,
                   const std::vector<int32_t>* wedge_now)
    : surface(mesh.points.size()), area(mesh.points.size()), attributes(mesh.point_of.size(), mesh.kinds) {
    const auto point = [&](int64_t corner) {
        const int32_t p = mesh.point_at(corner);
        return point_now ? (*point_now)[p] : p;
    };
    const auto normal = [&](int64_t t) {
        const Vec3 a = mesh.points[mesh.point_at(t)];
        return cross(mesh.points[mesh.point_at(t + 1)] - a, mesh.points[mesh.point_at(t + 2)] - a);
    };
    std::vector<double> functions(4 * size_t(mesh.kinds));
    for (int64_t t = 0; t < int64_t(mesh.corners.size()); t += 3) {
        const Vec3 n = normal(t), up = unit(n);
        const double weight = length(n) / 2, offset = -dot(up, mesh.points[mesh.point_at(t)]);
        const bool told = mesh.kinds && linear(mesh, &mesh.corners[t], functions.data());
        for (int64_t c = t; c < t + 3; ++c) {
            surface[point(c)].add_plane(up, offset, weight);
            area[point(c)] += weight;
            const int32_t wedge = mesh.corners[c];
            if (told) attributes.add(wedge_now ? (*wedge_now)[wedge] : wedge, functions.data(), weight);
        }
    }
    for (const Outline& outline : outlines) {
        const int64_t a = outline.corner, b = next_corner(a);
        const Vec3 from = mesh.points[mesh.point_at(a)], along = mesh.points[mesh.point_at(b)] - from;
        const Vec3 upright = unit(cross(along, unit(normal(a - a % 3))));
        for (const int64_t c : {a, b})
            surface[point(c)].add_plane(upright, -dot(upright, from), outline.weight * dot(along, along));
    }
}

}  // namespace forge3d
