#include "rows.h"

#include <cstring>
#include <random>
#include <vector>

#include "vector.h"

namespace forge3d {

namespace {

// Unknown to whoever makes a file, so that nobody can make rows whose hashes agree. Results do not depend on it.
uint64_t secret() {
    std::random_device random;
    return (uint64_t(random()) << 32 | random()) | 1;
}

// By words of eight bytes, each multiplied in, with both halves of the product.
uint64_t hash(const uint8_t* row, int64_t width, uint64_t secret) {
    uint64_t h = secret;
    for (int64_t i = 0; i < width; i += 8) {
        uint64_t word = 0;
        std::memcpy(&word, row + i, size_t(width - i < 8 ? width - i : 8));
        const unsigned __int128 product = static_cast<unsigned __int128>(h ^ word) * secret;
        h = uint64_t(product) ^ uint64_t(product >> 64);
    }
    return h;
}

}  // namespace

int64_t distinct_rows(const uint8_t* rows, int64_t count, int64_t width, int32_t* numbers, int32_t* first) {
    size_t size = 16;
    while (size < size_t(count) * 2) size *= 2;
    std::vector<int32_t> table(size, -1);
    static const uint64_t seed = secret();
    int64_t found = 0;
    for (int64_t i = 0; i < count; ++i) {
        const uint8_t* row = rows + i * width;
        size_t at = hash(row, width, seed) & (size - 1);
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
