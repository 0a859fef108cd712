// An order of triangles and vertices that meshopt's codecs store in few bytes.
#pragma once
#include <cstdint>
#include <vector>

namespace forge3d {

// Indices into one vertex stream, in parts that stay together.
struct Part {
    int64_t end;  // one past its last index
    bool kept;    // its indices keep their order (lines, blended triangles); otherwise they are triangles
};

// Order the triangles of each part, and number the vertices as the triangles name them. `rows` are the `vertices` as
// the codec sees them, `width` bytes each, and `points` three numbers for each, to go on near by where nothing adjacent
// is left. Writes the indices with new numbers, and to `used` the old number of each new one; returns how many there
// are. Each triangle keeps the order of its corners. Throws BadArgument where an index names no vertex.
//
// Linear in triangles but for sorting; nothing depends on the machine.
int64_t order(const uint32_t* indices, const std::vector<Part>& parts, const uint8_t* rows, int64_t vertices,
              int64_t width, const double* points, uint32_t* ordered, uint32_t* used);

}  // namespace forge3d
