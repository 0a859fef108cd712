// Unit vectors on the octahedron, for `octahedral.py`: each as the point that decodes nearest to it.
#include <algorithm>
#include <limits>

#include "api.h"

using namespace forge3d;

namespace {

// Vectors in work at once, a row of numbers for each coordinate: loops over them become vector instructions, so there
// are choices in them and no branches.
constexpr int kLanes = 16;
typedef float Lanes[kLanes];

struct Vectors {
    Lanes x, y, z;

    // The first `some` of `width` numbers each; the rest have no length. Nor has what is not finite.
    Vectors(const float* from, int some, int width) : x{}, y{}, z{} {
        for (int i = 0; i < some; ++i, from += width)
            if (std::isfinite(std::fabs(from[0]) + std::fabs(from[1]) + std::fabs(from[2])))
                x[i] = from[0], y[i] = from[1], z[i] = from[2];
    }
};

// To the nearest whole number, halves to even ones, for what is far below 2²²: two additions are quicker than a call.
inline float whole(float x) {
    constexpr float kRoom = 12582912;  // 1.5 · 2²³: beside it a float has no room for fractions
    return (x + kRoom) - kRoom;
}

inline float below(float x) {
    const float near = whole(x);
    return near - (near > x ? 1.0f : 0.0f);
}

inline float within(float x, float most) { return std::min(std::max(x, -most), most); }

// Onto the octahedron, its lower half folded outwards; the middle for what has no length.
void fold(const Vectors& v, Lanes& across, Lanes& up) {
    for (int i = 0; i < kLanes; ++i) {
        const float total = std::fabs(v.x[i]) + std::fabs(v.y[i]) + std::fabs(v.z[i]);
        const float scale = total > 0 ? 1 / total : 0, x = v.x[i] * scale, y = v.y[i] * scale;
        const float over_x = std::copysign(1 - std::fabs(y), x), over_y = std::copysign(1 - std::fabs(x), y);
        across[i] = v.z[i] < 0 ? over_x : x;
        up[i] = v.z[i] < 0 ? over_y : y;
    }
}

struct Whole {
    float x, y, z;
};

// What a decoder makes of a point in steps.
inline Whole decoded(float x, float y, float steps, float top) {
    const float z = steps - std::fabs(x) - std::fabs(y), under = std::min(z, 0.0f);
    x -= std::copysign(under, x), y -= std::copysign(under, y);
    const float scale = top / std::sqrt(x * x + y * y + z * z);
    return {whole(x * scale), whole(y * scale), whole(z * scale)};
}

// Of the four points in steps around each vector's own, the one that decodes nearest to it.
void search(const Vectors& v, float steps, float top, Lanes& across, Lanes& up) {
    Lanes left, low, closest;
    fold(v, left, low);
    for (int i = 0; i < kLanes; ++i) {
        left[i] = below(left[i] * steps), low[i] = below(low[i] * steps);
        across[i] = up[i] = 0, closest[i] = -INFINITY;
    }
    for (int corner = 0; corner < 4; ++corner) {
        const float right = float(corner & 1), above = float(corner >> 1);
        for (int i = 0; i < kLanes; ++i) {
            const float x = within(left[i] + right, steps), y = within(low[i] + above, steps);
            const Whole d = decoded(x, y, steps, top);
            const float along = d.x * v.x[i] + d.y * v.y[i] + d.z * v.z[i];
            const float closeness = along / std::sqrt(d.x * d.x + d.y * d.y + d.z * d.z);
            // The numbers are whole, so these sums are exact: a choice that compilers make into vector instructions.
            const float better = closeness > closest[i] ? 1.0f : 0.0f;
            across[i] += better * (x - across[i]);
            up[i] += better * (y - up[i]);
            closest[i] = std::max(closest[i], closeness);
        }
    }
}

template <class Kind>
void encode(const float* vectors, int64_t count, int32_t width, float steps, bool decode, Kind* out) {
    const float top = std::numeric_limits<Kind>::max();
    for (int64_t start = 0; start < count; start += kLanes) {
        const int some = int(std::min<int64_t>(kLanes, count - start));
        Lanes across, up;
        search(Vectors(vectors, some, width), steps, top, across, up);
        for (int i = 0; i < some; ++i, vectors += width) {
            const Whole d = decode ? decoded(across[i], up[i], steps, top) : Whole{across[i], up[i], steps};
            *out++ = Kind(d.x), *out++ = Kind(d.y), *out++ = Kind(d.z);
            const float sign = width == 4 ? vectors[3] : 1.0f;
            if (!decode || width == 4) *out++ = sign == sign ? Kind(whole(within(sign, 1) * top)) : Kind(0);
        }
    }
}

}  // namespace

// `(count, width)` vectors as `(count, 4)` of the filter, or decoded again as `(count, width)`: bytes for up to 8 bits.
EXPORT int forge3d_octahedral(const float* vectors, int64_t count, int32_t width, int32_t bits, int32_t decode,
                              void* out) {
    return guarded([&] {
        if (bits < 2 || bits > 16) throw BadArgument("a coordinate has 2 to 16 bits");
        const float steps = float((1 << (bits - 1)) - 1);
        if (bits <= 8)
            encode(vectors, count, width, steps, decode != 0, static_cast<int8_t*>(out));
        else
            encode(vectors, count, width, steps, decode != 0, static_cast<int16_t*>(out));
    });
}

// `(count, 3)` vectors as `(count, 2)` bytes, each coordinate rounded by itself.
EXPORT void forge3d_octahedral_sketch(const float* vectors, int64_t count, int8_t* out) {
    for (int64_t start = 0; start < count; start += kLanes) {
        const int some = int(std::min<int64_t>(kLanes, count - start));
        Lanes across, up;
        fold(Vectors(vectors + 3 * start, some, 3), across, up);
        for (int i = 0; i < some; ++i) *out++ = int8_t(whole(across[i] * 127)), *out++ = int8_t(whole(up[i] * 127));
    }
}
