#include "tracer.h"

#include <atomic>
#include <memory>
#include <thread>

namespace forge3d {

namespace {

constexpr int kCandidates = 4, kLaterCandidates = 2;  // directions of the sky to choose from, first and later
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
        : lens_(lens), first_(number * kRows), last_(std::min(first_ + kRows, lens.height)),
          film_(size_t(last_ - first_ + 2) * size_t(lens.width) * kFilm) {}

    void trace(const Stage& stage, const Light& light, const Tracing& tracing) {
        for (int y = first_; y < last_; ++y)
            for (int x = 0; x < lens_.width; ++x)
                for (int n = 0; n < tracing.samples; ++n) {
                    Sampler sampler(uint32_t(y) * 0x10001u + hashed(uint32_t(x)), uint32_t(tracing.first + n));
                    const Float2 u = sampler.pair();
                    float facts[7] = {};
                    bool there = false;
                    const Ray ray = through(lens_, float(x) + u.x, float(y) + u.y);
                    const Float3 seen = Path(stage, light, tracing, sampler).follow(ray, there, facts);
                    facts[6] = dot(seen, seen) / 3;
                    add(x, y, u, tracing.filter, there, seen, facts);
                }
    }

    void develop(float* film) const {
        for (int y = std::max(first_ - 1, 0); y < std::min(last_ + 1, lens_.height); ++y) {
            const size_t row = size_t(lens_.width) * kFilm;
            const float* from = &film_[size_t(y - first_ + 1) * row];
            float* to = film + size_t(y) * row;
            for (size_t i = 0; i < row; ++i) to[i] += from[i];
        }
    }

private:
    // A sample counts for every pixel that the filter lets it reach.
    void add(int x, int y, Float2 u, const float* filter, bool there, const Float3& seen, const float* facts) {
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) {
                if (x + dx < 0 || x + dx >= lens_.width) continue;
                const float w = weight(filter, float(dx) + 0.5f - u.x) * weight(filter, float(dy) + 0.5f - u.y);
                float* at = &film_[(size_t(y + dy - first_ + 1) * size_t(lens_.width) + size_t(x + dx)) * kFilm];
                at[kWeight] += w, at[kWeight + 1] += w * w;
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

    static constexpr int kWeight = 11;
    const Lens& lens_;
    int first_, last_;
    std::vector<float> film_;
};

}  // namespace

void trace(const Stage& stage, const Light& light, const Lens& lens, const Tracing& tracing, float* film) {
    const int count = (lens.height + Band::kRows - 1) / Band::kRows;
    std::vector<std::unique_ptr<Band>> done(static_cast<size_t>(count));
    std::atomic<int> next{0};
    const auto work = [&] {
        for (int number; (number = next++) < count;) {
            done[size_t(number)] = std::make_unique<Band>(lens, number);
            done[size_t(number)]->trace(stage, light, tracing);
        }
    };
    std::vector<std::thread> others;
    for (int i = 1; i < tracing.threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    for (const auto& band : done) band->develop(film);  // in order: sums of floats depend on it
}

}  // namespace forge3d
