// Quadric error of surfaces with attributes, after Garland & Heckbert 1997 ("Surface simplification using quadric error
// metrics") and Hoppe 1999 ("New quadric metric for simplifying meshes with appearance attributes").
#pragma once
#include <vector>

#include "vector.h"

namespace forge3d {

// The sum of `weight · (normal · p + offset)²` over planes: pᵀ M p + 2 v·p + c.
struct Quadric {
    double m[6] = {}, v[3] = {}, c = 0;  // M as xx, yy, zz, xy, xz, yz

    void add_plane(const Vec3& n, double offset, double weight) {
        const Vec3 s = n * weight;
        m[0] += s.x * n.x, m[1] += s.y * n.y, m[2] += s.z * n.z;
        m[3] += s.x * n.y, m[4] += s.x * n.z, m[5] += s.y * n.z;
        v[0] += s.x * offset, v[1] += s.y * offset, v[2] += s.z * offset;
        c += weight * offset * offset;
    }
    void operator+=(const Quadric& o) {
        for (int i = 0; i < 6; ++i) m[i] += o.m[i];
        for (int i = 0; i < 3; ++i) v[i] += o.v[i];
        c += o.c;
    }
    double at(const Vec3& p) const {
        return m[0] * p.x * p.x + m[1] * p.y * p.y + m[2] * p.z * p.z +
               2 * (m[3] * p.x * p.y + m[4] * p.x * p.z + m[5] * p.y * p.z + v[0] * p.x + v[1] * p.y + v[2] * p.z) + c;
    }
};

// For each wedge the sum, over triangles and attributes, of `weight · (gradient · p + offset − value)²`: how far the
// attributes at p are from the linear functions that they were on the triangles around.
class AttributeQuadrics {
  public:
    AttributeQuadrics(size_t wedges, int kinds) : kinds_(kinds), stride_(1 + 4 * size_t(kinds)) {
        squares_.resize(wedges);
        sums_.resize(wedges * stride_);
    }

    // Add one linear function for each attribute, `(gradient, offset)` by fours.
    void add(size_t wedge, const double* functions, double weight) {
        double* sum = &sums_[wedge * stride_];
        sum[0] += weight;
        for (int k = 0; k < kinds_; ++k) {
            const double* f = functions + 4 * k;
            squares_[wedge].add_plane({f[0], f[1], f[2]}, f[3], weight);
            for (int i = 0; i < 4; ++i) sum[1 + 4 * k + i] += weight * f[i];
        }
    }
    void merge(size_t into, size_t gone) {
        squares_[into] += squares_[gone];
        for (size_t i = 0; i < stride_; ++i) sums_[into * stride_ + i] += sums_[gone * stride_ + i];
    }
    double at(size_t wedge, const Vec3& p, const double* values) const {
        const double* sum = &sums_[wedge * stride_];
        double total = squares_[wedge].at(p);
        for (int k = 0; k < kinds_; ++k) total += values[k] * (sum[0] * values[k] - 2 * expected(sum, k, p));
        return total;
    }
    // What the error is as a function of the place alone, where every attribute takes the value that is best there.
    Quadric where_values_follow(size_t wedge) const {
        Quadric q = squares_[wedge];
        const double* sum = &sums_[wedge * stride_];
        if (sum[0] > 0)
            for (int k = 0; k < kinds_; ++k) {
                const double* f = sum + 1 + 4 * k;
                q.add_plane({f[0], f[1], f[2]}, f[3], -1 / sum[0]);
            }
        return q;
    }
    // The best values at a place; false where nothing says what they are.
    bool best_values(size_t wedge, const Vec3& p, double* values) const {
        const double* sum = &sums_[wedge * stride_];
        if (!(sum[0] > 0)) return false;
        for (int k = 0; k < kinds_; ++k) values[k] = expected(sum, k, p) / sum[0];
        return true;
    }

  private:
    static double expected(const double* sum, int k, const Vec3& p) {
        const double* f = sum + 1 + 4 * k;
        return f[0] * p.x + f[1] * p.y + f[2] * p.z + f[3];
    }
    int kinds_;
    size_t stride_;
    std::vector<Quadric> squares_;
    std::vector<double> sums_;  // of each wedge: weight, then (gradient, offset) · weight of each attribute
};

}  // namespace forge3d
