// How far the surface strays in a collapse, both ways: of the points that have gone from the triangles that are left,
// and of the new triangles from the surface that there was.
//
// Every point that has gone is held by a triangle that it was near to, after Klein, Liebich & Strasser 1996 ("Mesh
// reduction with error control"): a collapse changes triangles round one point only, so only what these hold is measured.
#pragma once
#include "nearest.h"
#include "ring.h"

namespace forge3d {

class Astray {
  public:
    explicit Astray(const Mesh& mesh);

    // The squared distance by which a → b strays further than `squared`: some such distance, or 0 where there is none.
    double beyond(const Ring& ring, int32_t a, int32_t b, double squared);
    // Hand what the ring's triangles hold, and its point, to those that a → b leaves.
    void move(const Ring& ring, int32_t a, int32_t b);

  private:
    struct Triangle : Facet {
        int32_t number;
    };
    void leave(const Ring& ring, int32_t b);  // what a → b leaves, in `fan_`

    const Mesh& mesh_;
    Nearest surface_;
    std::vector<int32_t> held_, next_;  // of each triangle the first point that it holds; of each point the next one
    std::vector<Triangle> fan_;
    std::vector<int32_t> moving_;
};

}  // namespace forge3d
