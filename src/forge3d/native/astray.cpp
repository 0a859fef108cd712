#include "astray.h"

namespace forge3d {

namespace {

std::vector<double> corners(const Mesh& mesh) {
    std::vector<double> numbers;
    numbers.reserve(3 * mesh.corners.size());
    for (size_t c = 0; c < mesh.corners.size(); ++c) {
        const Vec3 p = mesh.points[mesh.point_at(c)];
        numbers.insert(numbers.end(), {p.x, p.y, p.z});
    }
    return numbers;
}

}  // namespace

Astray::Astray(const Mesh& mesh)
    : mesh_(mesh), surface_(corners(mesh).data(), int64_t(mesh.triangles())), held_(mesh.triangles(), -1),
      next_(mesh.points.size(), -1) {}

void Astray::leave(const Ring& ring, int32_t b) {
    fan_.clear();
    const Vec3 to = mesh_.points[b];
    for (const Ring::Spoke& s : ring.spokes)
        if (s.first != b && s.second != b)
            fan_.push_back({Facet(to, mesh_.points[s.first], mesh_.points[s.second]), s.triangle});
}

double Astray::beyond(const Ring& ring, int32_t a, int32_t b, double squared) {
    if (!(squared < INFINITY)) return 0;
    leave(ring, b);
    // A held point is most likely near the triangle that holds it.
    const auto from = [&](int32_t point, size_t first) {
        double least = INFINITY;
        for (size_t i = 0; i < fan_.size() && least > squared; ++i) {
            const Triangle& t = fan_[(first + i) % fan_.size()];
            least = std::min(least, t.to(mesh_.points[point]).squared);
        }
        return least;
    };
    if (const double far = from(a, 0); far > squared) return far;
    size_t first = 0;
    for (const Ring::Spoke& s : ring.spokes) {
        for (int32_t p = held_[s.triangle]; p >= 0; p = next_[p])
            if (const double far = from(p, first); far > squared) return far;
        first += s.first != b && s.second != b;
    }
    for (const Triangle& t : fan_)  // the middles of new edges and triangles
        for (const Vec3& p : {t.a + t.ab * 0.5, t.a + (t.ab + t.ac) * (1.0 / 3)}) {
            int32_t guess = t.number;  // itself, where it was at first
            if (!surface_.reaches(p, squared, guess)) return surface_.query(p, guess).squared;
        }
    return 0;
}

void Astray::move(const Ring& ring, int32_t a, int32_t b) {
    leave(ring, b);
    moving_.assign(1, a);
    for (const Ring::Spoke& s : ring.spokes) {
        for (int32_t p = held_[s.triangle]; p >= 0; p = next_[p]) moving_.push_back(p);
        held_[s.triangle] = -1;
    }
    for (const int32_t p : moving_) {
        double least = INFINITY;
        int32_t nearest = -1;
        for (const Triangle& t : fan_) {
            const double far = t.to(mesh_.points[p]).squared;
            if (far < least) least = far, nearest = t.number;
        }
        if (nearest >= 0) next_[p] = held_[nearest], held_[nearest] = p;
    }
}

}  // namespace forge3d
