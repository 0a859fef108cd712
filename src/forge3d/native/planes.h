// Red, green and blue as the luma and chroma planes that lossy WebP stores, chosen by what its decoder makes of them.
#pragma once
#include <cstdint>

namespace forge3d {

// What the planes are solved for. Numbers are 0 to 255; Y is 1.164 (luma - 16), U and V are chroma - 128.
struct PlaneRule {
    float luma[3];       // Y is the sum of these times (channel - what chroma gives it)
    float chroma[2][3];  // the change of U and V that a difference in the channels asks for; zeros keep them constant
    float start[2];      // U and V before that
};

// Means over cells of `side` pixels, `rows` × `columns` × 3, that are added to the channels; linear between cells.
struct Offsets {
    const float* means;
    int64_t rows, columns, side;
};

void split_planes(const uint8_t* pixels, int64_t width, int64_t height, const PlaneRule& rule, const Offsets& offsets,
                  uint8_t* y, uint8_t* u, uint8_t* v);

// Means over cells of `side` pixels of what `given`, of `step` bytes a pixel, lacks of `wanted`, of three: rows of three.
void lacking_means(const uint8_t* wanted, const uint8_t* given, int64_t step, int64_t width, int64_t height,
                   int64_t side, float* means);

}  // namespace forge3d
