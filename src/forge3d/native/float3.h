// Points, directions and colours in single precision, for light: what is measured exactly uses `Vec3`.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace forge3d {

constexpr float kPi = 3.14159265358979f;

struct Float3 {
    float x = 0, y = 0, z = 0;
    Float3() = default;
    Float3(float a, float b, float c) : x(a), y(b), z(c) {}
    explicit Float3(float all) : x(all), y(all), z(all) {}
    explicit Float3(const float* p) : x(p[0]), y(p[1]), z(p[2]) {}
    Float3 operator+(const Float3& o) const { return {x + o.x, y + o.y, z + o.z}; }
    Float3 operator-(const Float3& o) const { return {x - o.x, y - o.y, z - o.z}; }
    Float3 operator*(const Float3& o) const { return {x * o.x, y * o.y, z * o.z}; }
    Float3 operator*(float s) const { return {x * s, y * s, z * s}; }
    Float3 operator-() const { return {-x, -y, -z}; }
    Float3& operator+=(const Float3& o) { return *this = *this + o; }
    Float3& operator*=(const Float3& o) { return *this = *this * o; }
    float operator[](int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }
};

inline float dot(const Float3& a, const Float3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Float3 cross(const Float3& a, const Float3& b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(const Float3& a) { return std::sqrt(dot(a, a)); }
// Of length one; zero where there is no direction.
inline Float3 unit(const Float3& a) {
    const float l = length(a);
    return l > 0 ? a * (1 / l) : Float3{};
}
inline float largest(const Float3& a) { return std::max(a.x, std::max(a.y, a.z)); }
// Rec. 709.
inline float luminance(const Float3& a) { return 0.2126f * a.x + 0.7152f * a.y + 0.0722f * a.z; }
inline Float3 mix(const Float3& a, const Float3& b, float t) { return a * (1 - t) + b * t; }
inline float clamped(float v, float low = 0, float high = 1) { return std::min(std::max(v, low), high); }

// Two directions that stand square on a unit vector and on each other (Duff et al. 2017, "Building an Orthonormal
// Basis, Revisited").
struct Frame {
    Float3 x, y, z;
    explicit Frame(const Float3& n) : z(n) {
        const float sign = std::copysign(1.0f, n.z), a = -1 / (sign + n.z), b = n.x * n.y * a;
        x = {1 + sign * n.x * n.x * a, sign * b, -sign * n.x};
        y = {b, sign + n.y * n.y * a, -n.y};
    }
    // With x as near to `along` as it gets.
    Frame(const Float3& n, const Float3& along) : Frame(n) {
        const Float3 flat = along - n * dot(n, along);
        if (dot(flat, flat) < 1e-12f) return;
        x = unit(flat), y = cross(n, x);
    }
    Float3 local(const Float3& v) const { return {dot(v, x), dot(v, y), dot(v, z)}; }
    Float3 world(const Float3& v) const { return x * v.x + y * v.y + z * v.z; }
};

}  // namespace forge3d
