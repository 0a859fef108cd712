#include "order.h"

#include <initializer_list>
#include <memory>
#include <utility>

#include "deltas.h"
#include "halves.h"
#include "nearby.h"
#include "vector.h"

namespace forge3d {

namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr int kByte = 8 * Deltas::kBit;
constexpr int kNear = 16;             // vertices looked at on either side, to begin anew
constexpr int kFew = 8;               // triangles looked at around one
constexpr int kNew = 10 * Deltas::kBit;    // worth of each new vertex that a beginning brings: it has to come anyway
constexpr int kOpen = 2 * Deltas::kBit;    // drawback of each triangle around it: corners of a surface are begun first
constexpr int kSpelled = 2 * Deltas::kBit; // drawback of an old vertex that has to be spelled out, beside its bytes

// The vertices of a stream in their new order.
struct Numbering {
    std::vector<uint32_t> number;  // of each old vertex, or kNone
    uint32_t* used;
    uint32_t count = 0, last = kNone;
    Deltas deltas;

    bool is_new(uint32_t vertex) const { return number[vertex] == kNone; }
    int price(uint32_t vertex) const { return last == kNone ? 0 : deltas.price(last, vertex); }

    void add(uint32_t vertex) {
        if (last != kNone) deltas.note(last, vertex);
        number[vertex] = count;
        used[count++] = last = vertex;
    }
};

// What the index codec (version 1 of its TRIANGLES mode) remembers while it goes through triangles.
//
// A triangle that continues one of the last fifteen edges takes one byte, where its third corner is the next new vertex
// or one of those that the codec saw lately; or is next to the last vertex that it had to spell out. Another old vertex
// takes its distance to that one more, in bytes of seven bits.
class Memory {
   public:
    static constexpr int kEdges = 15, kCorners = 13;

    struct Edge {
        uint32_t from, to;
        int32_t half;  // of a living triangle on its other side, or -1
    };

    explicit Memory(size_t vertices) : seen_(vertices, -16) {}

    Edge& edge(int age) { return edges_[(edge_count_ - 1 - age) & 15]; }
    uint32_t vertex(int age) const { return vertices_[(vertex_count_ - 1 - age) & 15]; }
    int vertices() const { return std::min(vertex_count_, 16); }
    int edges() const { return std::min(edge_count_, kEdges); }

    bool remembers(uint32_t vertex, int least, int most) const {
        const int age = vertex_count_ - 1 - seen_[vertex];
        return least <= age && age < most;
    }
    bool remembers_third(uint32_t vertex) const { return remembers(vertex, 1, kCorners); }

    // Bytes that the number of an old vertex takes beside its triangle's first byte.
    int spelled(uint32_t number) const {
        const uint32_t distance = number - last_, zigzag = distance << 1 ^ uint32_t(int32_t(distance) >> 31);
        return 1 + (zigzag >= 1u << 7) + (zigzag >= 1u << 14) + (zigzag >= 1u << 21) + (zigzag >= 1u << 28);
    }
    bool adjoins(uint32_t number) const { return number + 1 == last_ || number == last_ + 1; }

    void spell(uint32_t number) { last_ = number; }
    void push(uint32_t vertex) { seen_[vertex] = vertex_count_, vertices_[vertex_count_++ & 15] = vertex; }
    void push(Edge edge) { edges_[edge_count_++ & 15] = edge; }

   private:
    std::vector<int> seen_;  // when each vertex was last pushed
    Edge edges_[16];
    uint32_t vertices_[16];
    int edge_count_ = 0, vertex_count_ = 0;
    uint32_t last_ = 0;
};

// What it costs to go on at one edge rather than another, if what the walk does again and again is cheap: to the codec
// all edges are alike, to what compresses its output once more (brotli on the way to a browser) they are not.
class Habits {
   public:
    int price(int age) const { return price_[age]; }

    void note(int age) {
        taken_[age] += kOnce;
        if (++count_ % kEvery == 0) learn();
    }

   private:
    static constexpr uint32_t kOnce = 64, kLeast = kOnce / 2;
    static constexpr int kEvery = 64, kWeight = 1;  // at 2 brotli gains a little more, and vertices on tubes lose it

    // Prices are bits by how often each was taken of late.
    void learn() {
        uint64_t total = 0;
        for (const uint32_t taken : taken_) total += taken;
        for (int age = 0; age < Memory::kEdges; ++age) {
            price_[age] = kWeight * logarithm(total * 256 / taken_[age]);
            taken_[age] = std::max(taken_[age] - taken_[age] / kEvery, kLeast);
        }
    }

