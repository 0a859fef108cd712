#include "sky.h"

namespace forge3d {

namespace {

// Of each of `steps` even steps to 1: the first of growing parts beyond it.
void guide(const float* parts, int32_t count, int32_t steps, int32_t* guides) {
    for (int32_t step = 0, at = 0; step < steps; ++step) {
        while (at < count - 1 && parts[at] <= float(step) / float(steps)) ++at;
        guides[step] = at;
    }
}

// Where `u` falls among growing parts that end at 1; `u` becomes its place within that part, `part` the part's size.
int32_t chosen(const float* parts, int32_t count, const int32_t* guides, int32_t steps, float& u, float& part) {
    int32_t at = guides[std::min(int32_t(u * float(steps)), steps - 1)];
    while (at < count - 1 && parts[at] <= u) ++at;
    const float before = at ? parts[at - 1] : 0;
    part = parts[at] - before;
    u = part > 0 ? clamped((u - before) / part, 0, 0.9999999f) : 0.5f;
    return at;
}

}  // namespace

Sky::Sky(const float* picture, int32_t width, int32_t height)
    : width_(width), height_(height), steps_(std::max(std::max(width, height) / 4, 1)), picture_(picture, picture + size_t(width) * height * 3),
      columns_(size_t(width) * height), rows_(size_t(height)), column_guides_(size_t(height) * size_t(steps_)),
      row_guides_(size_t(steps_)) {
    double mean = 0;
    for (int32_t y = 0; y < height; ++y)
        for (int32_t x = 0; x < width; ++x) mean += luminance(texel(x, y));
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
            sum += (bright + least) * flat;
            columns_[size_t(y) * width + x] = float(sum);
        }
        for (int32_t x = 0; x < width; ++x) columns_[size_t(y) * width + x] = float(columns_[size_t(y) * width + x] / sum);
        whole += row[y] = sum;
    }
    double sum = 0;
    for (int32_t y = 0; y < height; ++y) {
        rows_[y] = float((sum += row[y]) / whole);
        guide(&columns_[size_t(y) * width], width, steps_, &column_guides_[size_t(y) * steps_]);
    }
    guide(rows_.data(), height, steps_, row_guides_.data());
}

Float3 Sky::radiance(const Float3& d) const {
    const float x = (std::atan2(d.z, d.x) / (2 * kPi) + 0.5f) * float(width_) - 0.5f;
    const float y = (0.5f - std::asin(clamped(d.y, -1, 1)) / kPi) * float(height_) - 0.5f;
    const float left = std::floor(x), top = std::floor(y);
    const int32_t x0 = (int32_t(left) + width_) % width_, x1 = (x0 + 1) % width_;
    const int32_t y0 = std::min(std::max(int32_t(top), 0), height_ - 1), y1 = std::min(std::max(int32_t(top) + 1, 0), height_ - 1);
    const float u = x - left, v = y - top;
    return mix(mix(texel(x0, y0), texel(x1, y0), u), mix(texel(x0, y1), texel(x1, y1), u), v);
}

Float3 Sky::sample(Float2 u, float& density) const {
    float row_part, column_part;
    const int32_t y = chosen(rows_.data(), height_, row_guides_.data(), steps_, u.y, row_part);
    const int32_t x = chosen(&columns_[size_t(y) * width_], width_, &column_guides_[size_t(y) * steps_], steps_, u.x,
                             column_part);
    const float longitude = ((float(x) + u.x) / float(width_) - 0.5f) * 2 * kPi;
    const float latitude = (0.5f - (float(y) + u.y) / float(height_)) * kPi, flat = std::cos(latitude);
    density = row_part * column_part * float(width_) * float(height_) / (2 * kPi * kPi * std::max(flat, 1e-6f));
    return {flat * std::cos(longitude), std::sin(latitude), flat * std::sin(longitude)};
}

float Sky::density(const Float3& d) const {
    const int32_t x = std::min(int32_t((std::atan2(d.z, d.x) / (2 * kPi) + 0.5f) * float(width_)), width_ - 1);
    const int32_t y = std::min(int32_t((0.5f - std::asin(clamped(d.y, -1, 1)) / kPi) * float(height_)), height_ - 1);
    const float* columns = &columns_[size_t(y) * width_];
    const float row_part = rows_[y] - (y ? rows_[y - 1] : 0), column_part = columns[x] - (x ? columns[x - 1] : 0);
    const float flat = std::sqrt(std::max(1 - d.y * d.y, 1e-12f));
    return row_part * column_part * float(width_) * float(height_) / (2 * kPi * kPi * flat);
}

}  // namespace forge3d
