// The luma and chroma that WebP's decoder turns into a colour, for areas that have one colour only.
#pragma once
#include <array>
#include <cstdint>
#include <unordered_map>

namespace forge3d {

struct Stored {
    uint8_t y, u, v;
};

// Where a picture is even, what rounding makes of its colour is the same on every pixel, and seen all over a product:
// one step of green is plainly visible. Of the whole numbers around the exact ones those are taken that decode nearest,
// which for a saturated colour may be none of the nearest: what lies beyond black and white is clipped, and free.
class EvenColours {
   public:
    // How much an error of red, green and blue counts.
    explicit EvenColours(const float* weights) : weights_{weights[0], weights[1], weights[2]} {}

    // The best for a colour, 0 to 255.
    Stored best(const float* colour);

   private:
    std::array<float, 3> weights_;
    std::unordered_map<uint64_t, Stored> found_;  // by the colour in sixteenths
};

}  // namespace forge3d
