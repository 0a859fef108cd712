// The directed edges of triangles, to find the triangle on the other side of one.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace forge3d {

// Half edge h runs from corner h to the next corner of triangle h / 3. Triangles are taken away one by one.
class Halves {
   public:
    // Corners are numbers below `vertices`, three for each triangle, and outlive this.
    Halves(const std::vector<uint32_t>& corners, size_t vertices)
        : corners_(corners.data()), start_(vertices + 1), sorted_(corners.size()), living_(vertices),
          alive_(corners.size() / 3, 1) {
        for (uint32_t v : corners) ++start_[v + 1];
        for (size_t v = 0; v < vertices; ++v) living_[v] = start_[v + 1], start_[v + 1] += start_[v];
        // By target first, each into its place; then by source, which keeps that order: sorted without comparing. As
        // many edges come to a vertex as go from it.
        std::vector<int32_t> at(start_.begin(), start_.end() - 1), by_target(corners.size());
        for (size_t h = 0; h < corners.size(); ++h) by_target[at[target(int32_t(h))]++] = int32_t(h);
        at.assign(start_.begin(), start_.end() - 1);
        for (const int32_t h : by_target) sorted_[at[source(h)]++] = {target(h), h};
        first_.assign(start_.begin(), start_.end() - 1);
        next_.resize(sorted_.size());
        for (size_t i = 0; i < next_.size(); ++i) next_[i] = int32_t(i);
    }

    uint32_t source(int32_t half) const { return corners_[half]; }
    uint32_t target(int32_t half) const { return corners_[half % 3 == 2 ? half - 2 : half + 1]; }
    uint32_t opposite(int32_t half) const { return corners_[half % 3 == 0 ? half + 2 : half - 1]; }
    bool alive(int32_t triangle) const { return alive_[triangle]; }

    // How many corners of living triangles a vertex is.
    int32_t living(uint32_t vertex) const { return living_[vertex]; }

    void take(int32_t triangle) {
        alive_[triangle] = 0;
        for (int32_t c = 0; c < 3; ++c) --living_[corners_[3 * triangle + c]];
    }

    // The first living half edge between two vertices in this direction, or -1. Dead ones are passed once.
    int32_t find(uint32_t from, uint32_t to) {
        const auto first = sorted_.begin() + start_[from], last = sorted_.begin() + start_[from + 1];
        const auto found = std::lower_bound(first, last, to, [](Edge edge, uint32_t v) { return edge.to < v; });
        if (found == last || found->to != to) return -1;
        int32_t& at = next_[size_t(found - sorted_.begin())];
        while (at < start_[from + 1] && sorted_[at].to == to && !alive_[sorted_[at].half / 3]) ++at;
        return at < start_[from + 1] && sorted_[at].to == to ? sorted_[at].half : -1;
    }

    // Call with a few living half edges from a vertex, at most `most`.
    template <class Action>
    void around(uint32_t vertex, int32_t most, Action action) {
        const int32_t last = start_[vertex + 1];
        int32_t& at = first_[vertex];
        while (at < last && !alive_[sorted_[at].half / 3]) ++at;
        for (int32_t i = at; i < std::min(last, at + 2 * most) && most > 0; ++i)
            if (alive_[sorted_[i].half / 3]) action(sorted_[i].half), --most;
    }

   private:
    struct Edge {
        uint32_t to;
        int32_t half;
    };
    const uint32_t* corners_;
    std::vector<int32_t> start_;   // of each vertex's edges in `sorted_`
    std::vector<Edge> sorted_;     // by source, target and number
    std::vector<int32_t> first_;   // of each vertex: the first of its edges that may be alive
    std::vector<int32_t> next_;    // of the first of equal edges: the first that may be alive
    std::vector<int32_t> living_;
    std::vector<uint8_t> alive_;
};

}  // namespace forge3d
