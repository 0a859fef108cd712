// The point of a triangle that is nearest to a point.
#pragma once
#include <algorithm>

#include "vector.h"

namespace forge3d {

struct Closest {
    double squared, u, v;  // distance; the point is a + u · ab + v · ac
};

// A triangle with what every question about its nearest point needs.
struct Facet {
    Vec3 a, ab, ac;
    double bb, bc, cc;

    Facet() = default;
    Facet(const Vec3& first, const Vec3& second, const Vec3& third)
        : a(first), ab(second - first), ac(third - first), bb(dot(ab, ab)), bc(dot(ab, ac)), cc(dot(ac, ac)) {}

    // After Ericson 2005, "Real-Time Collision Detection", §5.1.5: by the region that the point projects into. A
    // triangle without area has no inside, and the regions of its edges and corners cover everything.
    Closest to(const Vec3& p) const {
        const Vec3 ap = p - a;
        const double pb = dot(ap, ab), pc = dot(ap, ac);
        const double area = bb * cc - bc * bc, u = cc * pb - bc * pc, v = bb * pc - bc * pb;
        const auto at = [&](double x, double y) {
            const Vec3 gap = ap - (ab * x + ac * y);
            return Closest{dot(gap, gap), x, y};
        };
        const auto along = [](double part, double whole) {
            return whole > 0 ? std::min(1.0, std::max(0.0, part / whole)) : 0.0;
        };
        if (area > 0 && u >= 0 && v >= 0 && u + v <= area) return at(u / area, v / area);
        const double w = along(pc - pb - bc + bb, bb - 2 * bc + cc);
        Closest best = at(along(pb, bb), 0);
        for (const Closest& other : {at(0, along(pc, cc)), at(1 - w, w)})
            if (other.squared < best.squared) best = other;
        return best;
    }
};

}  // namespace forge3d
