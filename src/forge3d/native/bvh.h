// A tree of boxes about triangles, for rays: four children a node, four triangles a leaf, tested four at a time.
#pragma once
#include <climits>
#include <vector>

#include "float3.h"

namespace forge3d {

typedef float Four __attribute__((vector_size(16)));
typedef int32_t FourInts __attribute__((vector_size(16)));

struct Ray {
    Float3 origin, direction;
    float far = INFINITY;  // in lengths of the direction
};

struct Hit {
    float distance = INFINITY, u = 0, v = 0;
    int32_t triangle = -1;
};

class Bvh {
public:
    // `corners`: (triangles, 3, 3). Corners that are not finite meet nothing. Sides do not matter.
    // Raises std::bad_alloc. Time: n log n; memory: about 100 bytes a triangle.
    Bvh(const float* corners, int64_t triangles);

    // The nearest triangle that `accept(triangle, u, v)` takes; u and v weigh the second and third corner. What accept
    // says must depend on its arguments alone: it is asked in any order.
    template <class Accept>
    Hit nearest(const Ray& ray, const Accept& accept) const;

    // Whether any triangle that `accept` takes is met.
    template <class Accept>
    bool blocked(const Ray& ray, const Accept& accept) const;

private:
    struct Node {
        Four low[3], high[3];
        int32_t child[4];  // a node, or ~leaf, or kNone
    };
    struct Leaf {
        Four corner[3], first[3], second[3];
        int32_t triangle[4];
    };
    struct Range {
        int64_t begin, end;
        Float3 low, high;
    };
    struct Builder;
    static constexpr int32_t kNone = INT_MIN;
    static constexpr int kDeepest = 48;  // from there on halves, so that the stack below always suffices
    static constexpr int kStack = 320;

    struct Lanes {
        Four origin[3], inverse[3];
    };
    static Lanes lanes(const Ray& ray);
    template <class Found>
    void walk(const Ray& ray, float& far, const Found& found) const;
    template <class Found>
    static bool meet(const Leaf& leaf, const Ray& ray, float& far, const Found& found);

    std::vector<Node> nodes_;
    std::vector<Leaf> leaves_;
};

inline Bvh::Lanes Bvh::lanes(const Ray& ray) {
    Lanes made;
    for (int axis = 0; axis < 3; ++axis) {
        const float d = ray.direction[axis];
        // A finite inverse: no infinity times zero below.
        const float inverse = 1 / (std::fabs(d) > 1e-18f ? d : std::copysign(1e-18f, d)), o = ray.origin[axis];
        made.origin[axis] = Four{o, o, o, o};
        made.inverse[axis] = Four{inverse, inverse, inverse, inverse};
    }
    return made;
}

// Calls `found(distance, u, v, triangle)` for what the ray meets before `far`, near boxes first; it returns whether to
// stop, and may have shortened `far`.
template <class Found>
void Bvh::walk(const Ray& ray, float& far, const Found& found) const {
    if (nodes_.empty()) return;
    const Lanes l = lanes(ray);
    struct Entry {
        float near;
        int32_t child;
    } stack[kStack];
    int top = 0;
    stack[top++] = {0, 0};
    while (top) {
        const Entry entry = stack[--top];
        if (entry.near > far) continue;
        if (entry.child < 0) {
            if (meet(leaves_[size_t(~entry.child)], ray, far, found)) return;
            continue;
        }
        const Node& node = nodes_[size_t(entry.child)];
        Four near = {0, 0, 0, 0}, until = {far, far, far, far};
        for (int axis = 0; axis < 3; ++axis) {
            const Four a = (node.low[axis] - l.origin[axis]) * l.inverse[axis];
            const Four b = (node.high[axis] - l.origin[axis]) * l.inverse[axis];
            const Four least = a < b ? a : b, most = a < b ? b : a;
            near = least > near ? least : near;
            until = most < until ? most : until;
        }
        // Rounding must not lose a box: two more units in the last place and a bit (Ize 2013).
        const FourInts hit = near <= until * 1.0000004f;
        const int base = top;
        for (int lane = 0; lane < 4; ++lane) {
            if (!hit[lane] || node.child[lane] == kNone) continue;
            int at = top++;
            for (; at > base && stack[at - 1].near < near[lane]; --at) stack[at] = stack[at - 1];
            stack[at] = {near[lane], node.child[lane]};
        }
    }
}

// Möller and Trumbore 1997, on four triangles.
template <class Found>
bool Bvh::meet(const Leaf& leaf, const Ray& ray, float& far, const Found& found) {
    const auto &e = leaf.first, &f = leaf.second;
    const Float3 &d = ray.direction, &o = ray.origin;
    const Four px = d.y * f[2] - d.z * f[1], py = d.z * f[0] - d.x * f[2], pz = d.x * f[1] - d.y * f[0];
    const Four inverse = 1.0f / (e[0] * px + e[1] * py + e[2] * pz);
    const Four tx = o.x - leaf.corner[0], ty = o.y - leaf.corner[1], tz = o.z - leaf.corner[2];
    const Four u = (tx * px + ty * py + tz * pz) * inverse;
    const Four qx = ty * e[2] - tz * e[1], qy = tz * e[0] - tx * e[2], qz = tx * e[1] - ty * e[0];
    const Four v = (d.x * qx + d.y * qy + d.z * qz) * inverse;
    const Four t = (f[0] * qx + f[1] * qy + f[2] * qz) * inverse;
    // A little wider than they are, so that no ray slips through between two that share an edge.
    constexpr float wider = 4e-6f;
    const FourInts inside = (u >= -wider) & (v >= -wider) & (u + v <= 1 + wider) & (t > 0.0f) & (t < far);
    for (int lane = 0; lane < 4; ++lane)
        if (inside[lane] && t[lane] < far && leaf.triangle[lane] >= 0 && found(t[lane], u[lane], v[lane], leaf.triangle[lane]))
            return true;
    return false;
}

template <class Accept>
Hit Bvh::nearest(const Ray& ray, const Accept& accept) const {
    Hit hit;
    float far = ray.far;
    walk(ray, far, [&](float t, float u, float v, int32_t triangle) {
        if (accept(triangle, u, v)) hit = {far = t, u, v, triangle};
        return false;
    });
    return hit;
}

template <class Accept>
bool Bvh::blocked(const Ray& ray, const Accept& accept) const {
    bool met = false;
    float far = ray.far;
    walk(ray, far, [&](float, float u, float v, int32_t triangle) { return met = accept(triangle, u, v); });
    return met;
}

}  // namespace forge3d
