// A triangle list as points, wedges and charts, and what its quadrics are before anything collapses.
//
// A point is a place. A wedge is a point with one set of attributes. A chart of a point holds its wedges that differ in
// what may soften (normals); the texture of one chart must not meet that of another. A group is a set of triangles that
// must not be emptied: a primitive.
#pragma once
#include <vector>

#include "quadric.h"

namespace forge3d {

struct Mesh {
    std::vector<Vec3> points;
    std::vector<int32_t> point_of, chart_of, group_of;  // of each wedge
    std::vector<double> values;                         // kinds of each wedge
    std::vector<Vec3> normals;                          // of each wedge, zero where there are none
    std::vector<int32_t> corners;                       // three wedges a triangle
    std::vector<uint8_t> locked;                        // points that stay
    int kinds = 0;
    int32_t groups = 0;

    size_t triangles() const { return corners.size() / 3; }
    int32_t point_at(size_t corner) const { return point_of[corners[corner]]; }
    const double* values_of(int32_t wedge) const { return values.data() + size_t(wedge) * kinds; }

    // Throws BadArgument where an index is out of range, a number is not finite, or a triangle has a point twice.
    void check() const;
};

// An edge of a triangle along which the surface ends, or its chart does: planes upright on it hold the line.
struct Outline {
    int64_t corner;  // where it begins; it runs to the triangle's next corner
    double weight;
};
std::vector<Outline> outlines(const Mesh& mesh);

struct Quadrics {
    std::vector<Quadric> surface;  // of each point
    std::vector<double> area;      // of each point: what the surface's quadric weighs
    AttributeQuadrics attributes;  // of each wedge

    // Every triangle's share goes to what its corners have become: `point_now`, `wedge_now`, or null for themselves.
    Quadrics(const Mesh& mesh, const std::vector<Outline>& outlines, const std::vector<int32_t>* point_now,
             const std::vector<int32_t>* wedge_now);
};

inline int64_t next_corner(int64_t corner) { return corner % 3 == 2 ? corner - 2 : corner + 1; }

}  // namespace forge3d
