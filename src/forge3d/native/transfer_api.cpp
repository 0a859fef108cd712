// The functions of baked light, for `light/transfer.py`.
#include "api.h"
#include "gather.h"
#include "transfer.h"

#include <thread>

using namespace forge3d;

EXPORT int forge3d_transfer(const Stage* stage, const int32_t* point_of, int64_t points, int64_t two_sided,
                            const float* directions, const int32_t* cell_of, int32_t direction_count, int32_t cells,
                            int32_t threads, Transfer** result, int64_t* entries) {
    return guarded([&] {
        *result = new Transfer(transfer(*stage, {point_of, points, two_sided}, {directions, cell_of, direction_count, cells}, threads));
        *entries = int64_t((*result)->entries.size());
    });
}

EXPORT void forge3d_transfer_arrays(const Transfer* transfer, int64_t* starts, uint32_t* entries, float* looks) {
    std::copy(transfer->starts.begin(), transfer->starts.end(), starts);
    std::copy(transfer->entries.begin(), transfer->entries.end(), entries);
    std::copy(transfer->looks.begin(), transfer->looks.end(), looks);
}

EXPORT void forge3d_transfer_free(Transfer* transfer) { delete transfer; }

EXPORT int forge3d_gather(const float* readers, int64_t reader_count, const float* places, int64_t place_count, float reach,
                          int32_t threads, uint32_t* found) {
    return guarded([&] { gather(readers, reader_count, places, place_count, reach, threads, found); });
}

// How much of white light from each direction something keeps from each place, (places, directions). Each place has the
// directions turned about +y by a part of `jitter`, radians, so that shadows have no steps.
EXPORT int forge3d_kept(const Stage* stage, const float* places, int64_t count, const float* directions,
                        int32_t direction_count, float jitter, int32_t threads, float* kept) {
    return guarded([&] {
        const auto work = [&](int32_t part) {
            for (int64_t i = count * part / threads; i < count * (part + 1) / threads; ++i) {
                Sampler sampler(uint32_t(i), 0);
                const float angle = (sampler.one() - 0.5f) * jitter, c = std::cos(angle), s = std::sin(angle);
                for (int32_t k = 0; k < direction_count; ++k) {
                    const Float3 d(directions + 3 * k);
                    const Float3 toward{c * d.x + s * d.z, d.y, c * d.z - s * d.x};
                    const Float3 passed = stage->passed({Float3(places + 3 * i), toward}, sampler.decision());
                    kept[i * direction_count + k] = luminance(Float3(1) - passed);
                }
            }
        };
        std::vector<std::thread> others;
        for (int32_t part = 1; part < threads; ++part) others.emplace_back(work, part);
        work(0);
        for (std::thread& other : others) other.join();
    });
}
