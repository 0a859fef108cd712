// What fills a body: it absorbs light (KHR_materials_volume) and scatters it (KHR_materials_volume_scatter).
#pragma once
#include "sampling.h"

namespace forge3d {

struct Medium {
    Float3 extinction;  // per length
    Float3 albedo;      // of extinction, the part that is scattered: each time once
    float anisotropy = 0;

    bool filled() const { return largest(extinction) > 0; }
    bool scatters() const { return largest(extinction * albedo) > 0; }
    // What is left of light after a way.
    Float3 left(float way) const {
        return {std::exp(-extinction.x * way), std::exp(-extinction.y * way), std::exp(-extinction.z * way)};
    }

    // How far light goes before it meets something, chosen by the colour that is most of what it carries; `often` is
    // each colour's part. So a colour never weighs more than all that is carried (Chiang et al. 2016, "Practical and
    // Controllable Subsurface Scattering for Production Path Tracing").
    float way(float u, const Float3& carried, Float3& often) const {
        const float sum = carried.x + carried.y + carried.z;
        often = sum > 0 ? carried * (1 / sum) : Float3(1.0f / 3);
        int channel = 0;
        for (; channel < 2 && u >= often[channel]; ++channel) u -= often[channel];
        const float rest = often[channel] > 0 ? clamped(u / often[channel], 0, 0.9999999f) : 0;
        return extinction[channel] > 0 ? -std::log(1 - rest) / extinction[channel] : INFINITY;
    }
    // What light weighs that was let through so far, and what light weighs that was scattered after such a way.
    Float3 passed(float way, const Float3& often) const {
        const Float3 kept = left(way);
        const float chance = dot(kept, often);
        return chance > 0 ? kept * (1 / chance) : Float3();
    }
    Float3 scattered(float way, const Float3& often) const {
        const Float3 met = left(way) * extinction;
        const float chance = dot(met, often);
        return chance > 0 ? met * albedo * (1 / chance) : Float3();
    }

    // Where light goes that came along `direction` (Henyey and Greenstein 1941).
    Float3 turned(const Float3& direction, Float2 u) const {
        const float g = anisotropy;
        float cosine = 1 - 2 * u.x;
        if (std::fabs(g) > 1e-3f) {
            const float s = (1 - g * g) / (1 - g + 2 * g * u.x);
            cosine = clamped((1 + g * g - s * s) / (2 * g), -1, 1);
        }
        const float flat = std::sqrt(std::max(1 - cosine * cosine, 0.0f)), turn = 2 * kPi * u.y;
        return Frame(direction).world({flat * std::cos(turn), flat * std::sin(turn), cosine});
    }
};

}  // namespace forge3d
