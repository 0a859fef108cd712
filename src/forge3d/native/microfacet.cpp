#include "microfacet.h"

#include <vector>

namespace forge3d {

namespace {

constexpr int kSize = 32, kSamples = 256;

// Hammersley's points.
Float2 spread(uint32_t n, uint32_t count) { return {(float(n) + 0.5f) / float(count), unit_float(reversed(n))}; }

struct Table {
    std::vector<Albedo> cells{size_t(kSize * kSize)};

    Table() {
        for (int row = 0; row < kSize; ++row)
            for (int column = 0; column < kSize; ++column)
                cells[size_t(row * kSize + column)] = measured(float(column) / (kSize - 1), float(row) / (kSize - 1));
    }

    static Albedo measured(float cosine, float roughness) {
        const float z = std::max(cosine, 1e-3f), alpha = std::max(roughness * roughness, 1e-3f);
        const Float3 o{std::sqrt(1 - z * z), 0, z};
        Albedo found = albedo(o, {alpha, alpha}, kSamples);
        for (uint32_t n = 0; n < kSamples; ++n) {
            const Float2 u = spread(n, kSamples);
            const float height = u.x, flat = std::sqrt(1 - height * height), turn = 2 * kPi * u.y;
            found.cloth += cloth(o, {flat * std::cos(turn), flat * std::sin(turn), height}, std::max(roughness, 0.07f)) * 2 * kPi;
        }
        found.cloth = std::min(found.cloth / kSamples, 1.0f);
        return found;
    }
};

}  // namespace

Albedo albedo(const Float3& viewer, const Ggx& lobe, uint32_t samples) {
    Albedo sum{0, 0, 0};
    const float seen = lobe.seen(viewer), part = 1 / float(samples);
    for (uint32_t n = 0; n < samples; ++n) {
        const Float3 h = lobe.sample(viewer, spread(n, samples)), i = h * (2 * dot(viewer, h)) - viewer;
        if (!(i.z > 0)) continue;
        const float share = lobe.lit_and_seen(viewer, i) / seen * part, weight = schlick_weight(dot(viewer, h));
        sum.plain += share * (1 - weight), sum.edge += share * weight;
    }
    return sum;
}

Albedo albedo(float cosine, float roughness) {
    static const Table table;
    const float x = clamped(cosine) * (kSize - 1), y = clamped(roughness) * (kSize - 1);
    const int column = std::min(int(x), kSize - 2), row = std::min(int(y), kSize - 2);
    const float u = x - float(column), v = y - float(row);
    const Albedo* at = &table.cells[size_t(row * kSize + column)];
    const auto blend = [&](float Albedo::* part) {
        return (at[0].*part * (1 - u) + at[1].*part * u) * (1 - v) + (at[kSize].*part * (1 - u) + at[kSize + 1].*part * u) * v;
    };
    return {blend(&Albedo::plain), blend(&Albedo::edge), blend(&Albedo::cloth)};
}

}  // namespace forge3d
