#include "bvh.h"

namespace forge3d {

namespace {

struct Box {
    Float3 low{INFINITY, INFINITY, INFINITY}, high{-INFINITY, -INFINITY, -INFINITY};
    void add(const Float3& p) {
        low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
        high = {std::max(high.x, p.x), std::max(high.y, p.y), std::max(high.z, p.z)};
    }
    void add(const Box& o) { add(o.low), add(o.high); }
    float area() const {
        const Float3 d = high - low;
        return d.x < 0 ? 0 : d.x * d.y + d.y * d.z + d.z * d.x;
    }
};

constexpr int kBins = 16;
constexpr int64_t kLeafSize = 4;

}  // namespace

// Splits where the surface area heuristic (MacDonald and Booth 1990) is least over 16 bins (Wald 2007).
struct Bvh::Builder {
    struct Item {
        Box box;
        Float3 middle;
        int32_t triangle;
    };
    struct Part {
        int64_t begin, end;
        Box box;
    };
    const float* corners;
    Bvh& tree;
    std::vector<Item> items;

    Part part(int64_t begin, int64_t end) const {
        Box box;
        for (int64_t i = begin; i < end; ++i) box.add(items[i].box);
        return {begin, end, box};
    }

    int64_t split(const Part& whole, int depth) {
        Box middles;
        for (int64_t i = whole.begin; i < whole.end; ++i) middles.add(items[i].middle);
        const Float3 spread = middles.high - middles.low;
        const int widest = spread.x >= spread.y && spread.x >= spread.z ? 0 : spread.y >= spread.z ? 1 : 2;
        float best = INFINITY;
        int best_axis = -1, best_bin = 0;
        for (int axis = 0; axis < 3 && depth < kDeepest; ++axis) {
            if (!(spread[axis] > 0)) continue;
            const float scale = kBins * 0.99999f / spread[axis];
            Box boxes[kBins];
            int64_t counts[kBins] = {};
            for (int64_t i = whole.begin; i < whole.end; ++i) {
                const int bin = int((items[i].middle[axis] - middles.low[axis]) * scale);
                boxes[bin].add(items[i].box), ++counts[bin];
            }
            float right[kBins] = {};
            Box box;
            int64_t count = 0;
            for (int bin = kBins - 1; bin > 0; --bin) {
                box.add(boxes[bin]), count += counts[bin];
                right[bin] = box.area() * float(count);
            }
            box = {}, count = 0;
            for (int bin = 0; bin < kBins - 1; ++bin) {
                box.add(boxes[bin]), count += counts[bin];
                const float cost = box.area() * float(count) + right[bin + 1];
                if (count && count < whole.end - whole.begin && cost < best) best = cost, best_axis = axis, best_bin = bin;
            }
        }
        const auto first = items.begin() + whole.begin, last = items.begin() + whole.end;
        if (best_axis >= 0) {
            const float low = middles.low[best_axis], scale = kBins * 0.99999f / spread[best_axis];
            return std::partition(first, last, [&](const Item& item) {
                       return int((item.middle[best_axis] - low) * scale) <= best_bin;
                   }) - items.begin();
        }
        const int64_t half = whole.begin + (whole.end - whole.begin) / 2;
        std::nth_element(first, items.begin() + half, last, [&](const Item& a, const Item& b) {
            return a.middle[widest] != b.middle[widest] ? a.middle[widest] < b.middle[widest] : a.triangle < b.triangle;
        });
        return half;
    }

    int32_t leaf(const Part& part) {
        Leaf made{};
        for (int lane = 0; lane < 4; ++lane) {
            const int64_t at = part.begin + lane;
            made.triangle[lane] = at < part.end ? items[at].triangle : -1;
            if (at >= part.end) continue;
            const float* c = corners + 9 * int64_t(items[at].triangle);
            for (int axis = 0; axis < 3; ++axis) {
                made.corner[axis][lane] = c[axis];
                made.first[axis][lane] = c[3 + axis] - c[axis];
                made.second[axis][lane] = c[6 + axis] - c[axis];
            }
        }
        tree.leaves_.push_back(made);
        return ~int32_t(tree.leaves_.size() - 1);
    }

    int32_t node(const Part& whole, int depth) {
        // Two splits make four children; the larger parts are split first.
        Part parts[4] = {whole};
        int count = 1;
        while (count < 4) {
            int widest = -1;
            for (int i = 0; i < count; ++i)
                if (parts[i].end - parts[i].begin > kLeafSize && (widest < 0 || parts[i].box.area() > parts[widest].box.area()))
                    widest = i;
            if (widest < 0) break;
            const Part old = parts[widest];
            const int64_t at = split(old, depth);
            parts[widest] = part(old.begin, at), parts[count++] = part(at, old.end);
        }
        const size_t number = tree.nodes_.size();
        tree.nodes_.emplace_back();
        Node made{};
        for (int lane = 0; lane < 4; ++lane) {
            for (int axis = 0; axis < 3; ++axis) {
                made.low[axis][lane] = lane < count ? parts[lane].box.low[axis] : INFINITY;
                made.high[axis][lane] = lane < count ? parts[lane].box.high[axis] : -INFINITY;
            }
            made.child[lane] = lane >= count ? kNone
                               : parts[lane].end - parts[lane].begin <= kLeafSize ? leaf(parts[lane])
                                                                                  : node(parts[lane], depth + 1);
        }
        tree.nodes_[number] = made;
        return int32_t(number);
    }
};

Bvh::Bvh(const float* corners, int64_t triangles) {
    Builder builder{corners, *this, {}};
    builder.items.reserve(size_t(triangles));
    for (int64_t t = 0; t < triangles; ++t) {
        const float* c = corners + 9 * t;
        bool finite = true;
        for (int i = 0; i < 9; ++i) finite = finite && std::isfinite(c[i]);
        if (!finite) continue;
        Box box;
        for (int i = 0; i < 3; ++i) box.add(Float3(c + 3 * i));
        builder.items.push_back({box, (box.low + box.high) * 0.5f, int32_t(t)});
    }
    if (builder.items.empty()) return;
    builder.node(builder.part(0, int64_t(builder.items.size())), 0);
}

}  // namespace forge3d
