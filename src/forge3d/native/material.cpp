#include "material.h"

namespace forge3d {

namespace {

struct Tables {
    float linear[256], plain[256];
    Tables() {
        for (int i = 0; i < 256; ++i) {
            const float c = float(i) / 255;
            linear[i] = c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
            plain[i] = float(i) * (1.0f / 255);
        }
    }
};

int32_t wrapped(int32_t at, int32_t size, int32_t wrap) {
    if (wrap == 1) return std::min(std::max(at, 0), size - 1);
    const int32_t period = wrap == 2 ? 2 * size : size;
    at %= period;
    if (at < 0) at += period;
    return at < size ? at : period - 1 - at;
}

}  // namespace

Rgba look_up(const Texture& t, float u, float v) {
    static const Tables tables;
    if (!(std::fabs(u) < 1e6f && std::fabs(v) < 1e6f)) u = v = 0;
    const float* colors = t.srgb ? tables.linear : tables.plain;
    const auto texel = [&](int32_t x, int32_t y) -> Rgba {
        const uint8_t* p = t.texels + 4 * (size_t(y) * size_t(t.width) + size_t(x));
        return {colors[p[0]], colors[p[1]], colors[p[2]], tables.plain[p[3]]};
    };
    const float x = u * float(t.width), y = v * float(t.height);
    if (t.nearest)
        return texel(wrapped(int32_t(std::floor(x)), t.width, t.wrap[0]), wrapped(int32_t(std::floor(y)), t.height, t.wrap[1]));
    const float left = std::floor(x - 0.5f), top = std::floor(y - 0.5f), a = x - 0.5f - left, b = y - 0.5f - top;
    const auto pair = [](int32_t at, int32_t size, int32_t wrap, int32_t (&both)[2]) {
        const bool within = at >= 0 && at < size - 1;  // most are
        both[0] = within ? at : wrapped(at, size, wrap), both[1] = within ? at + 1 : wrapped(at + 1, size, wrap);
    };
    int32_t i[2], j[2];
    pair(int32_t(left), t.width, t.wrap[0], i), pair(int32_t(top), t.height, t.wrap[1], j);
    const Rgba p = texel(i[0], j[0]), q = texel(i[1], j[0]), r = texel(i[0], j[1]), s = texel(i[1], j[1]);
    const float wp = (1 - a) * (1 - b), wq = a * (1 - b), wr = (1 - a) * b, ws = a * b;
    return {p.r * wp + q.r * wq + r.r * wr + s.r * ws, p.g * wp + q.g * wq + r.g * wr + s.g * ws,
            p.b * wp + q.b * wq + r.b * wr + s.b * ws, p.a * wp + q.a * wq + r.a * wr + s.a * ws};
}

}  // namespace forge3d
