// Rows of bytes that are equal, and things that hang together.
#pragma once
#include <cstdint>

namespace forge3d {

// Number the distinct ones of `count` rows, each `width` bytes, in the order they first appear: `numbers` of each row,
// and `first` of each number. Returns how many there are.
int64_t distinct_rows(const uint8_t* rows, int64_t count, int64_t width, int32_t* numbers, int32_t* first);

// Number the connected components of `items`, of which each triangle's three corners hang together, in the order they
// first appear. Throws BadArgument where a corner is no item.
void components(const int32_t* corners, int64_t triangles, int64_t items, int32_t* numbers);

}  // namespace forge3d
