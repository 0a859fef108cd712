// Values kept at few places of a surface, read at many.
#pragma once
#include <cstdint>

namespace forge3d {

// For each reader the up to four places that are nearest and face the same way.
// `readers`, `places`: (n, 6), position and unit normal. `reach`: how far off a place still counts.
// `found`: (readers, 4): place << 8 | its weight, weights adding up to 255; for readers without any place near by, the
// entries stay as they are. Time: linear where about one place lies in a cube with sides of `reach`.
void gather(const float* readers, int64_t reader_count, const float* places, int64_t place_count, float reach,
            int32_t threads, uint32_t* found);

}  // namespace forge3d