    // To base 2, of 256ths, in eighths; straight between powers of two, and so the same on every machine.
    static int logarithm(uint64_t ratio) {
        int power = 0;
        while (ratio >> (power + 1)) ++power;
        return (power - 8) * Deltas::kBit + (int(ratio << 3 >> power) & 7);
    }

    uint32_t taken_[Memory::kEdges] = {8 * kOnce, 6 * kOnce, 3 * kOnce, 2 * kOnce, kOnce, kOnce, kOnce, kOnce,
                                       kOnce,     kOnce,     kOnce,     kOnce,     kOnce, kOnce, kOnce};
    int price_[Memory::kEdges] = {};
    int count_ = 0;
};

// Goes from triangle to triangle: of those that continue a remembered edge, first what needs no new vertex; then what
// brings the vertex that costs least after the one before. That it looks no further is on purpose: looking ahead for
// cheap stretches was measured, and leaves the dear vertices for the end, where they cost more.
//
// Corners and vertices are of one part alone here; `vertex_of` names them in the stream.
class Walk {
   public:
    Walk(const std::vector<uint32_t>& corners, const std::vector<uint32_t>& vertex_of, const double* points,
         Numbering& numbering)
        : vertex_of_(vertex_of), points_(points), numbering_(numbering), left_(int64_t(corners.size() / 3)),
          halves_(corners, vertex_of.size()), memory_(vertex_of.size()) {}

    // Calls with each triangle in turn.
    template <class Action>
    void run(Action action) {
        for (; left_ > 0; --left_) {
            const int32_t half = best_continuation();
            action(half >= 0 ? go_on(half) : begin(best_beginning()));
        }
    }

   private:
    uint32_t number(uint32_t vertex) const { return numbering_.number[vertex_of_[vertex]]; }
    bool is_new(uint32_t vertex) const { return number(vertex) == kNone; }

    int32_t best_continuation() {
        int least = INT32_MAX, taken = 0;
        int32_t best = -1;
        for (int age = 0; age < memory_.edges() && least > 0; ++age) {
            Memory::Edge& edge = memory_.edge(age);
            if (edge.half >= 0 && !halves_.alive(edge.half / 3)) edge.half = halves_.find(edge.from, edge.to);
            if (edge.half < 0) continue;
            int price = price_of_third(halves_.opposite(edge.half));
            if (price > 0) price += habits_.price(age);
            if (price < least) least = price, best = edge.half, taken = age;
        }
        if (best >= 0 && least > 0) habits_.note(taken);
        return best;
    }

    int price_of_third(uint32_t vertex) const {
        if (is_new(vertex)) return 1 + numbering_.price(vertex_of_[vertex]);
        const bool free = memory_.remembers_third(vertex) || memory_.adjoins(number(vertex));
        return free ? 0 : kSpelled + kByte * memory_.spelled(number(vertex));
    }

    int32_t go_on(int32_t half) {
        const uint32_t a = halves_.source(half), b = halves_.target(half), c = halves_.opposite(half);
        if (is_new(c) || !memory_.remembers_third(c)) name(c);
        return take(half, {{b, c}, {c, a}});
    }

    // The corner to begin anew with: around a vertex that the codec remembers, or else near the last one.
    int32_t best_beginning() {
        int least = INT32_MAX;
        int32_t best = -1;
        for (int age = 0; age < memory_.vertices(); ++age)
            halves_.around(memory_.vertex(age), kFew, [&](int32_t half) {
                const int price = price_of_beginning(half) - kNew * new_corners(half);
                if (price < least) least = price, best = half;
            });
        if (best >= 0) return best;
        if (nearby_ == nullptr) nearby_ = std::make_unique<Nearby>(places());
        const auto left = [&](uint32_t vertex) { return halves_.living(vertex) > 0; };
        nearby_->visit(at_, kNear, left, [&](uint32_t vertex) {
            halves_.around(vertex, kFew, [&](int32_t half) {
                const int price = price_of_beginning(half) + kOpen * halves_.living(vertex);
                if (price < least) least = price, best = half;
            });
        });
        return best;
    }

    // Of a triangle's vertices, one after the other from this corner.
    int price_of_beginning(int32_t half) const {
        int price = 0;
        uint32_t last = numbering_.last;
        for (uint32_t vertex : {halves_.source(half), halves_.target(half), halves_.opposite(half)}) {
            if (is_new(vertex)) {
                if (last != kNone) price += numbering_.deltas.price(last, vertex_of_[vertex]);
                last = vertex_of_[vertex];
            } else if (!memory_.remembers(vertex, 0, 16)) {
                price += kByte * memory_.spelled(number(vertex));
            }
        }
        return price;
    }

