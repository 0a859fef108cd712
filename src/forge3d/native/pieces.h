// The parts of a mesh that hang together: a chair's screws, the links of its chain.
#pragma once
#include <algorithm>

#include "mesh.h"
#include "rows.h"

namespace forge3d {

// Of the area of a piece, that leaving it out counts as: something small that is missing shows more than the same area
// that has moved by as much.
constexpr double kDropWeight = 64;

struct Piece {
    Vec3 low{INFINITY, INFINITY, INFINITY}, high{-INFINITY, -INFINITY, -INFINITY};
    double area = 0;
    int64_t left = 0;    // triangles
    int32_t group = -1;  // all its triangles are of this; -2 where they are of several
    bool gone = false;

    double radius() const { return length(high - low) / 2; }
    double cost() const { return kDropWeight * area * radius() * radius(); }
};

struct Pieces {
    std::vector<int32_t> of;  // of each point
    std::vector<Piece> list;

    explicit Pieces(const Mesh& mesh) : of(mesh.points.size()) {
        std::vector<int32_t> corners(mesh.corners.size());
        for (size_t c = 0; c < corners.size(); ++c) corners[c] = mesh.point_at(c);
        components(corners.data(), int64_t(mesh.triangles()), int64_t(of.size()), of.data());
        list.resize(of.empty() ? 0 : size_t(*std::max_element(of.begin(), of.end())) + 1);
        for (size_t t = 0; t < corners.size(); t += 3) {
            Piece& piece = list[of[corners[t]]];
            const Vec3 a = mesh.points[corners[t]], b = mesh.points[corners[t + 1]], c = mesh.points[corners[t + 2]];
            for (const Vec3& p : {a, b, c}) {
                piece.low = {std::min(piece.low.x, p.x), std::min(piece.low.y, p.y), std::min(piece.low.z, p.z)};
                piece.high = {std::max(piece.high.x, p.x), std::max(piece.high.y, p.y), std::max(piece.high.z, p.z)};
            }
            piece.area += length(cross(b - a, c - a)) / 2;
            const int32_t group = mesh.group_of[mesh.corners[t]];
            piece.group = piece.left++ == 0 || piece.group == group ? group : -2;
        }
    }
};

}  // namespace forge3d
