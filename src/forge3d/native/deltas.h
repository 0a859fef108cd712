// What vertices cost in meshopt's vertex codec, in the order in which they come.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace forge3d {

// EXT_meshopt_compression's version 0 (Appendix A) stores each byte of a vertex as its difference d to the vertex
// before, sixteen vertices at a time in what is smallest: nothing (all equal), 2 bits (|d| < 2), 4 bits (|d| < 8) or
// 8; in the middle two, what does not fit takes a byte more. So a difference costs by the company it comes in: each
// byte's last dozens of differences foretell how its sixteen will be stored, and that says what passing 0, 1 and 7
// costs. A little by size is added, because small steps stay near.
class Deltas {
   public:
    static constexpr int kBit = 8;  // prices are in eighths of bits

    // `rows` are `count` vertices of `width` bytes. Bytes that never change cost nothing and are left out.
    Deltas(const uint8_t* rows, int64_t count, int64_t width) {
        std::vector<int64_t> changing;
        for (int64_t b = 0; b < width; ++b) {
            int64_t i = 1;
            while (i < count && rows[i * width + b] == rows[b]) ++i;
            if (i < count) changing.push_back(b);
        }
        lanes_ = (changing.size() + kLanes - 1) / kLanes;
        rows_.assign(size_t(count) * lanes_ * kLanes, 0);
        for (int64_t i = 0; i < count; ++i)
            for (size_t b = 0; b < changing.size(); ++b)
                rows_[size_t(i) * lanes_ * kLanes + b] = rows[i * width + changing[b]];
        columns_.resize(lanes_);
        for (int f = 0; f < kLevels; ++f) {
            float all = kAllEqual * kBit;
            for (int r = 0; r <= 16; ++r, all *= 1 - float(f) / (kLevels - 1)) equal_[f][r] = all;
        }
        for (Columns& columns : columns_) predict(columns);
    }

    // Of `to` after `from`, in eighths of bits.
    int price(uint32_t from, uint32_t to) const {
        const uint8_t *a = row(from), *b = row(to);
        Wide sum{};
        for (size_t k = 0; k < lanes_; ++k) {
            const Bytes m = size(a + k * kLanes, b + k * kLanes);
            const Columns& column = columns_[k];
            // By size alone: a thirty-second of a bit a step, and half of what the three limits cost on the average.
            Bytes cost = m >> 2;
            cost += (Bytes)(m > 0) & (column.pass0 + 4);
            cost += (Bytes)(m > 1) & (column.pass1 + 4);
            cost += (Bytes)(m > 7) & (column.pass7 + 10);
            sum += ((Wide)cost & 0xff) + ((Wide)cost >> 8);
        }
        int total = 0;
        for (size_t i = 0; i < kLanes / 2; ++i) total += sum[i];
        return total;
    }

    // `to` follows `from`: later prices learn from it.
    void note(uint32_t from, uint32_t to) {
        const uint8_t *a = row(from), *b = row(to);
        const bool full = ++at_ == 16;
        if (full) at_ = 0;
        for (size_t k = 0; k < lanes_; ++k) {
            const Bytes m = size(a + k * kLanes, b + k * kLanes);
            const Bytes past0 = (Bytes)(m > 0) & 1, past1 = (Bytes)(m > 1) & 1, past7 = (Bytes)(m > 7) & 1;
            Columns& c = columns_[k];
            for (size_t i = 0; i < kLanes; ++i) {
                c.often0[i] += (past0[i] - c.often0[i]) / 16, c.count0[i] += past0[i];
                c.often1[i] += (past1[i] - c.often1[i]) / 16, c.count1[i] += past1[i];
                c.often7[i] += (past7[i] - c.often7[i]) / 16, c.count7[i] += past7[i];
            }
            if (full) std::memset(c.count0, 0, sizeof c.count0 + sizeof c.count1 + sizeof c.count7);
            if (at_ % 4 == 0) predict(c);  // each time was measured: as good, and a fifth slower
        }
    }

   private:
    static constexpr size_t kLanes = 16;
    static constexpr int kLevels = 33;
    static constexpr float kAllEqual = 12;  // bits that the first difference takes from sixteen that were equal
    typedef uint8_t Bytes __attribute__((vector_size(16)));
    typedef int8_t Signed __attribute__((vector_size(16)));
    typedef uint16_t Wide __attribute__((vector_size(16)));

    // Sixteen bytes of a vertex: how often differences pass 0, 1 and 7, how many of the present sixteen do, and what
    // each limit costs to pass.
    struct Columns {
        float often0[kLanes], often1[kLanes], often7[kLanes];
        float count0[kLanes], count1[kLanes], count7[kLanes];
        Bytes pass0, pass1, pass7;
        Columns() : count0{}, count1{}, count7{} {
            for (size_t i = 0; i < kLanes; ++i) often0[i] = 0.9f, often1[i] = 0.8f, often7[i] = 0.5f;
        }
    };

    const uint8_t* row(uint32_t vertex) const { return rows_.data() + size_t(vertex) * lanes_ * kLanes; }

    // |difference| of sixteen bytes, as signed ones: 0 to 128.
    static Bytes size(const uint8_t* from, const uint8_t* to) {
        Bytes a, b;
        std::memcpy(&a, from, kLanes);
        std::memcpy(&b, to, kLanes);
        const Signed d = (Signed)(b - a), sign = d >> 7;
        return (Bytes)((d ^ sign) - sign);
    }

    // The likelier a way of storing is (the nearer its expected size is to the least), the more its limit counts.
    void predict(Columns& c) const {
        const float rest = float(16 - at_);
        for (size_t i = 0; i < kLanes; ++i) {
            const float in2 = 4 + c.count1[i] + rest * c.often1[i], in4 = 8 + c.count7[i] + rest * c.often7[i];
            const float least = std::min(16.0f, std::min(in2, in4));
            const float likely2 = 1 / (1 + (in2 - least) * (in2 - least)), likely4 = 1 / (1 + (in4 - least) * (in4 - least));
            const float likely8 = 1 / (1 + (16 - least) * (16 - least));
            const float scale = 8 * kBit / (likely2 + likely4 + likely8);
            c.pass1[i] = uint8_t(likely2 * scale);
            c.pass7[i] = uint8_t(likely4 * scale);
            c.pass0[i] = c.count0[i] > 0 ? 0 : uint8_t(equal_[int(c.often0[i] * (kLevels - 1) + 0.5f)][16 - at_]);
        }
    }

    size_t lanes_ = 0;  // sixteens of bytes in a row
    int at_ = 0;        // place in the present sixteen vertices
    std::vector<uint8_t> rows_;
    std::vector<Columns> columns_;
    float equal_[kLevels][17];
};

}  // namespace forge3d
