#include "nearest.h"

#include <algorithm>

namespace forge3d {

namespace {

constexpr int64_t kLeaf = 4;

double outside(const Vec3& low, const Vec3& high, const Vec3& p) {
    const Vec3 gap{std::max({low.x - p.x, p.x - high.x, 0.0}), std::max({low.y - p.y, p.y - high.y, 0.0}),
                   std::max({low.z - p.z, p.z - high.z, 0.0})};
    return dot(gap, gap);
}

void widen(Vec3& low, Vec3& high, const Vec3& p) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y), std::max(high.z, p.z)};
}

}  // namespace

Nearest::Nearest(const double* corners, int64_t triangles) : triangles_(triangles), place_(triangles) {
    if (triangles < 1) throw BadArgument("there is no triangle to be near to");
    for (int64_t i = 0; i < triangles * 9; ++i)
        if (!std::isfinite(corners[i])) throw BadArgument("a corner of a triangle is not a finite number");
    for (int64_t t = 0; t < triangles; ++t) {
        const double* c = corners + 9 * t;
        const Vec3 a{c[0], c[1], c[2]};
        triangles_[t] = {a, Vec3{c[3], c[4], c[5]} - a, Vec3{c[6], c[7], c[8]} - a, int32_t(t)};
    }
    nodes_.reserve(size_t(triangles) + 1);
    nodes_.emplace_back();
    build(0, 0, triangles);
    for (int64_t i = 0; i < triangles; ++i) place_[triangles_[i].number] = i;
}

void Nearest::build(int64_t node, int64_t begin, int64_t end) {
    const auto middle = [](const Triangle& t) { return t.a * 3 + t.ab + t.ac; };
    Vec3 low{INFINITY, INFINITY, INFINITY}, high{-INFINITY, -INFINITY, -INFINITY}, from = low, to = high;
    for (int64_t i = begin; i < end; ++i) {
        const Triangle& t = triangles_[i];
        for (const Vec3& p : {t.a, t.a + t.ab, t.a + t.ac}) widen(low, high, p);
        widen(from, to, middle(t));
    }
    nodes_[node] = {low, high, begin, end, -1};
    if (end - begin <= kLeaf) return;
    const Vec3 spread = to - from;
    const int axis = spread.x >= spread.y && spread.x >= spread.z ? 0 : spread.y >= spread.z ? 1 : 2;
    const int64_t half = begin + (end - begin) / 2;  // halves, so the depth is a logarithm whatever the triangles are
    std::nth_element(triangles_.begin() + begin, triangles_.begin() + half, triangles_.begin() + end,
                     [&](const Triangle& s, const Triangle& t) {
                         const double x = middle(s)[axis], y = middle(t)[axis];
                         return x != y ? x < y : s.number < t.number;
                     });
    const int64_t left = int64_t(nodes_.size());
    nodes_[node].left = left;
    nodes_.resize(nodes_.size() + 2);
    build(left, begin, half);
    build(left + 1, half, end);
}

Nearest::Hit Nearest::query(const Vec3& p, int32_t guess) const {
    Hit best;
    if (guess >= 0 && size_t(guess) < place_.size()) measure(triangles_[place_[guess]], p, best);
    std::pair<double, int64_t> stack[128];  // depth is at most 64: each level halves
    int top = 0;
    stack[top++] = {outside(nodes_[0].low, nodes_[0].high, p), 0};
    while (top) {
        const auto [squared, number] = stack[--top];
        if (squared > best.squared) continue;
        const Node& node = nodes_[number];
        if (node.left < 0) {
            for (int64_t i = node.begin; i < node.end; ++i) measure(triangles_[i], p, best);
            continue;
        }
        const Node &l = nodes_[node.left], &r = nodes_[node.left + 1];
        const double dl = outside(l.low, l.high, p), dr = outside(r.low, r.high, p);
        const bool right_first = dr < dl;  // the nearer is pushed last
        if (const double far = right_first ? dl : dr; far <= best.squared) stack[top++] = {far, node.left + !right_first};
        if (const double near = right_first ? dr : dl; near <= best.squared) stack[top++] = {near, node.left + right_first};
    }
    return best;
}

// After Ericson 2005, "Real-Time Collision Detection", §5.1.5: by the region that the point projects into. A triangle
// without area has no inside, and the regions of its edges and corners cover everything.
void Nearest::measure(const Triangle& t, const Vec3& p, Hit& best) const {
    const auto consider = [&](double u, double v) {
        const Vec3 gap = p - (t.a + t.ab * u + t.ac * v);
        const double squared = dot(gap, gap);
        if (squared < best.squared || (squared == best.squared && t.number < best.triangle))
            best = {squared, t.number, u, v};
    };
    const auto along = [](double part, double whole) {
        return whole > 0 ? std::min(1.0, std::max(0.0, part / whole)) : 0.0;
    };
    const Vec3 ap = p - t.a;
    const double bb = dot(t.ab, t.ab), bc = dot(t.ab, t.ac), cc = dot(t.ac, t.ac), pb = dot(ap, t.ab), pc = dot(ap, t.ac);
    const double area = bb * cc - bc * bc, u = cc * pb - bc * pc, v = bb * pc - bc * pb;
    if (area > 0 && u >= 0 && v >= 0 && u + v <= area) return consider(u / area, v / area);
    consider(along(pb, bb), 0);
    consider(0, along(pc, cc));
    const double w = along(pc - pb - bc + bb, bb - 2 * bc + cc);
    consider(1 - w, w);
}

}  // namespace forge3d
