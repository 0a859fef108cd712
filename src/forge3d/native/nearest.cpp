#include "nearest.h"

#include <algorithm>

namespace forge3d {

namespace {

constexpr int64_t kLeaf = 4;

double outside(double low, double high, double x) { return std::max(std::max(low - x, x - high), 0.0); }

double outside(const Vec3& low, const Vec3& high, const Vec3& p) {
    const Vec3 gap{outside(low.x, high.x, p.x), outside(low.y, high.y, p.y), outside(low.z, high.z, p.z)};
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
        triangles_[t] = {Facet({c[0], c[1], c[2]}, {c[3], c[4], c[5]}, {c[6], c[7], c[8]}), int32_t(t)};
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

bool Nearest::reaches(const Vec3& p, double squared, int32_t& guess) const {
    if (guess >= 0 && triangles_[place_[guess]].to(p).squared <= squared) return true;
    int64_t stack[128];
    int top = 0;
    stack[top++] = 0;
    while (top) {
        const Node& node = nodes_[stack[--top]];
        if (node.left < 0) {
            for (int64_t i = node.begin; i < node.end; ++i)
                if (triangles_[i].to(p).squared <= squared) {
                    guess = triangles_[i].number;
                    return true;
                }
            continue;
        }
        const Node &l = nodes_[node.left], &r = nodes_[node.left + 1];
        const double dl = outside(l.low, l.high, p), dr = outside(r.low, r.high, p);
        const bool right_first = dr < dl;  // the nearer is pushed last
        if ((right_first ? dl : dr) <= squared) stack[top++] = node.left + !right_first;
        if ((right_first ? dr : dl) <= squared) stack[top++] = node.left + right_first;
    }
    return false;
}

void Nearest::measure(const Triangle& t, const Vec3& p, Hit& best) const {
    const Closest found = t.to(p);
    if (found.squared < best.squared || (found.squared == best.squared && t.number < best.triangle))
        best = {found.squared, t.number, found.u, found.v};
}

}  // namespace forge3d
