// The light from all around: a latitude-longitude picture, and directions in proportion to its brightness.
#pragma once
#include <vector>

#include "sampling.h"

namespace forge3d {

class Sky {
public:
    // `picture`: (height, width, 3) linear radiance, top row first; direction d is seen at u = atan2(d.z, d.x) / 2π + ½,
    // v = asin(d.y) / π + ½, v upwards. Texels are interpolated.
    Sky(const float* picture, int32_t width, int32_t height);

    Float3 radiance(const Float3& direction) const;

    // A direction, and its density over solid angle.
    Float3 sample(Float2 u, float& density) const;
    float density(const Float3& direction) const;

private:
    Float3 texel(int32_t x, int32_t y) const { return Float3(&picture_[3 * (size_t(y) * width_ + size_t(x))]); }

    int32_t width_, height_, steps_;
    std::vector<float> picture_;
    std::vector<float> columns_;  // of each row: parts of the row's weight up to and with a texel
    std::vector<float> rows_;     // parts of the whole weight up to and with a row
    std::vector<int32_t> column_guides_, row_guides_;  // where to begin to look for a part (Chen and Asau 1974)
};

}  // namespace forge3d
