// The functions of baked light, for `light/transfer.py`.
#include "api.h"
#include "gather.h"
#include "transfer.h"

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
