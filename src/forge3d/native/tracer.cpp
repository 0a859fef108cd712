#include "tracer.h"

#include <atomic>
#include <memory>
#include <thread>

namespace forge3d {

namespace {

constexpr int kCandidates = 4, kLaterCandidates = 2;  // directions of the sky to choose from, first and later
constexpr int kRoulette = 3;  // bounces before paths that carry little may end by chance
constexpr int kSteps = 8, kMostSteps = 1024;  // in media that scatter: before they may end, and before they do

class Path {
public:
    Path(const Stage& stage, const Light& light, const Ground& ground, const Tracing& tracing, Sampler sampler)
        : stage_(stage), light_(light), ground_(ground), tracing_(tracing), sampler_(sampler) {}

    // Radiance along a ray from the camera, whether anything is there, and how much of the ground's light is not.
    Float3 follow(Ray ray, bool& there, float& shadow, float* facts) {
        Float3 carried(1), sum;
        Medium medium;
        Wave wave;
        float density = -1;  // with which the ray's direction was chosen; negative: nothing else finds its light
        int candidates = 0;  // of the sky's directions, where that was
        there = false;
        for (int bounce = 0, steps = 0;;) {
            const bool inside = medium.scatters();
            Hit hit;
            if (inside) {
                if (!wander(medium, ray, carried, density, steps, hit)) return sum;
            } else {
                const auto decision = sampler_.decision();
                hit = bounce ? stage_.met(ray, decision) : stage_.seen(ray, decision);
            }
            if (!bounce && on_ground(ray, hit.distance, shadow)) return sum;
            if (hit.triangle < 0) {
                return bounce ? sum + held(carried * from_there(ray.direction, density, candidates), bounce - 1) : sum;
            }
            there = true;
            if (medium.filled() && !inside) carried *= medium.left(hit.distance);
            const Surface surface(stage_, hit, -ray.direction);
            if (!bounce) {
                const Float3 a = surface.albedo(), n = surface.normal();
                for (float fact : {a.x, a.y, a.z, n.x, n.y, n.z}) *facts++ += fact;
            }
            sum += held(carried * surface.emitted(), bounce);
            if (surface.unlit() || bounce >= tracing_.bounces) return sum;
            const int looked = bounce ? kLaterCandidates : kCandidates;
            if (!surface.glass_only()) sum += held(carried * (from_sky(surface, looked) + from_lamps(surface)), bounce);
            Scattered next;
            if (!surface.scatter(sampler_, wave, next)) return sum;
            carried *= next.share;
            if (bounce >= kRoulette && !goes_on(carried)) return sum;
            medium = surface.medium(next.direction, medium);
            // Within what scatters light, mirroring off the boundary is one of very many turns.
            if (inside && medium.scatters())
                ++steps;
            else
                ++bounce;
            ray = {surface.origin(next.direction), next.direction};
            // Where light went straight on, what was looked for before is still the same.
            if (!next.straight) density = next.density, candidates = looked;
        }
    }

private:
    // Whether a path that carries little is followed; then it counts for those that are not.
    bool goes_on(Float3& carried) {
        const float kept = clamped(largest(carried), 0.05f, 1);
        if (sampler_.one() >= kept) return false;
        carried = carried * (1 / kept);
        return true;
    }

    // Through a medium that scatters light, until a surface is met; false where light is lost.
    bool wander(const Medium& medium, Ray& ray, Float3& carried, float& density, int& steps, Hit& hit) {
        for (;; density = -1) {
            Float3 often;
            const float way = medium.way(sampler_.one(), carried, often);
            const auto decision = sampler_.decision();
            hit = stage_.met({ray.origin, ray.direction, way}, decision);
            if (hit.triangle >= 0) {
                carried *= medium.passed(hit.distance, often);
                return true;
            }
            if (!(way < INFINITY) || ++steps > kMostSteps) return false;
            carried *= medium.scattered(way, often);
            if (steps >= kSteps && !goes_on(carried)) return false;
            ray = {ray.origin + ray.direction * way, medium.turned(ray.direction, sampler_.pair())};
        }
    }

