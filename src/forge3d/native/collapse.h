// Edge collapse of a mesh, recorded once: any number of triangles can be asked for afterwards.
#pragma once
#include "pieces.h"

namespace forge3d {

// What became of each thing, and in which collapse.
struct Chain {
    std::vector<int32_t> becomes, when;
    explicit Chain(size_t count);
    void record(int32_t thing, int32_t into, int32_t collapse) { becomes[thing] = into, when[thing] = collapse; }
    // What each thing is after so many collapses.
    std::vector<int32_t> after(int32_t collapses) const;
};

struct Record {
    Chain points, wedges;
    std::vector<double> cost;      // of each collapse: the squared error that it brings about, times its area,
                                   // or what it waited for where it strays far
    std::vector<double> distance;  // of each collapse: how far surface and attributes are off, as a root mean square
    std::vector<double> strays;    // of each collapse: the squared distance that the surface may have strayed by then
    std::vector<int32_t> removed;  // of each collapse: triangles that it takes away
    std::vector<int32_t> piece_of;  // of each point
    std::vector<int32_t> dropped;   // of each piece: the collapse that left it out
    Record(const Mesh& mesh, const Pieces& pieces)
        : points(mesh.points.size()), wedges(mesh.point_of.size()), piece_of(pieces.of),
          dropped(pieces.list.size(), INT32_MAX) {}
};

// Collapse as long as anything can. Points move onto each other, never elsewhere; leaving out a whole piece counts as a
// collapse too.
Record collapse(const Mesh& mesh, const std::vector<Outline>& outlines, Progress progress);

}  // namespace forge3d
