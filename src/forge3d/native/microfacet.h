// Lobes of reflection in a frame whose z is the normal (glTF 2.0, appendix B): GGX, and Charlie for cloth.
#pragma once
#include "sampling.h"

namespace forge3d {

inline float square(float x) { return x * x; }

inline float schlick_weight(float cosine) {
    const float m = clamped(1 - cosine);
    return m * m * m * m * m;
}

// GGX with a width along x and one along y (Heitz 2014 and 2018): `o` to the viewer, `i` to the light, both above.
struct Ggx {
    float ax, ay;

    float distribution(const Float3& h) const {
        const float q = square(h.x / ax) + square(h.y / ay) + h.z * h.z;
        return 1 / (kPi * ax * ay * q * q);
    }
    float lambda(const Float3& w) const {
        return (std::sqrt(1 + (square(ax * w.x) + square(ay * w.y)) / std::max(w.z * w.z, 1e-12f)) - 1) / 2;
    }
    float seen(const Float3& w) const { return 1 / (1 + lambda(w)); }
    float lit_and_seen(const Float3& o, const Float3& i) const { return 1 / (1 + lambda(o) + lambda(i)); }

    // A normal among those that `o` sees.
    Float3 sample(const Float3& o, Float2 u) const {
        const Float3 v = unit(Float3{ax * o.x, ay * o.y, o.z});
        Float2 d = disk(u);
        // Seen from `o` the hemisphere of normals covers a disk of which a part is squeezed (Heitz 2018).
        const float flat = v.x * v.x + v.y * v.y;
        const Float3 t1 = flat > 1e-12f ? Float3{-v.y, v.x, 0} * (1 / std::sqrt(flat)) : Float3{1, 0, 0};
        const Float3 t2 = cross(v, t1);
        const float s = (1 + v.z) / 2;
        d.y = (1 - s) * std::sqrt(std::max(0.0f, 1 - d.x * d.x)) + s * d.y;
        const Float3 n = t1 * d.x + t2 * d.y + v * std::sqrt(std::max(0.0f, 1 - d.x * d.x - d.y * d.y));
        return unit(Float3{ax * n.x, ay * n.y, std::max(1e-6f, n.z)});
    }
    // Density, over solid angle, of the light's directions that mirroring at such normals gives.
    float density(const Float3& o, const Float3& h) const { return seen(o) * distribution(h) / (4 * o.z); }
    // Reflectance over Fresnel's term, times the light's cosine.
    float reflected(const Float3& o, const Float3& i, const Float3& h) const {
        return distribution(h) * lit_and_seen(o, i) / (4 * o.z);
    }
};

// Estevez and Kulla 2017, with Ashikhmin's visibility: reflectance times the light's cosine.
inline float cloth(const Float3& o, const Float3& i, float roughness) {
    const Float3 h = unit(o + i);
    const float inverse = 1 / std::max(roughness * roughness, 1e-4f);
    const float d = (2 + inverse) * std::pow(std::max(1 - h.z * h.z, 0.0f), inverse * 0.5f) / (2 * kPi);
    return d * i.z / std::max(4 * (o.z + i.z - o.z * i.z), 1e-5f);
}

// What share of light from all around goes to the viewer, by the viewer's cosine and the perceptual roughness.
struct Albedo {
    float plain, edge;  // GGX: with reflectance f0 at the normal and f90 at the edge it is f0 · plain + f90 · edge
    float cloth;
};
Albedo albedo(float cosine, float roughness);
// The same of a lobe that is wider one way than the other, without cloth: summed, as it would take too large a table.
Albedo albedo(const Float3& viewer, const Ggx& lobe, uint32_t samples = 64);

}  // namespace forge3d
