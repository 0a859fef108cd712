// How much of the sky points of a surface see, direction by direction, and what they see in its place.
#pragma once
#include <vector>

#include "stage.h"

namespace forge3d {

// Directions all around, and the cells of the sky that they stand for.
struct Cells {
    const float* directions;  // (count, 3), unit
    const int32_t* cell_of;   // (count,)
    int32_t count, cells;
};

constexpr int32_t kMostCells = 128, kParts = 63;  // seven bits and six of an entry
constexpr int64_t kDark = (1 << 19) - 1;          // in place of a site: no light comes from there

// Points are vertices of the stage, or several vertices that count as one. The first `two_sided` of `count` points have
// two sides. Sites are sides of points: the fronts first, then the backs.
struct Points {
    const int32_t* point_of;  // of each vertex; -1: none
    int64_t count, two_sided;
    int64_t sites() const { return count + two_sided; }
};

struct Transfer {
    // Of each site, from starts[i] to starts[i + 1]: the cells that something blocks, as
    // cell | parts blocked, of kParts, << 7 | the site that is seen there << 13.
    std::vector<int64_t> starts;
    std::vector<uint32_t> entries;
    // Of each site: reflectance 3, perceptual roughness, emitted radiance 3, the part of its rays that met backs of what
    // has one side.
    std::vector<float> looks;
};

// A site's rays begin in the triangles about its point, some way towards their middles, so that it stands for its
// surroundings, and none begins in an edge where surfaces meet. Directions into those triangles count as open.
// Raises BadArgument where a number is out of its bounds. The same arguments give the same, on any number of threads.
Transfer transfer(const Stage& stage, const Points& points, const Cells& cells, int32_t threads);

}  // namespace forge3d
