// Noise filtered out of a traced picture.
#pragma once
#include "float3.h"

namespace forge3d {

// Non-local means (Buades et al. 2005) that knows how noisy each pixel is, and what is seen in it (Rousselle et al. 2012
// and 2013): a pixel becomes the mean of those about it whose surroundings differ by no more than noise explains, and
// that show alike surfaces. All arrays are (height, width, channels).
struct Noisy {
    int32_t width, height;
    const float* color;     // 3, straight
    const float* variance;  // 1, of the mean over the three channels
    const float* facts;     // 6: albedo, normal
    const float* alpha;     // 1: where it is 0 there is nothing
};
void clean(const Noisy& picture, int32_t threads, float* color);

}  // namespace forge3d
