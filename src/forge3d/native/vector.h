// Points and directions in space, and views of the caller's arrays.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace forge3d {

struct Vec3 {
    double x = 0, y = 0, z = 0;
    Vec3 operator+(const Vec3& o) const { return {x + o.x, y + o.y, z + o.z}; }
    Vec3 operator-(const Vec3& o) const { return {x - o.x, y - o.y, z - o.z}; }
    Vec3 operator*(double s) const { return {x * s, y * s, z * s}; }
    double operator[](int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }
};

inline double dot(const Vec3& a, const Vec3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(const Vec3& a, const Vec3& b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(const Vec3& a) { return std::sqrt(dot(a, a)); }
// Of length one; zero where there is no direction.
inline Vec3 unit(const Vec3& a) {
    const double l = length(a);
    return l > 0 ? a * (1 / l) : Vec3{};
}

// What the caller got wrong; its text becomes the Python error's.
struct BadArgument : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

// What the caller's progress function asked for.
struct Cancelled {};

// Called now and then with the part done, 0 to 1; anything but 0 cancels.
using Progress = int (*)(double);

inline void report(Progress progress, double part) {
    if (progress && progress(part)) throw Cancelled{};
}

}  // namespace forge3d
