// Light of one wavelength, where colours part: KHR_materials_dispersion.
#pragma once
#include "float3.h"

namespace forge3d {

struct Wave {
    float nanometres = 0;  // 0: all of them, still together
    Float3 weight{1};      // what light of this wavelength stands for, in linear sRGB

    // By a number from 0 to 1, as often as eyes and screens respond to it. Weights have the mean 1 in each channel, and at
    // most 3: noise stays bounded.
    static Wave chosen(float u);
};

// The index of refraction at a wavelength: the first two terms of Cauchy's, where `dispersion` is 20 over Abbe's number.
inline float dispersed(float ior, float dispersion, float nanometres) {
    return std::max(ior + (ior - 1) * dispersion / 20 * (523655 / (nanometres * nanometres) - 1.5168f), 1.0f);
}

}  // namespace forge3d
