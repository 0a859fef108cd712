// A priority queue of numbered items whose keys may change. Equal keys come out by number, so that every machine agrees.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace forge3d {

class Heap {
  public:
    explicit Heap(size_t items) : where_(items, -1) {}

    bool empty() const { return heap_.empty(); }
    bool has(int32_t item) const { return where_[item] >= 0; }
    double key(int32_t item) const { return heap_[where_[item]].first; }

    // Enter an item, or change its key.
    void set(int32_t item, double key) {
        int64_t at = where_[item];
        if (at < 0) {
            at = int64_t(heap_.size());
            heap_.push_back({key, item});
            where_[item] = at;
        }
        heap_[at].first = key;
        sift_down(sift_up(at));
    }
    void remove(int32_t item) {
        const int64_t at = where_[item];
        if (at < 0) return;
        where_[item] = -1;
        const Entry last = heap_.back();
        heap_.pop_back();
        if (at == int64_t(heap_.size())) return;
        place(at, last);
        sift_down(sift_up(at));
    }
    std::pair<double, int32_t> pop() {
        const Entry first = heap_.front();
        remove(first.second);
        return first;
    }

  private:
    using Entry = std::pair<double, int32_t>;  // ordered by key, then number

    void place(int64_t at, const Entry& entry) {
        heap_[at] = entry;
        where_[entry.second] = at;
    }
    int64_t sift_up(int64_t at) {
        const Entry entry = heap_[at];
        while (at > 0 && entry < heap_[(at - 1) / 2]) {
            place(at, heap_[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        place(at, entry);
        return at;
    }
    void sift_down(int64_t at) {
        const Entry entry = heap_[at];
        const int64_t count = int64_t(heap_.size());
        for (int64_t child; (child = 2 * at + 1) < count; at = child) {
            if (child + 1 < count && heap_[child + 1] < heap_[child]) ++child;
            if (!(heap_[child] < entry)) break;
            place(at, heap_[child]);
        }
        place(at, entry);
    }
    std::vector<Entry> heap_;
    std::vector<int64_t> where_;
};

}  // namespace forge3d