    // Whether the ray meets the ground, from above, before `far`.
    bool on_ground(const Ray& ray, float far, float& shadow) {
        if (!(ground_.radius > 0) || !(ray.direction.y < 0)) return false;
        const float distance = (ground_.center[1] - ray.origin.y) / ray.direction.y;
        if (!(distance > 0 && distance < far)) return false;
        Float3 place = ray.origin + ray.direction * distance;
        place.y = ground_.center[1];
        const Float3 off = place - Float3(ground_.center);
        const float edge = clamped((1 - length(off) / ground_.radius) * 2);
        if (edge > 0) shadow = shaded(place + Float3{0, stage_.lift(), 0}) * edge * edge * (3 - 2 * edge);
        return true;
    }
    // The part of the light on a floor that something blocks. Only what is blocked is counted, so that open floor has no
    // noise.
    float shaded(const Float3& place) {
        float all = ground_.irradiance, blocked = 0;
        const Sky::Sample& sample = light_.sky->sample(sampler_.pair());
        const Float3 direction = from_sky_space(sample.direction);
        const auto decision = sampler_.decision();
        if (direction.y > 0)
            blocked += luminance(sample.radiance * (Float3(1) - stage_.passed({place, direction}, decision))) *
                       light_.intensity * direction.y / sample.density;
        for (int i = 0; i < light_.lamp_count; ++i) {
            Float3 to;
            float far;
            const auto other = sampler_.decision();
            const Float3 lit = lamp_light(light_.lamps[i], place, to, far) * std::max(to.y, 0.0f);
            all += luminance(lit);
            if (largest(lit) > 0) blocked += luminance(lit * (Float3(1) - stage_.passed({place, to, far}, other)));
        }
        return all > 0 ? blocked / all : 0;
    }
    Float3 from_sky_space(const Float3& d) const {
        const float* m = light_.to_sky;  // a rotation: its inverse has rows for columns
        return Float3(m) * d.x + Float3(m + 3) * d.y + Float3(m + 6) * d.z;
    }
    // What arrives at a place from a lamp, the direction to it and its distance.
    static Float3 lamp_light(const Lamp& lamp, const Float3& place, Float3& to, float& far) {
        Float3 color(lamp.color);
        to = -Float3(lamp.place), far = INFINITY;
        if (lamp.kind < 0.5f) return color;
        to = Float3(lamp.place) - place;
        const float d2 = std::max(dot(to, to), 1e-8f);
        color = color * (1 / d2);
        if (lamp.range > 0) color = color * clamped(1 - square(d2 / square(lamp.range)));
        far = std::sqrt(d2), to = to * (1 / far);
        if (lamp.kind > 1.5f) color = color * square(clamped(-dot(Float3(lamp.axis), to) * lamp.cone[0] + lamp.cone[1]));
        return color;
    }

    Float3 held(const Float3& light, int bounce) const {
        const float most = largest(light);
        if (!(most < INFINITY)) return {};
        return bounce && most > tracing_.brightest ? light * (tracing_.brightest / most) : light;
    }
    Float3 to_sky(const Float3& d) const {
        const float* m = light_.to_sky;
        return {dot(Float3(m), d), dot(Float3(m + 3), d), dot(Float3(m + 6), d)};
    }
    // Directions are chosen by the sky and by the surface; each counts as much as it is the better choice (Veach 1995).
    static float share(float mine, float other) { return mine * mine / (mine * mine + other * other); }
    // What the sky sends to a path that went there, which `density` chose: as much as `from_sky` leaves of it.
    Float3 from_there(const Float3& direction, float density, int candidates) const {
        float often;
        const Float3 light = light_.sky->seen(to_sky(direction), often) * light_.intensity;
        return density < 0 ? light : light * share(density, often * float(candidates));
    }

    // Of several directions that the sky's brightness gives, one is chosen by what the surface makes of it (Talbot et al.
    // 2005, "Importance Resampling for Global Illumination"): choosing is cheap beside casting a ray.
    Float3 from_sky(const Surface& surface, int candidates) {
        Float3 kept, chosen;
        float sum = 0, weight = 0;
        float left = sampler_.one();
        for (int n = 0; n < candidates; ++n) {
            float density;
            const Sky::Sample& sample = light_.sky->sample(sampler_.pair());
            const Float3 direction = from_sky_space(sample.direction);
            const Float3 reflected = surface.light(direction, density);
            if (!(largest(reflected) > 0)) continue;
            const float often = sample.density * float(candidates);
            const Float3 sent = reflected * sample.radiance * (light_.intensity * share(often, density) / often);
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
        if (!(weight > 0)) return {};
        return kept * stage_.passed({surface.origin(chosen), chosen}, decision) * (sum / weight);
    }

    Float3 from_lamps(const Surface& surface) {
        Float3 sum;
        for (int i = 0; i < light_.lamp_count; ++i) {
            Float3 to;
            float far, density;
            const Float3 color = lamp_light(light_.lamps[i], surface.position(), to, far);
            const auto decision = sampler_.decision();
            const Float3 kept = surface.light(to, density) * color;
            if (largest(kept) > 0) sum += kept * stage_.passed({surface.origin(to), to, far}, decision);
        }
        return sum;
    }

    const Stage& stage_;
    const Light& light_;
    const Ground& ground_;
    const Tracing& tracing_;
    Sampler sampler_;
};

Ray through(const Lens& lens, float x, float y) {
    const float right = (2 * x / float(lens.width) - 1) * lens.half_height * lens.aspect;
    const float up = (1 - 2 * y / float(lens.height)) * lens.half_height;
    const Float3 offset = Float3(lens.right) * right + Float3(lens.up) * up;
    if (lens.perspective) return {Float3(lens.eye), unit(offset - Float3(lens.back))};
    return {Float3(lens.eye) + offset, -Float3(lens.back)};
}

// Some rows of the picture, and a row above and below that their samples reach into.
class Band {
public:
    static constexpr int kRows = 16;

