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

    struct Sample {
        Float3 direction, radiance;
        float density;  // over solid angle, with which the direction is chosen
    };
    // One of 65,536 directions that were chosen once and for all, evenly over the squares of what `u` may be.
    const Sample& sample(Float2 u) const {
        const int x = int(u.x * kSide), y = int(u.y * kSide);
        return samples_[size_t(y * kSide + x)];
    }
    // What is seen in a direction, and the density with which `sample` chooses it.
    Float3 seen(const Float3& direction, float& density) const;

private:
    static constexpr int kSide = 256;

    Sample drawn(Float2 u) const;
    Float3 texel(int32_t x, int32_t y) const { return Float3(&texels_[4 * (size_t(y) * width_ + size_t(x))]); }

    int32_t width_, height_;
    std::vector<float> texels_;   // radiance, and the part of the whole weight
    std::vector<float> columns_;  // of each row: parts of the row's weight up to and with a texel
    std::vector<float> rows_;     // parts of the whole weight up to and with a row
    std::vector<Sample> samples_;
};

}  // namespace forge3d
