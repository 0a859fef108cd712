// See planes.h. Chroma has half the resolution, and the decoder magnifies it with weights 9, 3, 3, 1 of 16.
#include "planes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "api.h"

namespace forge3d {
namespace {

// ITU-R BT.601 in limited range, as 14-bit fractions in WebP's decoder: red, green, blue of U and V.
constexpr float kOfU[3] = {0.f, -6419 / 16384.f, 33050 / 16384.f};
constexpr float kOfV[3] = {26149 / 16384.f, -13320 / 16384.f, 0.f};
constexpr float kOfLuma = 19077 / 16384.f;
constexpr float kMinLuma = -16 * kOfLuma, kMaxLuma = 239 * kOfLuma;

using Plane = std::vector<float>;

struct Splitter {
    const uint8_t* pixels;
    int64_t width, height;
    const PlaneRule& rule;
    const Offsets& offsets;
    int64_t columns = (width + 1) / 2, rows = (height + 1) / 2;
    Plane chroma[2] = {Plane(columns * rows, rule.start[0]), Plane(columns * rows, rule.start[1])};

    // One row of the channels, with the offsets between the centres of their cells.
    void wanted(int64_t y, float* row) const {
        const uint8_t* from = pixels + 3 * y * width;
        for (int64_t i = 0; i < 3 * width; ++i) row[i] = from[i];
        if (!offsets.means) return;
        const float step = 1.f / static_cast<float>(offsets.side);
        const float at = std::clamp((static_cast<float>(y) + .5f) * step - .5f, 0.f, float(offsets.rows - 1));
        const int64_t above = static_cast<int64_t>(at), below = std::min(above + 1, offsets.rows - 1);
        const float* first = offsets.means + 3 * above * offsets.columns;
        const float* second = offsets.means + 3 * below * offsets.columns;
        const float down = at - static_cast<float>(above);
        for (int64_t x = 0; x < width; ++x) {
            const float place = std::clamp((static_cast<float>(x) + .5f) * step - .5f, 0.f, float(offsets.columns - 1));
            const int64_t left = static_cast<int64_t>(place), right = std::min(left + 1, offsets.columns - 1);
            const float along = place - static_cast<float>(left);
            for (int c = 0; c < 3; ++c) {
                const float a = first[3 * left + c] + along * (first[3 * right + c] - first[3 * left + c]);
                const float b = second[3 * left + c] + along * (second[3 * right + c] - second[3 * left + c]);
                row[3 * x + c] += a + down * (b - a);
            }
        }
    }

    // One row of a chroma plane as the decoder magnifies it.
    void magnified(const Plane& plane, int64_t y, float* row) const {
        const int64_t near = y / 2, far = std::clamp<int64_t>(y % 2 ? near + 1 : near - 1, 0, rows - 1);
        const float* a = plane.data() + near * columns;
        const float* b = plane.data() + far * columns;
        for (int64_t x = 0; x < width; ++x) {
            const int64_t n = x / 2, f = std::clamp<int64_t>(x % 2 ? n + 1 : n - 1, 0, columns - 1);
            row[x] = (9 * a[n] + 3 * a[f] + 3 * b[n] + b[f]) / 16;
        }
    }

    float luma(const float* channels, float u, float v) const {
        float sum = 0;
        for (int c = 0; c < 3; ++c) sum += rule.luma[c] * (channels[c] - kOfU[c] * u - kOfV[c] * v);
        return std::clamp(sum, kMinLuma, kMaxLuma);
    }

    // Change chroma by what the means of two by two pixels lack; grey, which is luma's part, asks for no chroma.
    void improve() {
        Plane made[2] = {chroma[0], chroma[1]};
        std::vector<float> row(3 * width), u(width), v(width);
        for (int64_t y = 0; y < height; ++y) {
            wanted(y, row.data());
            magnified(chroma[0], y, u.data());
            magnified(chroma[1], y, v.data());
            const float tall = y == height - 1 && height % 2 ? 1.f : .5f;
            for (int64_t x = 0; x < width; ++x) {
                const float share = tall * (x == width - 1 && width % 2 ? 1.f : .5f);
                for (int c = 0; c < 3; ++c) {
                    const float lack = share * (row[3 * x + c] - kOfU[c] * u[x] - kOfV[c] * v[x]);
                    const int64_t cell = y / 2 * columns + x / 2;
                    made[0][cell] += rule.chroma[0][c] * lack;
                    made[1][cell] += rule.chroma[1][c] * lack;
                }
            }
        }
        for (int plane = 0; plane < 2; ++plane) {
            for (float& value : made[plane]) value = std::clamp(value, -128.f, 127.f);
            chroma[plane].swap(made[plane]);
        }
    }

    void write(uint8_t* to_y, uint8_t* to_u, uint8_t* to_v) const {
        std::vector<float> row(3 * width), u(width), v(width);
        for (int64_t y = 0; y < height; ++y) {
            wanted(y, row.data());
            magnified(chroma[0], y, u.data());
            magnified(chroma[1], y, v.data());
            for (int64_t x = 0; x < width; ++x) {
                const float Y = luma(&row[3 * x], u[x], v[x]);
                to_y[y * width + x] = static_cast<uint8_t>(std::clamp(Y / kOfLuma + 16.5f, 0.f, 255.f));
            }
        }
        for (int64_t cell = 0; cell < columns * rows; ++cell) {
            to_u[cell] = static_cast<uint8_t>(std::clamp(chroma[0][cell] + 128.5f, 0.f, 255.f));
            to_v[cell] = static_cast<uint8_t>(std::clamp(chroma[1][cell] + 128.5f, 0.f, 255.f));
        }
    }
};

}  // namespace

void split_planes(const uint8_t* pixels, int64_t width, int64_t height, const PlaneRule& rule, const Offsets& offsets,
                  int rounds, uint8_t* y, uint8_t* u, uint8_t* v) {
    Splitter splitter{pixels, width, height, rule, offsets};
    for (int round = 0; round < rounds; ++round) splitter.improve();
    splitter.write(y, u, v);
}

}  // namespace forge3d

EXPORT int forge3d_planes(const uint8_t* pixels, int64_t width, int64_t height, const float* rule, const float* means,
                          int64_t rows, int64_t columns, int64_t side, int32_t rounds, uint8_t* y, uint8_t* u,
                          uint8_t* v) {
    return forge3d::guarded([&] {
        forge3d::PlaneRule how;
        std::copy(rule, rule + 3, how.luma);
        for (int plane = 0; plane < 2; ++plane) std::copy(rule + 3 + 3 * plane, rule + 6 + 3 * plane, how.chroma[plane]);
        std::copy(rule + 9, rule + 11, how.start);
        forge3d::split_planes(pixels, width, height, how, {means, rows, columns, side}, rounds, y, u, v);
    });
}
