#include "tracer.h"

#include <atomic>
#include <thread>

namespace forge3d {

namespace {

constexpr int kCandidates = 8, kLaterCandidates = 4;  // directions of the sky to choose from, first and later
constexpr int kRoulette = 3;  // bounces before paths that carry little may end by chance

class Path {
public:
    Path(const Stage& stage, const Light& light, const Tracing& tracing, Sampler sampler)
        : stage_(stage), light_(light), tracing_(tracing), sampler_(sampler) {}

    // Radiance along a ray from the camera, and whether anything is there.
    Float3 follow(Ray ray, bool& there, float* facts) {
        Float3 carried(1), sum, medium;
        float density = -1;  // with which the ray's direction was chosen; negative: nothing else finds its light
        there = false;
        for (int bounce = 0;; ++bounce) {
            const auto decision = sampler_.decision();
            const Hit hit = bounce ? stage_.met(ray, decision) : stage_.seen(ray, decision);
            if (hit.triangle < 0) {
                if (bounce) sum += held(carried * sky(ray.direction) * against_sky(ray.direction, density, bounce > 1 ? kLaterCandidates : kCandidates), bounce - 1);
                return sum;
            }
            there = true;
            if (largest(medium) > 0)
                carried *= {std::exp(-medium.x * hit.distance), std::exp(-medium.y * hit.distance), std::exp(-medium.z * hit.distance)};
            const Surface surface(stage_, hit, -ray.direction);
            if (!bounce) {
                const Float3 a = surface.albedo(), n = surface.normal();
                for (float fact : {a.x, a.y, a.z, n.x, n.y, n.z}) *facts++ += fact;
            }
            sum += held(carried * surface.emitted(), bounce);
            if (surface.unlit() || bounce >= tracing_.bounces) return sum;
            if (!surface.glass_only()) sum += held(carried * (from_sky(surface, bounce ? kLaterCandidates : kCandidates) + from_lamps(surface)), bounce);
            Scattered next;
            if (!surface.scatter(sampler_, next)) return sum;
            carried *= next.share;
            if (bounce >= kRoulette) {
                const float kept = clamped(largest(carried), 0.05f, 1);
                if (sampler_.one() >= kept) return sum;
                carried = carried * (1 / kept);
            }
            medium = surface.medium(next.direction, medium);
            ray = {surface.origin(next.direction), next.direction};
            density = next.density;
        }
    }

private:
    Float3 held(const Float3& light, int bounce) const {
        const float most = largest(light);
        if (!(most < INFINITY)) return {};
        return bounce && most > tracing_.brightest ? light * (tracing_.brightest / most) : light;
    }
    Float3 to_sky(const Float3& d) const {
        const float* m = light_.to_sky;
        return {dot(Float3(m), d), dot(Float3(m + 3), d), dot(Float3(m + 6), d)};
    }
    Float3 sky(const Float3& direction) const { return light_.sky->radiance(to_sky(direction)) * light_.intensity; }

    // Directions are chosen by the sky and by the surface; each counts as much as it is the better choice (Veach 1995).
    static float share(float mine, float other) { return mine * mine / (mine * mine + other * other); }
    float against_sky(const Float3& direction, float density, int candidates) const {
        return density < 0 ? 1 : share(density, light_.sky->density(to_sky(direction)) * float(candidates));
    }

