// Points that fill squares evenly, and the directions made of them.
#pragma once
#include "float3.h"

namespace forge3d {

// A hash of 32 bits whose every output bit depends on every input bit (Wellons 2018, "lowbias32").
inline uint32_t hashed(uint32_t x) {
    x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu;
    return x ^ x >> 16;
}
inline uint32_t hashed(uint32_t a, uint32_t b) { return hashed(a ^ (b * 0x9e3779b9u + 0x7f4a7c15u)); }

inline float unit_float(uint32_t bits) { return float(bits >> 8) * 0x1p-24f; }

inline uint32_t reversed(uint32_t x) {
    x = x << 16 | x >> 16;
    x = (x & 0x00ff00ffu) << 8 | (x & 0xff00ff00u) >> 8;
    x = (x & 0x0f0f0f0fu) << 4 | (x & 0xf0f0f0f0u) >> 4;
    x = (x & 0x33333333u) << 2 | (x & 0xccccccccu) >> 2;
    return (x & 0x55555555u) << 1 | (x & 0xaaaaaaaau) >> 1;
}

// Owen's scrambling by a hash (Laine and Karras 2011, constants of Vegdahl 2021) of a number with its bits reversed.
inline uint32_t scrambled_reversed(uint32_t x, uint32_t seed) {
    x ^= x * 0x3d20adeau;
    x += seed;
    x *= (seed >> 16) | 1;
    x ^= x * 0x05526c56u;
    return x ^ x * 0x53a22864u;
}

struct Float2 {
    float x, y;
};

// The samples of a pixel: for each pair of dimensions the first two of Sobol's, shuffled and scrambled for themselves
// (Burley 2020, "Practical Hash-based Owen Scrambling"). The same pixel and sample always get the same numbers.
class Sampler {
public:
    Sampler(uint32_t pixel, uint32_t sample) : seed_(hashed(pixel)), index_(sample) {}

    Float2 pair() {
        const uint32_t seed = hashed(seed_, dimension_++);
        const uint32_t index = shuffled(index_, seed);
        return {first(index, hashed(seed, 1)), first(second(index), hashed(seed, 2))};
    }

    float one() {
        const uint32_t seed = hashed(seed_, dimension_++);
        return first(shuffled(index_, seed), hashed(seed, 1));
    }

    // Numbers for things that a ray may meet in any order: each has its own, as evenly spread over the samples as ours.
    struct Decision {
        uint32_t seed, index;
        float of(int32_t thing) const {
            const uint32_t own = hashed(seed, uint32_t(thing));
            return first(shuffled(index, own), hashed(own, 1));
        }
    };
    Decision decision() { return {hashed(seed_, dimension_++), index_}; }

private:
    static uint32_t shuffled(uint32_t index, uint32_t seed) { return reversed(scrambled_reversed(reversed(index), seed)); }
    // The first dimension is the index with its bits reversed.
    // The second's matrix is Pascal's triangle, odd or even: bit i of the product is the sum of the bits whose numbers hold
    // all of i's bits (Lucas 1878), which takes one step for each bit of a bit's number.
    static uint32_t second(uint32_t x) {
        x ^= x >> 1 & 0x55555555u, x ^= x >> 2 & 0x33333333u, x ^= x >> 4 & 0x0f0f0f0fu, x ^= x >> 8 & 0x00ff00ffu;
        return x ^ x >> 16;
    }
    static float first(uint32_t index, uint32_t seed) { return unit_float(reversed(scrambled_reversed(index, seed))); }

    uint32_t seed_, index_, dimension_ = 0;
};

// Evenly over a disk (Shirley and Chiu 1997).
inline Float2 disk(Float2 u) {
    const float a = 2 * u.x - 1, b = 2 * u.y - 1;
    if (a == 0 && b == 0) return {0, 0};
    const bool wide = std::fabs(a) > std::fabs(b);
    const float radius = wide ? a : b;
    const float angle = wide ? kPi / 4 * (b / a) : kPi / 2 - kPi / 4 * (a / b);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

// About +z, in proportion to the cosine; its density is cos / π.
inline Float3 cosine_direction(Float2 u) {
    const Float2 d = disk(u);
    return {d.x, d.y, std::sqrt(std::max(0.0f, 1 - d.x * d.x - d.y * d.y))};
}

}  // namespace forge3d
