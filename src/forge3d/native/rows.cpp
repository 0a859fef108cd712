#include "rows.h"

#include <cstring>
#include <vector>

#include "vector.h"

namespace forge3d {

namespace {

// FNV-1a by words of eight bytes, with a last mix so that the low bits depend on all of them.
uint64_t hash(const uint8_t* row, int64_t width) {
    uint64_t h = 0xcbf29ce484222325u;
    for (int64_t i = 0; i < width; i += 8) {
        uint64_t word = 0;
        std::memcpy(&word, row + i, size_t(width - i < 8 ? width - i : 8));
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    return h;
}

}  // namespace

int64_t distinct_rows(const uint8_t* rows, int64_t count, int64_t width, int32_t* numbers, int32_t* first) {
    size_t size = 16;
    while (size < size_t(count) * 2) size *= 2;
    std::vector<int32_t> table(size, -1);
    int64_t found = 0;
    for (int64_t i = 0; i < count; ++i) {
        const uint8_t* row = rows + i * width;
        size_t at = hash(row, width) & (size - 1);
        while (table[at] >= 0 && std::memcmp(rows + int64_t(first[table[at]]) * width, row, size_t(width)) != 0)
            at = (at + 1) & (size - 1);
        if (table[at] < 0) {
            table[at] = int32_t(found);
            first[found++] = int32_t(i);
        }
        numbers[i] = table[at];
    }
    return found;
}

void components(const int32_t* corners, int64_t triangles, int64_t items, int32_t* numbers) {
    // Union-find; the root is the lowest item, and paths are halved on the way.
    for (int64_t i = 0; i < items; ++i) numbers[i] = int32_t(i);
    const auto root = [&](int32_t i) {
        while (numbers[i] != i) i = numbers[i] = numbers[numbers[i]];
        return i;
    };
    for (int64_t c = 0; c < 3 * triangles; ++c) {
        if (corners[c] < 0 || corners[c] >= items) throw BadArgument("a triangle names a corner that there is not");
        const int32_t a = root(corners[c]), b = root(corners[c / 3 * 3]);
        numbers[a > b ? a : b] = a > b ? b : a;
    }
    int32_t found = 0;
    for (int64_t i = 0; i < items; ++i) numbers[i] = numbers[i] == i ? found++ : numbers[numbers[i]];
}

}  // namespace forge3d
