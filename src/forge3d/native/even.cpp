// See even.h.
#include "even.h"

#include <algorithm>
#include <cmath>

namespace forge3d {
namespace {

constexpr int kReach = 3;  // steps about the exact value that are tried

int part(int value, int factor) { return value * factor >> 8; }

int clipped(int value) { return std::clamp(value >> 6, 0, 255); }

// What WebP's decoder makes of one pixel (ITU-R BT.601 in limited range, RFC 9649 §1, with libwebp's 14 bits).
std::array<int, 3> decoded(int y, int u, int v) {
    const int grey = part(y, 19077);
    return {clipped(grey + part(v, 26149) - 14234), clipped(grey - part(u, 6419) - part(v, 13320) + 8708),
            clipped(grey + part(u, 33050) - 17685)};
}

int nearest(float value) { return static_cast<int>(std::lround(value)); }

}  // namespace

Stored EvenColours::best(const float* colour) {
    uint64_t key = 0;
    for (int c = 0; c < 3; ++c) key = key << 20 | static_cast<uint64_t>(nearest(colour[c] * 16) + 0x8000);
    const auto known = found_.find(key);
    if (known != found_.end()) return known->second;
    const float luma = .299f * colour[0] + .587f * colour[1] + .114f * colour[2];
    const int y = nearest(16 + luma * (219 / 255.f));
    const int u = nearest(128 + (colour[2] - luma) * (112 / 255.f / .886f));
    const int v = nearest(128 + (colour[0] - luma) * (112 / 255.f / .701f));
    Stored best{};
    float least = INFINITY;
    for (int dy = -kReach; dy <= kReach; ++dy) {
        for (int du = -kReach; du <= kReach; ++du) {
            for (int dv = -kReach; dv <= kReach; ++dv) {
                const int at[3] = {std::clamp(y + dy, 0, 255), std::clamp(u + du, 0, 255), std::clamp(v + dv, 0, 255)};
                const std::array<int, 3> made = decoded(at[0], at[1], at[2]);
                float error = 1e-4f * static_cast<float>(dy * dy + du * du + dv * dv);  // the nearest of equals
                for (int c = 0; c < 3; ++c) {
                    const float off = static_cast<float>(made[c]) - colour[c];
                    error += weights_[c] * off * off;
                }
                if (error < least) {
                    least = error;
                    best = {static_cast<uint8_t>(at[0]), static_cast<uint8_t>(at[1]), static_cast<uint8_t>(at[2])};
                }
            }
        }
    }
    return found_[key] = best;
}

}  // namespace forge3d
