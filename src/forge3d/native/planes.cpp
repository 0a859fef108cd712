// See planes.h. Chroma has half the resolution, and the decoder magnifies it with weights 9, 3, 3, 1 of 16.
#include "planes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "api.h"
#include "even.h"

namespace forge3d {
namespace {

// ITU-R BT.601 in limited range, as 14-bit fractions in WebP's decoder: red, green, blue of U and V.
constexpr float kOfChroma[2][3] = {{0.f, -6419 / 16384.f, 33050 / 16384.f}, {26149 / 16384.f, -13320 / 16384.f, 0.f}};
constexpr float kOfLuma = 19077 / 16384.f;

using Row = std::vector<float>;

float dot(const float* a, const float* b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

uint8_t stored(float value) { return static_cast<uint8_t>(std::clamp(value + .5f, 0.f, 255.f)); }

// Rows of the channels as floats, with the offsets that lie between the centres of their cells.
class Channels {
   public:
    Channels(const uint8_t* pixels, int64_t width, const Offsets& offsets)
        : pixels_(pixels), width_(width), offsets_(offsets), row_(3 * width) {
        if (!offsets.means) return;
        for (int64_t x = 0; x < width; ++x) {
            const float place = between(x, offsets.columns);
            left_.push_back(static_cast<int32_t>(place));
            along_.push_back(place - static_cast<float>(left_.back()));
        }
        blended_.resize(3 * (offsets.columns + 1));
    }

    const float* row(int64_t y) {
        const uint8_t* from = pixels_ + 3 * y * width_;
        for (int64_t i = 0; i < 3 * width_; ++i) row_[i] = from[i];
        if (offsets_.means) add_offsets(y);
        return row_.data();
    }

   private:
    float between(int64_t pixel, int64_t cells) const {
        const float at = (static_cast<float>(pixel) + .5f) / static_cast<float>(offsets_.side) - .5f;
        return std::clamp(at, 0.f, static_cast<float>(cells - 1));
    }

    void add_offsets(int64_t y) {
        const float at = between(y, offsets_.rows);
        const int64_t above = static_cast<int64_t>(at), count = 3 * offsets_.columns;
        const float down = at - static_cast<float>(above);
        const float* first = offsets_.means + count * above;
        const float* second = offsets_.means + count * std::min(above + 1, offsets_.rows - 1);
        for (int64_t i = 0; i < count; ++i) blended_[i] = first[i] + down * (second[i] - first[i]);
        for (int64_t i = 0; i < 3; ++i) blended_[count + i] = blended_[count - 3 + i];  // beyond the last: as the last
        for (int64_t x = 0; x < width_; ++x) {
            const float* a = &blended_[3 * left_[x]];
            for (int c = 0; c < 3; ++c) row_[3 * x + c] += a[c] + along_[x] * (a[c + 3] - a[c]);
        }
    }

    const uint8_t* pixels_;
    int64_t width_;
    const Offsets& offsets_;
    Row row_, blended_, along_;
    std::vector<int32_t> left_;
};

// One plane of chroma.
struct Chroma {
    int64_t columns, rows;
    bool constant;
    Row values;

    float at(int64_t x, int64_t y) const {
        return values[std::clamp<int64_t>(y, 0, rows - 1) * columns + std::clamp<int64_t>(x, 0, columns - 1)];
    }

    // Magnified, a value counts for 9/16 of its own four pixels, 3/32 of those beside it and 1/64 across: as much more is
    // stored as that takes from the means.
    void sharpen() {
        Row made(values.size());
        for (int64_t y = 0; y < rows; ++y) {
            for (int64_t x = 0; x < columns; ++x) {
                const float beside = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
                const float across = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1);
                const float own = values[y * columns + x];
                const float mean = own * (9 / 16.f) + beside * (3 / 32.f) + across * (1 / 64.f);
                made[y * columns + x] = std::clamp(2 * own - mean, -128.f, 127.f);
            }
        }
        values.swap(made);
    }

    // A row of pixels as the decoder magnifies it; `blended` has room for the columns.
    void magnified(int64_t y, int64_t width, Row& blended, Row& row) const {
        const float* near = &values[y / 2 * columns];
        const float* far = &values[std::clamp<int64_t>(y % 2 ? y / 2 + 1 : y / 2 - 1, 0, rows - 1) * columns];
        for (int64_t x = 0; x < columns; ++x) blended[x] = .75f * near[x] + .25f * far[x];
        for (int64_t x = 0; x < columns; ++x) {
            const float left = blended[std::max<int64_t>(x - 1, 0)], right = blended[std::min(x + 1, columns - 1)];
            row[2 * x] = .75f * blended[x] + .25f * left;
            if (2 * x + 1 < width) row[2 * x + 1] = .75f * blended[x] + .25f * right;
        }
    }
};

// Whether the cell of two by two pixels and the pixels around it have one colour.
bool is_even(const uint8_t* pixels, int64_t width, int64_t height, int64_t column, int64_t row) {
    const uint8_t* own = pixels + 3 * (2 * row * width + 2 * column);
    for (int64_t y = std::max<int64_t>(2 * row - 1, 0); y < std::min(2 * row + 3, height); ++y) {
        for (int64_t x = std::max<int64_t>(2 * column - 1, 0); x < std::min(2 * column + 3, width); ++x)
            if (!std::equal(own, own + 3, pixels + 3 * (y * width + x))) return false;
    }
    return true;
}

// Means over two by two pixels of what the rule makes of the channels.
void ask(Channels& channels, int64_t width, int64_t height, const PlaneRule& rule, Chroma (&planes)[2]) {
    float base[2];
    for (int p = 0; p < 2; ++p) {
        float shift = 0;
        for (int c = 0; c < 3; ++c)
            shift += rule.chroma[p][c] * (kOfChroma[0][c] * rule.start[0] + kOfChroma[1][c] * rule.start[1]);
        base[p] = rule.start[p] - shift;
        planes[p].values.assign(planes[p].columns * planes[p].rows, base[p]);
    }
    for (int64_t y = 0; y < height; ++y) {
        const float* row = channels.row(y);
        const float tall = y == height - 1 && height % 2 ? 1.f : .5f;
        for (Chroma& plane : planes) {
            if (plane.constant) continue;
            const float* weights = rule.chroma[&plane - planes];
            float* to = &plane.values[y / 2 * plane.columns];
            for (int64_t x = 0; x + 1 < width; x += 2)
                to[x / 2] += .5f * tall * (dot(weights, row + 3 * x) + dot(weights, row + 3 * x + 3));
            if (width % 2) to[width / 2] += tall * dot(weights, row + 3 * (width - 1));
        }
    }
}

// A cell of one colour, and the luma that goes with the chroma it was given.
struct Even {
    int64_t column, row;
    uint8_t y;
};

std::vector<Even> settle_even(Channels& channels, const uint8_t* pixels, int64_t width, int64_t height,
                              const PlaneRule& rule, Chroma (&planes)[2]) {
    std::vector<Even> settled;
    EvenColours colours(rule.luma);
    for (int64_t row = 0; row < planes[0].rows; ++row) {
        const float* line = nullptr;
        for (int64_t column = 0; column < planes[0].columns; ++column) {
            if (!is_even(pixels, width, height, column, row)) continue;
            if (!line) line = channels.row(2 * row);
            const Stored best = colours.best(line + 6 * column);
            planes[0].values[row * planes[0].columns + column] = static_cast<float>(best.u) - 128;
            planes[1].values[row * planes[0].columns + column] = static_cast<float>(best.v) - 128;
            settled.push_back({column, row, best.y});
        }
    }
    return settled;
}

}  // namespace

void split_planes(const uint8_t* pixels, int64_t width, int64_t height, const PlaneRule& rule, const Offsets& offsets,
                  uint8_t* y, uint8_t* u, uint8_t* v) {
    Channels channels(pixels, width, offsets);
    const int64_t columns = (width + 1) / 2, rows = (height + 1) / 2;
    Chroma planes[2] = {{columns, rows, !dot(rule.chroma[0], rule.chroma[0]), {}},
                        {columns, rows, !dot(rule.chroma[1], rule.chroma[1]), {}}};
    ask(channels, width, height, rule, planes);
    Row given[2] = {Row(width + 1), Row(width + 1)}, blended(columns);
    float taken[2];
    for (int p = 0; p < 2; ++p) {
        if (!planes[p].constant) planes[p].sharpen();
        taken[p] = dot(rule.luma, kOfChroma[p]);
        std::fill(given[p].begin(), given[p].end(), rule.start[p]);
    }
    std::vector<Even> settled;  // a constant plane is so for a reason, which leaves nothing to choose
    if (!planes[0].constant && !planes[1].constant)
        settled = settle_even(channels, pixels, width, height, rule, planes);
    for (int64_t line = 0; line < height; ++line) {
        const float* row = channels.row(line);
        for (int p = 0; p < 2; ++p) {
            if (!planes[p].constant) planes[p].magnified(line, width, blended, given[p]);
        }
        uint8_t* to = y + line * width;
        for (int64_t x = 0; x < width; ++x) {
            const float grey = dot(rule.luma, row + 3 * x) - taken[0] * given[0][x] - taken[1] * given[1][x];
            to[x] = stored(grey / kOfLuma + 16);
        }
    }
    for (const Even& cell : settled) {
        for (int64_t line = 2 * cell.row; line < std::min(2 * cell.row + 2, height); ++line)
            for (int64_t x = 2 * cell.column; x < std::min(2 * cell.column + 2, width); ++x)
                y[line * width + x] = cell.y;
    }
    for (int64_t cell = 0; cell < columns * rows; ++cell) {
        u[cell] = stored(planes[0].values[cell] + 128);
        v[cell] = stored(planes[1].values[cell] + 128);
    }
}

void lacking_means(const uint8_t* wanted, const uint8_t* given, int64_t step, int64_t width, int64_t height,
                   int64_t side, float* means) {
    const int64_t columns = (width + side - 1) / side;
    std::vector<int32_t> sums(3 * columns);
    for (int64_t top = 0; top < height; top += side, means += 3 * columns) {
        std::fill(sums.begin(), sums.end(), 0);
        const int64_t tall = std::min(side, height - top);
        for (int64_t y = top; y < top + tall; ++y) {
            const uint8_t* a = wanted + 3 * y * width;
            const uint8_t* b = given + step * y * width;
            for (int64_t cell = 0; cell < columns; ++cell) {
                const int64_t end = std::min((cell + 1) * side, width);
                int32_t red = 0, green = 0, blue = 0;
                for (int64_t x = cell * side; x < end; ++x) {
                    red += a[3 * x] - b[step * x];
                    green += a[3 * x + 1] - b[step * x + 1];
                    blue += a[3 * x + 2] - b[step * x + 2];
                }
                sums[3 * cell] += red, sums[3 * cell + 1] += green, sums[3 * cell + 2] += blue;
            }
        }
        for (int64_t i = 0; i < 3 * columns; ++i) {
            const int64_t wide = std::min(side, width - i / 3 * side);
            means[i] = static_cast<float>(sums[i]) / static_cast<float>(wide * tall);
        }
    }
}

}  // namespace forge3d

EXPORT int forge3d_planes(const uint8_t* pixels, int64_t width, int64_t height, const float* rule, const float* means,
                          int64_t rows, int64_t columns, int64_t side, uint8_t* y, uint8_t* u, uint8_t* v) {
    return forge3d::guarded([&] {
        forge3d::PlaneRule how;
        std::copy(rule, rule + 3, how.luma);
        for (int plane = 0; plane < 2; ++plane) std::copy(rule + 3 + 3 * plane, rule + 6 + 3 * plane, how.chroma[plane]);
        std::copy(rule + 9, rule + 11, how.start);
        forge3d::split_planes(pixels, width, height, how, {means, rows, columns, side}, y, u, v);
    });
}

EXPORT int forge3d_lacking(const uint8_t* wanted, const uint8_t* given, int64_t step, int64_t width, int64_t height,
                           int64_t side, float* means) {
    return forge3d::guarded([&] { forge3d::lacking_means(wanted, given, step, width, height, side, means); });
}
