#include "cleaning.h"

#include <atomic>
#include <thread>
#include <vector>

namespace forge3d {

namespace {

constexpr int kReach = 6, kPatch = 2, kBand = 32;
constexpr float kStrength = 0.45f * 0.45f;              // of noise that counts as difference, squared
constexpr float kAlbedo = 0.06f * 0.06f, kNormal = 0.12f * 0.12f;  // differences of facts that count as one
constexpr float kLeast = 1e-6f;

struct Band {
    const Noisy& p;
    int32_t top, bottom;
    std::vector<float> apart, across, sums, weights;

    Band(const Noisy& picture, int32_t first)
        : p(picture), top(first), bottom(std::min(first + kBand, picture.height)),
          apart(size_t(kBand + 2 * kPatch) * size_t(p.width)), across(apart.size()), sums(size_t(kBand) * size_t(p.width) * 3),
          weights(size_t(kBand) * size_t(p.width)) {}

    size_t at(int32_t x, int32_t y) const { return size_t(y) * size_t(p.width) + size_t(x); }

    // How much more two pixels differ than their noise does.
    float difference(size_t a, size_t b) const {
        if (!(p.alpha[a] > 0 && p.alpha[b] > 0)) return 0;
        const float va = p.variance[a], vb = p.variance[b];
        const Float3 d = Float3(p.color + 3 * a) - Float3(p.color + 3 * b);
        return (dot(d, d) / 3 - va - std::min(va, vb)) / (kLeast + kStrength * (va + vb));
    }
    float alike(size_t a, size_t b) const {
        const float *f = p.facts + 6 * a, *g = p.facts + 6 * b;
        const Float3 albedo = Float3(f) - Float3(g), normal = Float3(f + 3) - Float3(g + 3);
        return std::max(dot(albedo, albedo) / kAlbedo, dot(normal, normal) / kNormal);
    }

    void add(int32_t dx, int32_t dy) {
        const int32_t width = p.width, low = std::max(top - kPatch, 0), high = std::min(bottom + kPatch, p.height);
        for (int32_t y = low; y < high; ++y) {
            float* row = &apart[size_t(y - top + kPatch) * size_t(width)];
            const bool inside = y + dy >= 0 && y + dy < p.height;
            for (int32_t x = 0; x < width; ++x)
                row[x] = inside && x + dx >= 0 && x + dx < width ? difference(at(x, y), at(x + dx, y + dy)) : 0;
            float* summed = &across[size_t(y - top + kPatch) * size_t(width)];
            float sum = 0;
            for (int32_t x = 0; x < std::min(kPatch, width); ++x) sum += row[x];
            for (int32_t x = 0; x < width; ++x) {
                if (x + kPatch < width) sum += row[x + kPatch];
                summed[x] = sum;
                if (x >= kPatch) sum -= row[x - kPatch];
            }
        }
        constexpr float scale = 1.0f / ((2 * kPatch + 1) * (2 * kPatch + 1));
        for (int32_t y = top; y < bottom; ++y) {
            if (y + dy < 0 || y + dy >= p.height) continue;
            for (int32_t x = std::max(0, -dx); x < std::min(width, width - dx); ++x) {
                const size_t a = at(x, y), b = at(x + dx, y + dy);
                if (!(p.alpha[a] > 0 && p.alpha[b] > 0)) continue;
                float sum = 0;
                for (int32_t row = std::max(y - kPatch, low); row <= std::min(y + kPatch, high - 1); ++row)
                    sum += across[size_t(row - top + kPatch) * size_t(width) + size_t(x)];
                const float far = std::max(std::max(sum * scale, 0.0f), alike(a, b));
                if (far > 12) continue;
                // What covers little of its pixel is known less well.
                const float weight = std::exp(-far) * p.alpha[b];
                const size_t out = size_t(y - top) * size_t(width) + size_t(x);
                weights[out] += weight;
                for (size_t i = 0; i < 3; ++i) sums[3 * out + i] += weight * p.color[3 * b + i];
            }
        }
    }

    void finish(float* color) const {
        for (int32_t y = top; y < bottom; ++y)
            for (int32_t x = 0; x < p.width; ++x) {
                const size_t in = size_t(y - top) * size_t(p.width) + size_t(x), out = at(x, y);
                for (size_t i = 0; i < 3; ++i)
                    color[3 * out + i] = weights[in] > 0 ? sums[3 * in + i] / weights[in] : p.color[3 * out + i];
            }
    }
};

}  // namespace

void clean(const Noisy& picture, int32_t threads, float* color) {
    std::atomic<int32_t> next{0};
    const auto work = [&] {
        for (int32_t top; (top = kBand * next++) < picture.height;) {
            Band band(picture, top);
            for (int32_t dy = -kReach; dy <= kReach; ++dy)
                for (int32_t dx = -kReach; dx <= kReach; ++dx) band.add(dx, dy);
            band.finish(color);
        }
    };
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
}

}  // namespace forge3d
