// Points near a place, of those that are left.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace forge3d {

// Items on a space-filling curve (Morton 1966); the nearest on the curve are near in space, most of the time.
class Nearby {
   public:
    // `points` are three numbers of each item.
    explicit Nearby(const std::vector<double>& points)
        : items_(points.size() / 3), place_(items_.size()), after_(items_.size() + 2), before_(items_.size() + 2) {
        sort(points);
        for (size_t i = 0; i < items_.size(); ++i) place_[items_[i]] = int32_t(i + 1);
        std::iota(after_.begin(), after_.end(), 0);
        std::iota(before_.begin(), before_.end(), 0);
    }

    // Call with up to `most` items on either side of one for which `left` holds, and with itself. What is not left once
    // never comes back.
    template <class Left, class Action>
    void visit(uint32_t item, int32_t most, Left left, Action action) {
        const int32_t end = int32_t(items_.size()) + 1;
        int32_t up = place_[item] - 1, down = up + 1;
        for (int32_t i = 0; i <= most && up < end; ++i) {
            up = seek(after_, up + 1, [&](int32_t p) { return p == end || left(items_[p - 1]); }, 1);
            if (up < end) action(items_[up - 1]);
        }
        for (int32_t i = 0; i < most && down > 0; ++i) {
            down = seek(before_, down - 1, [&](int32_t p) { return p == 0 || left(items_[p - 1]); }, -1);
            if (down > 0) action(items_[down - 1]);
        }
    }

   private:
    // The first place from `at` on that is left; ways past those that are not get shorter with each use.
    template <class Left>
    static int32_t seek(std::vector<int32_t>& link, int32_t at, Left left, int32_t step) {
        int32_t found = at;
        while (true) {
            while (link[found] != found) found = link[found];
            if (left(found)) break;
            link[found] = found + step;
        }
        while (at != found) at = std::exchange(link[at], found);
        return found;
    }

    void sort(const std::vector<double>& points) {
        double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
        for (size_t i = 0; i < points.size(); ++i)
            if (std::isfinite(points[i])) {
                low[i % 3] = std::min(low[i % 3], points[i]);
                high[i % 3] = std::max(high[i % 3], points[i]);
            }
        double side = 0;
        for (int k = 0; k < 3; ++k) side = std::max(side, high[k] - low[k]);
        std::vector<std::pair<uint32_t, uint32_t>> keyed(items_.size());
        for (size_t i = 0; i < keyed.size(); ++i) {
            keyed[i] = {0, uint32_t(i)};
            for (int k = 0; k < 3; ++k) {
                const double share = (points[3 * i + k] - low[k]) / side;
                keyed[i].first |= spread(share >= 0 && share <= 1 ? uint32_t(share * 1023) : 0) << k;
            }
        }
        std::sort(keyed.begin(), keyed.end());
        for (size_t i = 0; i < keyed.size(); ++i) items_[i] = keyed[i].second;
    }

    // Ten bits, each three places from the next.
    static uint32_t spread(uint32_t x) {
        x = (x | x << 16) & 0x030000ff;
        x = (x | x << 8) & 0x0300f00f;
        x = (x | x << 4) & 0x030c30c3;
        return (x | x << 2) & 0x09249249;
    }

    std::vector<uint32_t> items_;          // along the curve; places in it begin at 1
    std::vector<int32_t> place_;           // of each item
    std::vector<int32_t> after_, before_;  // where to look on from a place whose item is not left
};

}  // namespace forge3d
