// Nearest points on a triangle mesh.
#pragma once
#include <vector>

#include "closest.h"

namespace forge3d {

// Boxes within boxes around triangles that are near each other.
class Nearest {
  public:
    struct Hit {
        double squared = INFINITY;  // distance
        int32_t triangle = -1;
        double u = 0, v = 0;        // the point is a + u (b − a) + v (c − a)
    };
    // `corners`: nine numbers a triangle; at least one, all finite, or BadArgument.
    Nearest(const double* corners, int64_t triangles);
    // The nearest point to `p`; of equal ones the triangle with the lowest number. `guess` is a triangle that may be near.
    Hit query(const Vec3& p, int32_t guess) const;
    // Whether anything is within a squared distance of `p`; where it is, `guess` becomes that triangle.
    bool reaches(const Vec3& p, double squared, int32_t& guess) const;

  private:
    struct Triangle : Facet {
        int32_t number = -1;
    };
    struct Node {
        Vec3 low, high;
        int64_t begin, end;  // triangles of a leaf; else its children are `left` and the one after
        int64_t left;
    };
    void build(int64_t node, int64_t begin, int64_t end);
    void measure(const Triangle& triangle, const Vec3& p, Hit& best) const;

    std::vector<Triangle> triangles_;
    std::vector<int64_t> place_;  // of each triangle number: where it stands
    std::vector<Node> nodes_;
};

}  // namespace forge3d
