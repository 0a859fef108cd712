#include "gather.h"

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <vector>

#include "float3.h"
#include "vector.h"

namespace forge3d {

namespace {

struct Weighed {
    float weight;
    uint32_t place;
};

class Cubes {
public:
    Cubes(const float* places, int64_t count, float reach) : places_(places), reach_(reach), next_(size_t(count), -1) {
        for (int64_t i = count - 1; i >= 0; --i) {  // so that lists run upwards
            const auto [at, fresh] = first_.try_emplace(key(Float3(places + 6 * i), 0, 0, 0), int32_t(i));
            if (!fresh) next_[size_t(i)] = at->second, at->second = int32_t(i);
        }
    }

    void read(const float* reader, uint32_t* found) const {
        const Float3 place(reader), normal(reader + 3);
        Weighed best[4] = {};
        for (int number = 0; number < 27; ++number) {
            const auto at = first_.find(key(place, number % 3 - 1, number / 3 % 3 - 1, number / 9 - 1));
            for (int32_t i = at == first_.end() ? -1 : at->second; i >= 0; i = next_[size_t(i)]) {
                const Float3 off = Float3(places_ + 6 * i) - place;
                const float near = 1 - dot(off, off) / (reach_ * reach_), facing = dot(normal, Float3(places_ + 6 * i + 3));
                if (near <= 0 || facing <= 0) continue;
                Weighed one{near * near * facing * facing * facing * facing, uint32_t(i)};
                for (Weighed& kept : best)
                    if (one.weight > kept.weight) std::swap(one, kept);
            }
        }
        const float sum = best[0].weight + best[1].weight + best[2].weight + best[3].weight;
        if (!(sum > 0)) return;
        int left = 255;
        for (int i = 3; i >= 0; --i) {
            const int part = i ? int(best[i].weight / sum * 255 + 0.5f) : left;
            left -= part;
            found[i] = best[i].place << 8 | uint32_t(part);
        }
    }

private:
    uint64_t key(const Float3& p, int x, int y, int z) const {
        const auto cell = [&](float value, int step) { return uint64_t(int64_t(std::floor(value / reach_)) + step) & 0x1fffff; };
        return cell(p.x, x) | cell(p.y, y) << 21 | cell(p.z, z) << 42;
    }

    const float* places_;
    float reach_;
    std::unordered_map<uint64_t, int32_t> first_;
    std::vector<int32_t> next_;
};

}  // namespace

void gather(const float* readers, int64_t reader_count, const float* places, int64_t place_count, float reach,
            int32_t threads, uint32_t* found) {
    if (!(reach > 0) || place_count >= 1 << 24) throw BadArgument("a reach of zero, or too many places");
    const Cubes cubes(places, place_count, reach);
    const auto work = [&](int64_t part) {
        for (int64_t i = reader_count * part / threads; i < reader_count * (part + 1) / threads; ++i)
            cubes.read(readers + 6 * i, found + 4 * i);
    };
    std::vector<std::thread> others;
    for (int32_t part = 1; part < threads; ++part) others.emplace_back(work, part);
    work(0);
    for (std::thread& other : others) other.join();
}

}  // namespace forge3d
