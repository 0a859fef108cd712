#include "sky.h"

namespace forge3d {

namespace {

// Where `u` falls among growing parts that end at 1; `u` becomes its place within that part.
int32_t chosen(const float* parts, int32_t count, float& u) {
    const auto at = int32_t(std::min(std::upper_bound(parts, parts + count, u) - parts, std::ptrdiff_t(count - 1)));
    const float before = at ? parts[at - 1] : 0, part = parts[at] - before;
    u = part > 0 ? clamped((u - before) / part, 0, 0.9999999f) : 0.5f;
    return at;
}

}  // namespace

Sky::Sky(const float* picture, int32_t width, int32_t height)
    : width_(width), height_(height), texels_(size_t(width) * height * 4), columns_(size_t(width) * height),
      rows_(size_t(height)) {
    double mean = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
        std::copy_n(picture + 3 * i, 3, &texels_[4 * i]);
        mean += luminance(Float3(picture + 3 * i));
    }
    mean /= double(width) * height;
    // Neighbours count, as interpolation carries their light; a little everywhere, so that no light is out of reach.
    const double least = mean > 0 ? 0.01 * mean : 1;
    double whole = 0;
    std::vector<double> row(static_cast<size_t>(height));
    for (int32_t y = 0; y < height; ++y) {
        const double flat = std::cos((0.5 - (y + 0.5) / height) * double(kPi));
        double sum = 0;
        for (int32_t x = 0; x < width; ++x) {
            double bright = 0;
            for (int32_t dy = -1; dy <= 1; ++dy)
                for (int32_t dx = -1; dx <= 1; ++dx)
                    bright += luminance(texel((x + dx + width) % width, std::min(std::max(y + dy, 0), height - 1))) *
                              (dy ? 0.25 : 0.5) * (dx ? 0.25 : 0.5);
            const double weight = (bright + least) * flat;
            texels_[4 * (size_t(y) * width + x) + 3] = float(weight);
            columns_[size_t(y) * width + x] = float(sum += weight);
        }
        for (int32_t x = 0; x < width; ++x) columns_[size_t(y) * width + x] = float(columns_[size_t(y) * width + x] / sum);
        whole += row[y] = sum;
    }
    double sum = 0;
    for (int32_t y = 0; y < height; ++y) rows_[y] = float((sum += row[y]) / whole);
    for (size_t i = 0; i < columns_.size(); ++i) texels_[4 * i + 3] = float(texels_[4 * i + 3] / whole);
    samples_.resize(size_t(kSide) * kSide);
    for (uint32_t i = 0; i < samples_.size(); ++i) {
        const float x = float(i % kSide) + unit_float(hashed(i, 1)), y = float(i / kSide) + unit_float(hashed(i, 2));
        samples_[i] = drawn({x / kSide, y / kSide});
    }
}

Float3 Sky::seen(const Float3& d, float& density) const {
    const float x = (std::atan2(d.z, d.x) / (2 * kPi) + 0.5f) * float(width_) - 0.5f;
    const float y = (0.5f - std::asin(clamped(d.y, -1, 1)) / kPi) * float(height_) - 0.5f;
    const float left = std::floor(x), top = std::floor(y), u = x - left, v = y - top;
    const int32_t x0 = (int32_t(left) + width_) % width_, x1 = x0 + 1 < width_ ? x0 + 1 : 0;
    const int32_t y0 = std::min(std::max(int32_t(top), 0), height_ - 1), y1 = std::min(std::max(int32_t(top) + 1, 0), height_ - 1);
    const float part = texels_[4 * (size_t(v < 0.5f ? y0 : y1) * width_ + size_t(u < 0.5f ? x0 : x1)) + 3];
    density = part * float(width_) * float(height_) / (2 * kPi * kPi * std::sqrt(std::max(1 - d.y * d.y, 1e-12f)));
    return mix(mix(texel(x0, y0), texel(x1, y0), u), mix(texel(x0, y1), texel(x1, y1), u), v);
}

Sky::Sample Sky::drawn(Float2 u) const {
    const int32_t y = chosen(rows_.data(), height_, u.y), x = chosen(&columns_[size_t(y) * width_], width_, u.x);
    const float longitude = ((float(x) + u.x) / float(width_) - 0.5f) * 2 * kPi;
    const float latitude = (0.5f - (float(y) + u.y) / float(height_)) * kPi, flat = std::cos(latitude);
    Sample made{{flat * std::cos(longitude), std::sin(latitude), flat * std::sin(longitude)}, {}, 0};
    made.radiance = seen(made.direction, made.density);
    return made;
}

}  // namespace forge3d