    Band(const Lens& lens, int number)
        : lens_(lens), first_(lens.top + number * kRows), last_(std::min(first_ + kRows, lens.bottom)),
          film_(size_t(last_ - first_ + 2) * size_t(lens.width) * kFilm) {}

    void trace(const Stage& stage, const Light& light, const Ground& ground, const Tracing& tracing) {
        for (int y = first_; y < last_; ++y)
            for (int x = 0; x < lens_.width; ++x)
                for (int n = 0; n < tracing.samples; ++n) {
                    Sampler sampler(uint32_t(y) * 0x10001u + hashed(uint32_t(x)), uint32_t(tracing.first + n));
                    const Float2 u = sampler.pair();
                    float facts[7] = {};
                    bool there = false;
                    float shadow = 0;
                    const Ray ray = through(lens_, float(x) + u.x, float(y) + u.y);
                    const Float3 seen = Path(stage, light, ground, tracing, sampler).follow(ray, there, shadow, facts);
                    facts[6] = dot(seen, seen) / 3;
                    add(x, y, u, tracing.filter, there, shadow, seen, facts);
                }
    }

    void develop(float* film) const {
        for (int y = std::max(first_ - 1, lens_.top); y < std::min(last_ + 1, lens_.bottom); ++y) {
            const size_t row = size_t(lens_.width) * kFilm;
            const float* from = &film_[size_t(y - first_ + 1) * row];
            float* to = film + size_t(y - lens_.top) * row;
            for (size_t i = 0; i < row; ++i) to[i] += from[i];
        }
    }

private:
    // A sample counts for every pixel that the filter lets it reach.
    void add(int x, int y, Float2 u, const float* filter, bool there, float shadow, const Float3& seen, const float* facts) {
        float across[3], down[3];
        for (int d = 0; d < 3; ++d)
            across[d] = weight(filter, float(d) - 0.5f - u.x), down[d] = weight(filter, float(d) - 0.5f - u.y);
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) {
                if (x + dx < 0 || x + dx >= lens_.width) continue;
                const float w = across[dx + 1] * down[dy + 1];
                float* at = &film_[(size_t(y + dy - first_ + 1) * size_t(lens_.width) + size_t(x + dx)) * kFilm];
                at[kWeight] += w, at[kWeight + 1] += w * w;
                at[kShadow] += w * shadow, at[kShadow + 1] += w * shadow * shadow;
                if (!there) continue;
                at[0] += w * seen.x, at[1] += w * seen.y, at[2] += w * seen.z, at[3] += w;
                for (int i = 0; i < 7; ++i) at[4 + i] += w * facts[i];
            }
    }
    static float weight(const float* filter, float offset) {
        const float at = std::min(std::fabs(offset) * (kFilterSteps / 1.5f), float(kFilterSteps));
        const int i = std::min(int(at), kFilterSteps - 1);
        return filter[i] + (filter[i + 1] - filter[i]) * (at - float(i));
    }

    static constexpr int kWeight = 11, kShadow = 13;
    const Lens& lens_;
    int first_, last_;
    std::vector<float> film_;
};

}  // namespace

void trace(const Stage& stage, const Light& light, const Lens& lens, const Ground& ground, const Tracing& tracing,
           float* film) {
    const int count = (lens.bottom - lens.top + Band::kRows - 1) / Band::kRows;
    std::vector<std::unique_ptr<Band>> done(static_cast<size_t>(count));
    std::atomic<int> next{0};
    const auto work = [&] {
        for (int number; (number = next++) < count;) {
            done[size_t(number)] = std::make_unique<Band>(lens, number);
            done[size_t(number)]->trace(stage, light, ground, tracing);
        }
    };
    std::vector<std::thread> others;
    for (int i = 1; i < tracing.threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    for (const auto& band : done) band->develop(film);  // in order: sums of floats depend on it
}

}  // namespace forge3d
