#include "film.h"

#include "microfacet.h"

namespace forge3d {

namespace {

// What of a path longer by `path` nanometres interferes: the paper's Gaussian fit of the CIE XYZ curves, whose transform
// into frequencies is closed (§4).
Float3 sensitivity(float path, const Float3& shift) {
    const float phase = 2 * kPi * path * 1e-9f, phase2 = square(phase);
    const auto lobe = [&](float height, float middle, float width, float turn) {
        return height * std::sqrt(2 * kPi * width) * std::cos(middle * phase + turn) * std::exp(-width * phase2) / 1.0685e-7f;
    };
    const float x = lobe(5.4856e-13f, 1.6810e6f, 4.3278e9f, shift.x) + lobe(9.7470e-14f, 2.2399e6f, 4.5282e9f, shift.x);
    const float y = lobe(4.4201e-13f, 1.7953e6f, 9.3046e9f, shift.y), z = lobe(5.2481e-13f, 2.2084e6f, 6.6121e9f, shift.z);
    return {3.2404542f * x - 1.5371385f * y - 0.4985314f * z, -0.9692660f * x + 1.8760108f * y + 0.0415560f * z,
            0.0556434f * x - 0.2040259f * y + 1.0572252f * z};
}

template <class Function>
Float3 each(const Float3& a, const Function& function) {
    return {function(a.x), function(a.y), function(a.z)};
}

float smoothstep(float high, float v) {
    const float t = clamped(v / high);
    return t * t * (3 - 2 * t);
}

}  // namespace

// Airy's summation, two orders.
Float3 Film::reflectance(float cosine, const Float3& base) const {
    const float index = 1 + (ior - 1) * smoothstep(0.03f, thickness);  // no film, no jump
    const float inner2 = 1 - (1 - square(cosine)) / square(index);
    if (inner2 < 0) return Float3(1);  // total reflection
    const float inner = std::sqrt(inner2);
    const float f0 = square((index - 1) / (index + 1)), r12 = f0 + (1 - f0) * schlick_weight(cosine), t121 = 1 - r12;
    // Film to base, by the index that the base has towards air.
    const Float3 base_ior = each(base, [](float f) {
        const float root = std::sqrt(clamped(f, 0, 0.9999f));
        return (1 + root) / (1 - root);
    });
    const Float3 r23 = each(base_ior, [&](float n) {
        const float f = square((n - index) / (n + index));
        return f + (1 - f) * schlick_weight(inner);
    });
    // Reflection at a denser medium turns the phase by half a wave.
    const float before = index < 1 ? 0 : kPi;
    const Float3 shift = each(base_ior, [&](float n) { return before + (n < index ? kPi : 0); });
    const Float3 r123 = each(r23, [&](float r) { return clamped(r12 * r, 0, 0.9999f); });
    const Float3 amplitude = each(r123, [](float r) { return std::sqrt(r); });
    const Float3 steady = r23 * square(t121) * each(r123, [](float r) { return 1 / (1 - r); });
    const float path = 2 * index * thickness * inner;
    Float3 total = Float3(r12) + steady, order = steady - Float3(t121);
    for (int m = 1; m <= 2; ++m) {
        order *= amplitude;
        total += order * sensitivity(float(m) * path, shift * float(m)) * 2;
    }
    return each(total, [](float r) { return clamped(r); });
}

}  // namespace forge3d