    int new_corners(int32_t half) const {
        return is_new(halves_.source(half)) + is_new(halves_.target(half)) + is_new(halves_.opposite(half));
    }

    // The codec begins with a new vertex where there is one; of the others it remembers fourteen. The first triangle of
    // all has to be 0, 1, 2: that tells it that a stream begins.
    int32_t begin(int32_t half) {
        if (numbering_.count == 0) half -= half % 3;
        uint32_t a = halves_.source(half), b = halves_.target(half), c = halves_.opposite(half);
        if (!is_new(a) && is_new(b)) a = std::exchange(b, std::exchange(c, a));
        if (!is_new(a) && is_new(c)) a = std::exchange(c, std::exchange(b, a));
        const bool has_b = memory_.remembers(b, 0, 14), has_c = memory_.remembers(c, 0, 14);
        name(a);
        if (!has_b) name(b);
        if (!has_c) name(c);
        return take(half, {{a, b}, {b, c}, {c, a}});
    }

    // A vertex gets its number, or is spelled out; and is remembered.
    void name(uint32_t vertex) {
        at_ = vertex;
        if (is_new(vertex))
            numbering_.add(vertex_of_[vertex]);
        else
            memory_.spell(number(vertex));
        memory_.push(vertex);
    }

    // The triangle is gone, and the other sides of these edges of it are remembered.
    int32_t take(int32_t half, std::initializer_list<std::pair<uint32_t, uint32_t>> edges) {
        halves_.take(half / 3);
        for (const auto& [from, to] : edges) memory_.push({to, from, halves_.find(to, from)});
        return half / 3;
    }

    std::vector<double> places() const {
        std::vector<double> made(3 * vertex_of_.size());
        for (size_t i = 0; i < made.size(); ++i) made[i] = points_[3 * int64_t(vertex_of_[i / 3]) + i % 3];
        return made;
    }

    const std::vector<uint32_t>& vertex_of_;
    const double* points_;
    Numbering& numbering_;
    int64_t left_;
    Halves halves_;
    Memory memory_;
    Habits habits_;
    std::unique_ptr<Nearby> nearby_;
    uint32_t at_ = 0;  // the vertex named last
};

// Order the triangles of one part. `local` is kNone everywhere, before and after.
void order_triangles(const uint32_t* indices, int64_t count, const double* points, Numbering& numbering,
                     std::vector<uint32_t>& local, uint32_t* ordered) {
    std::vector<uint32_t> corners(static_cast<size_t>(count)), vertex_of;
    for (int64_t i = 0; i < count; ++i) {
        uint32_t& own = local[indices[i]];
        if (own == kNone) own = uint32_t(vertex_of.size()), vertex_of.push_back(indices[i]);
        corners[i] = own;
    }
    Walk(corners, vertex_of, points, numbering).run([&](int32_t triangle) {
        for (int c = 0; c < 3; ++c) *ordered++ = numbering.number[indices[3 * int64_t(triangle) + c]];
    });
    for (uint32_t vertex : vertex_of) local[vertex] = kNone;
}

}  // namespace

int64_t order(const uint32_t* indices, const std::vector<Part>& parts, const uint8_t* rows, int64_t vertices,
              int64_t width, const double* points, uint32_t* ordered, uint32_t* used) {
    Numbering numbering{std::vector<uint32_t>(size_t(vertices), kNone), used, 0, kNone, Deltas(rows, vertices, width)};
    std::vector<uint32_t> local(size_t(vertices), kNone);
    int64_t start = 0;
    for (const Part& part : parts) {
        if (part.end < start || (!part.kept && (part.end - start) % 3 != 0))
            throw BadArgument("a part of the indices ends before it begins, or within a triangle");
        if (part.end - start > INT32_MAX) throw BadArgument("there are too many indices");
        for (int64_t i = start; i < part.end; ++i)
            if (indices[i] >= vertices) throw BadArgument("an index names a vertex that there is not");
        if (!part.kept) order_triangles(indices + start, part.end - start, points, numbering, local, ordered + start);
        for (int64_t i = start; part.kept && i < part.end; ++i) {
            if (numbering.is_new(indices[i])) numbering.add(indices[i]);
            ordered[i] = numbering.number[indices[i]];
        }
        start = part.end;
    }
    return numbering.count;
}

}  // namespace forge3d
