// Which triangles stand around each point while the mesh collapses.
#pragma once
#include <algorithm>

#include "mesh.h"

namespace forge3d {

// The surroundings of one point: its neighbours, its wedges, and the far sides of its triangles.
struct Ring {
    struct Neighbour {
        int32_t point;
        int count;                 // triangles on the edge to it; the wedges of the first two at either end:
        int32_t here[2], there[2];
    };
    struct Spoke {
        int32_t triangle, corner;  // the point's own corner, 0 to 2
        int32_t first, second;     // the other points, the way it turns
    };
    std::vector<Neighbour> neighbours;
    std::vector<Spoke> spokes;
    std::vector<int32_t> wedges;
    bool border = false;   // has an open edge
    bool crowded = false;  // has an edge with more than two triangles, or more triangles than are worth walking

    // The neighbour at a point, or null.
    const Neighbour* find(int32_t point) const {
        for (const Neighbour& n : neighbours)
            if (n.point == point) return &n;
        return nullptr;
    }
};

class Rings {
  public:
    // More triangles at one point than this are not walked: the point stays, and the work stays linear.
    static constexpr int32_t kMost = 256;

    explicit Rings(const Mesh& mesh)
        : mesh_(mesh), corners_(mesh.corners), point_of_(mesh.point_of), next_(mesh.corners.size()),
          head_(mesh.points.size(), -1), degree_(mesh.points.size(), 0) {
        for (int64_t c = int64_t(corners_.size()) - 1; c >= 0; --c) link(c, point(c));
    }

    void gather(int32_t a, Ring& ring) {
        ring.neighbours.clear(), ring.spokes.clear(), ring.wedges.clear();
        ring.border = false;
        ring.crowded = degree_[a] > kMost;
        if (ring.crowded) return;
        each(a, [&](int64_t c) {
            const int64_t first = next_corner(c), second = next_corner(first);
            ring.spokes.push_back({int32_t(c / 3), int32_t(c % 3), point(first), point(second)});
            if (std::find(ring.wedges.begin(), ring.wedges.end(), corners_[c]) == ring.wedges.end())
                ring.wedges.push_back(corners_[c]);
            for (const int64_t other : {first, second}) add(ring, c, other);
        });
        for (const Ring::Neighbour& n : ring.neighbours) ring.border |= n.count == 1, ring.crowded |= n.count > 2;
    }

    // Whether an edge runs between two points; where neither can be walked, it is taken for granted.
    bool joined(int32_t x, int32_t y) {
        if (degree_[x] > degree_[y]) std::swap(x, y);
        if (degree_[x] > kMost) return true;
        bool found = false;
        each(x, [&](int64_t c) {
            const int64_t first = next_corner(c);
            found |= point(first) == y || point(next_corner(first)) == y;
        });
        return found;
    }

    // Every wedge that stands at a point, some of them more than once; none where there are too many.
    template <class Use>
    void each_wedge(int32_t a, Use use) {
        if (degree_[a] <= kMost) each(a, [&](int64_t c) { use(corners_[c]); });
    }

    bool has_group(int32_t a, int32_t group) {
        bool found = false;
        each_wedge(a, [&](int32_t wedge) { found |= mesh_.group_of[wedge] == group; });
        return found;
    }

    // Move the point of a ring onto b; its wedges become `kept`. Triangles that have b already are gone.
    void move(const Ring& ring, int32_t b, const std::vector<int32_t>& kept) {
        for (size_t i = 0; i < ring.wedges.size(); ++i)
            if (kept[i] == ring.wedges[i]) point_of_[kept[i]] = b;
        for (const Ring::Spoke& s : ring.spokes) {
            const int64_t corner = int64_t(s.triangle) * 3 + s.corner;
            if (s.first == b || s.second == b) {
                for (int64_t c = int64_t(s.triangle) * 3; c < int64_t(s.triangle) * 3 + 3; ++c)
                    if (c != corner) --degree_[point(c)];
                corners_[int64_t(s.triangle) * 3] = -1;
                continue;
            }
            const size_t at = std::find(ring.wedges.begin(), ring.wedges.end(), corners_[corner]) - ring.wedges.begin();
            corners_[corner] = kept[at];
            link(corner, b);
        }
    }

  private:
    int32_t point(int64_t corner) const { return point_of_[corners_[corner]]; }
    void link(int64_t corner, int32_t a) {
        next_[corner] = head_[a];
        head_[a] = corner;
        ++degree_[a];
    }
    // Every live corner at a point; dead ones drop out of its list on the way.
    template <class Use>
    void each(int32_t a, Use use) {
        for (int64_t* from = &head_[a]; *from >= 0;) {
            const int64_t corner = *from;
            if (corners_[corner / 3 * 3] < 0) {
                *from = next_[corner];
                continue;
            }
            from = &next_[corner];
            use(corner);
        }
    }
    void add(Ring& ring, int64_t here, int64_t there) {
        const int32_t p = point(there);
        for (Ring::Neighbour& n : ring.neighbours)
            if (n.point == p) {
                if (n.count < 2) n.here[n.count] = corners_[here], n.there[n.count] = corners_[there];
                ++n.count;
                return;
            }
        ring.neighbours.push_back({p, 1, {corners_[here], -1}, {corners_[there], -1}});
    }

    const Mesh& mesh_;
    std::vector<int32_t> corners_, point_of_;
    std::vector<int64_t> next_, head_;
    std::vector<int32_t> degree_;
};

}  // namespace forge3d