    // Of several directions that the sky's brightness gives, one is chosen by what the surface makes of it (Talbot et al.
    // 2005, "Importance Resampling for Global Illumination"): choosing is cheap beside casting a ray.
    Float3 from_sky(const Surface& surface, int candidates) {
        Float3 kept, chosen;
        float sum = 0, weight = 0;
        float left = sampler_.one();
        for (int n = 0; n < candidates; ++n) {
            float chance, density;
            const Float3 d = light_.sky->sample(sampler_.pair(), chance);
            const float* m = light_.to_sky;  // a rotation: its inverse has rows for columns
            const Float3 direction = Float3(m) * d.x + Float3(m + 3) * d.y + Float3(m + 6) * d.z;
            const Float3 reflected = surface.light(direction, density);
            if (!(largest(reflected) > 0)) continue;
            const float often = chance * float(candidates);
            const Float3 sent = reflected * light_.sky->radiance(d) * (light_.intensity * share(often, density) / often);
            const float bright = luminance(sent);
            if (!(bright > 0 && bright < INFINITY)) continue;
            // Kept with probability bright / sum, from one number for all: what is left of it serves the next.
            sum += bright;
            const float part = bright / sum;
            if (left < part) {
                kept = sent, chosen = direction, weight = bright;
                left /= part;
            } else {
                left = (left - part) / (1 - part);
            }
        }
        const auto decision = sampler_.decision();
        if (!(weight > 0) || stage_.blocked({surface.origin(chosen), chosen}, decision)) return {};
        return kept * (sum / weight);
    }

    Float3 from_lamps(const Surface& surface) {
        Float3 sum;
        for (int i = 0; i < light_.lamp_count; ++i) {
            const Lamp& lamp = light_.lamps[i];
            Float3 to = -Float3(lamp.place), color(lamp.color);
            float far = INFINITY, density;
            if (lamp.kind > 0.5f) {
                to = Float3(lamp.place) - surface.position();
                const float d2 = std::max(dot(to, to), 1e-8f);
                color = color * (1 / d2);
                if (lamp.range > 0) color = color * clamped(1 - square(d2 / square(lamp.range)));
                far = std::sqrt(d2), to = to * (1 / far);
                if (lamp.kind > 1.5f) color = color * square(clamped(-dot(Float3(lamp.axis), to) * lamp.cone[0] + lamp.cone[1]));
            }
            const auto decision = sampler_.decision();
            const Float3 kept = surface.light(to, density) * color;
            if (largest(kept) > 0 && !stage_.blocked({surface.origin(to), to, far}, decision)) sum += kept;
        }
        return sum;
    }

    const Stage& stage_;
    const Light& light_;
    const Tracing& tracing_;
    Sampler sampler_;
};

float filtered(const float* filter, float u) {
    const float at = u * 255;
    const int i = std::min(int(at), 254);
    return filter[i] + (filter[i + 1] - filter[i]) * (at - float(i));
}

Ray through(const Lens& lens, float x, float y) {
    const float right = (2 * x / float(lens.width) - 1) * lens.half_height * lens.aspect;
    const float up = (1 - 2 * y / float(lens.height)) * lens.half_height;
    const Float3 offset = Float3(lens.right) * right + Float3(lens.up) * up;
    if (lens.perspective) return {Float3(lens.eye), unit(offset - Float3(lens.back))};
    return {Float3(lens.eye) + offset, -Float3(lens.back)};
}

void row(const Stage& stage, const Light& light, const Lens& lens, const Tracing& tracing, int y, float* color, float* facts) {
    for (int x = 0; x < lens.width; ++x) {
        float* c = color + 4 * (size_t(y) * lens.width + size_t(x));
        float* f = facts + 6 * (size_t(y) * lens.width + size_t(x));
        for (int n = 0; n < tracing.samples; ++n) {
            Sampler sampler(uint32_t(y) * 0x10001u + hashed(uint32_t(x)), uint32_t(tracing.first + n));
            const Float2 u = sampler.pair();
            const Ray ray = through(lens, float(x) + 0.5f + filtered(tracing.filter, u.x), float(y) + 0.5f + filtered(tracing.filter, u.y));
            bool there = false;
            const Float3 seen = Path(stage, light, tracing, sampler).follow(ray, there, f);
            if (there) c[0] += seen.x, c[1] += seen.y, c[2] += seen.z, c[3] += 1;
        }
    }
}

}  // namespace

void trace(const Stage& stage, const Light& light, const Lens& lens, const Tracing& tracing, float* color, float* facts) {
    std::atomic<int> next{0};
    const auto work = [&] {
        for (int y; (y = next++) < lens.height;) row(stage, light, lens, tracing, y, color, facts);
    };
    std::vector<std::thread> others;
    for (int i = 1; i < tracing.threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
}

}  // namespace forge3d
