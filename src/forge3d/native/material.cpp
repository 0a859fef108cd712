#include "material.h"

namespace forge3d {

namespace {

struct Linear {
    float of[256];
    Linear() {
        for (int i = 0; i < 256; ++i) {
            const float c = float(i) / 255;
            of[i] = c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
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
    static const Linear linear;
    if (!(std::fabs(u) < 1e6f && std::fabs(v) < 1e6f)) u = v = 0;
    const auto texel = [&](int32_t x, int32_t y) -> Rgba {
        x = wrapped(x, t.width, t.wrap[0]), y = wrapped(y, t.height, t.wrap[1]);
        const uint8_t* p = t.texels + 4 * (size_t(y) * size_t(t.width) + size_t(x));
        constexpr float scale = 1.0f / 255;
        if (t.srgb) return {linear.of[p[0]], linear.of[p[1]], linear.of[p[2]], float(p[3]) * scale};
        return {float(p[0]) * scale, float(p[1]) * scale, float(p[2]) * scale, float(p[3]) * scale};
    };
    const float x = u * float(t.width), y = v * float(t.height);
    if (t.nearest) return texel(int32_t(std::floor(x)), int32_t(std::floor(y)));
    const float left = std::floor(x - 0.5f), top = std::floor(y - 0.5f), a = x - 0.5f - left, b = y - 0.5f - top;
    const int32_t i = int32_t(left), j = int32_t(top);
    const Rgba p = texel(i, j), q = texel(i + 1, j), r = texel(i, j + 1), s = texel(i + 1, j + 1);
    const float wp = (1 - a) * (1 - b), wq = a * (1 - b), wr = (1 - a) * b, ws = a * b;
    return {p.r * wp + q.r * wq + r.r * wr + s.r * ws, p.g * wp + q.g * wq + r.g * wr + s.g * ws,
            p.b * wp + q.b * wq + r.b * wr + s.b * ws, p.a * wp + q.a * wq + r.a * wr + s.a * ws};
}

}  // namespace forge3d
