// Which keys of animation tracks tell what lies between them.
#pragma once
#include <cstdint>

namespace forge3d {

enum Course : int32_t { kLinear = 0, kStep = 1, kSpline = 2 };

// One property over time: `width` numbers a key; of splines three times as many: in-tangent, value, out-tangent. A
// rotation is a quaternion (`width` 4, of unit length unless it is a spline); `apart` says that components are
// properties of their own, whose errors do not add up. `tolerance` is in radians or the values' units.
struct Track {
    const double* values;
    int32_t width, course, rotation, apart;
    double tolerance;
};

// Mark in `kept` the keys of tracks with the same `times`, which rise, without whose others every track stays within
// its tolerance at every time; first and last always stay. From each key on the longest stretch that still is goes,
// found by doubling and halving: about `count` · log(keys dropped in a row) looks at a key.
void keyframes(const double* times, int64_t count, const Track* tracks, int64_t track_count, uint8_t* kept);

}  // namespace forge3d
