// A thin film over a surface: KHR_materials_iridescence (Belcour and Barla 2017, "A Practical Extension to Microfacet
// Theory for the Modeling of Varying Iridescence"). The same model as shaders/layers/iridescence.glsl.
#pragma once
#include "float3.h"

namespace forge3d {

struct Film {
    float part = 0;       // of the surface that it covers, 0 to 1
    float thickness = 0;  // nanometres
    float ior = 1.3f;

    // What film and base mirror at an angle, in linear sRGB; `base`: the base's reflectance at the normal towards air.
    Float3 reflectance(float cosine, const Float3& base) const;
};

}  // namespace forge3d
