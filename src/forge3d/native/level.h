// What a recorded collapse leaves after some of its steps.
#pragma once
#include "collapse.h"

namespace forge3d {

struct Level {
    std::vector<int32_t> triangles;  // numbers of those that are left, rising
    std::vector<int32_t> corners;    // three wedges for each of them
    std::vector<int32_t> point_of;   // of each wedge: the point that it stands at now
    std::vector<uint8_t> settled;    // of each wedge: whether `places` and `values` say better than the input
    std::vector<Vec3> places;        // of each wedge
    std::vector<double> values;      // kinds of each wedge
};

// The level after so many collapses. With `settle`, points inside a chart move to where the error of all the surface
// that they stand for is least, and their attributes to what they were on that surface there.
Level level(const Mesh& mesh, const std::vector<Outline>& outlines, const Record& record, int32_t collapses, bool settle);

}  // namespace forge3d
