// Materials and textures as `light/material.py` packs them: the two layouts must stay equal.
#pragma once
#include "float3.h"

namespace forge3d {

enum SlotName : int {
    kBaseColor, kMetallicRoughness, kNormal, kEmissive, kSpecular, kSpecularColor, kClearcoat, kClearcoatRoughness,
    kClearcoatNormal, kSheenColor, kSheenRoughness, kTransmission, kAnisotropy, kDiffuseTransmission,
    kDiffuseTransmissionColor, kSpecularGlossiness, kIridescence, kIridescenceThickness, kSlots
};

struct Slot {
    int32_t texture;  // -1: none
    int32_t uv;       // which of the vertices' pairs
    float rows[6];    // texture transform, two rows of three
    float strength;   // of a normal map
};

enum Flags : int32_t { kDoubleSided = 1, kUnlit = 2, kGlossiness = 4, kThick = 8, kMask = 16, kBlend = 32, kBare = 64 };

struct Material {
    int32_t flags;
    float alpha_cutoff;
    float base_color[4];  // of specular-glossiness: the diffuse colour
    float metallic, roughness;
    float emissive[3];
    float ior;
    float specular, specular_color[3];
    float clearcoat, clearcoat_roughness;
    float sheen_color[3], sheen_roughness;
    float transmission;
    float extinction[3];      // of a thick one: per length of the scene
    float scattered[3];       // of extinction, the part that is scattered, each time once
    float scatter_anisotropy;
    float dispersion;
    float anisotropy, anisotropy_rotation;
    float diffuse_transmission, diffuse_transmission_color[3];
    float reflectance[3], glossiness;  // of specular-glossiness
    float iridescence, film_ior, film_thinnest, film_thickest;  // nanometres
    Slot slots[kSlots];
};

struct Texture {
    const uint8_t* texels;  // (height, width, 4)
    int32_t width, height;
    int32_t srgb;
    int32_t nearest;
    int32_t wrap[2];  // 0: repeat, 1: clamp, 2: mirror
};

struct Rgba {
    float r, g, b, a;
    Float3 rgb() const { return {r, g, b}; }
};

// Linear.
Rgba look_up(const Texture& texture, float u, float v);

}  // namespace forge3d
