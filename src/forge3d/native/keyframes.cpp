#include "keyframes.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <vector>

namespace forge3d {

namespace {

// Of half the angle from key to key: from there on rounding decides which way is shorter.
const double kAlmostHalfATurn = std::cos(85.0 * 3.14159265358979323846 / 180.0);

double dot4(const double* a, const double* b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]; }

// Radians between the rotations of unit quaternions; exact for small ones, where the arc cosine is not.
double angle(const double* a, const double* b) {
    const double sign = dot4(a, b) < 0 ? -1 : 1;
    double sum = 0;
    for (int k = 0; k < 4; ++k) sum += (a[k] - sign * b[k]) * (a[k] - sign * b[k]);
    return 4 * std::asin(std::min(std::sqrt(sum) / 2, 1.0));
}

// The stretch of one track from key `a` to key `b`, with what is alike for all keys between.
class Stretch {
public:
    Stretch(const double* times, const Track& track, int64_t a, int64_t b)
        : times_(times), track_(track), a_(a), b_(b), from_(at(a)), to_(at(b)), span_(times[b] - times[a]) {
        turns_ = track.rotation && track.course == kLinear;
        if (turns_) {
            const double cosine = dot4(from_, to_);
            sign_ = cosine < 0 ? -1 : 1;
            angle_ = std::acos(std::min(std::abs(cosine), 1.0));
            sine_ = std::sin(angle_);
        }
    }

    // Whether nobody can say which way a rotation turns.
    bool unclear() const { return turns_ && b_ > a_ + 1 && std::cos(angle_) < kAlmostHalfATurn; }

    // How far the track is from its key `i` without it.
    double error(int64_t i) {
        if (track_.course == kSpline) return spline(i);
        const double* point = at(i);
        if (track_.course == kStep) return track_.rotation ? angle(from_, point) : off(point, 1, 0);
        const double t = (times_[i] - times_[a_]) / span_;
        if (!track_.rotation) return off(point, 1 - t, t);
        const bool small = sine_ < 1e-6;
        const double left = small ? 1 - t : std::sin((1 - t) * angle_) / sine_;
        const double right = sign_ * (small ? t : std::sin(t * angle_) / sine_);
        double turned[4];
        for (int k = 0; k < 4; ++k) turned[k] = left * from_[k] + right * to_[k];
        const double length = std::max(std::sqrt(dot4(turned, turned)), 1e-30);
        for (double& part : turned) part /= length;
        return angle(turned, point);
    }

private:
    const double* at(int64_t key) const {
        return track_.course == kSpline ? track_.values + (3 * key + 1) * track_.width
                                        : track_.values + key * track_.width;
    }

    double off(const double* point, double left, double right) const {
        double sum = 0, largest = 0;
        for (int32_t k = 0; k < track_.width; ++k) {
            const double d = point[k] - (left * from_[k] + right * to_[k]);
            sum += d * d, largest = std::max(largest, std::abs(d));
        }
        return track_.apart ? largest : std::sqrt(sum);
    }

    // The difference of two splines is a spline again, and stays within its Bézier points. Between key `i` and the next
    // those are the difference at `i`, and that plus a third of the span times the difference of the slopes; so too at
    // its other end. A rotation is twice as far as its quaternion.
    double spline(int64_t i) const {
        const int32_t width = track_.width;
        const double s = (times_[i] - times_[a_]) / span_, h = span_;
        const double before = (times_[i] - times_[i - 1]) / 3, after = (times_[i + 1] - times_[i]) / 3;
        const double* point = at(i);
        double sums[3] = {}, largest = 0;
        for (int32_t k = 0; k < width; ++k) {
            const double p = from_[k], q = to_[k], out = from_[width + k], in = to_[k - width];
            const double value = (2 * s * s * s - 3 * s * s + 1) * p + (s * s * s - 2 * s * s + s) * h * out +
                                 (3 * s * s - 2 * s * s * s) * q + (s * s * s - s * s) * h * in;
            const double slope =
                (6 * s * s - 6 * s) * (p - q) / h + (3 * s * s - 4 * s + 1) * out + (3 * s * s - 2 * s) * in;
            const double d = point[k] - value;
            const double parts[3] = {d, d - (point[k - width] - slope) * before,
                                     d + (point[width + k] - slope) * after};
            for (int part = 0; part < 3; ++part) {
                sums[part] += parts[part] * parts[part], largest = std::max(largest, std::abs(parts[part]));
            }
        }
        const double apart = track_.apart ? largest : std::sqrt(std::max({sums[0], sums[1], sums[2]}));
        return track_.rotation ? 2 * apart : apart;
    }

    const double* times_;
    const Track& track_;
    int64_t a_, b_;
    const double *from_, *to_;
    double span_, angle_ = 0, sine_ = 0, sign_ = 1;
    bool turns_;
};

// Whether all tracks do without the keys between two.
bool enough(const double* times, const Track* tracks, int64_t track_count, int64_t a, int64_t b) {
    for (const Track* track = tracks; track < tracks + track_count; ++track) {
        Stretch stretch(times, *track, a, b);
        if (stretch.unclear()) return false;
        for (int64_t i = a + 1; i < b; ++i) {
            if (!(stretch.error(i) <= track->tolerance)) return false;
        }
    }
    return true;
}

}  // namespace

void keyframes(const double* times, int64_t count, const Track* tracks, int64_t track_count, uint8_t* kept) {
    std::fill(kept, kept + count, 0);
    for (int64_t a = 0; a < count;) {
        kept[a] = 1;
        if (a == count - 1) break;
        int64_t b = a + 1, step = 1;
        const auto reaches = [&] {
            if (b + step > count - 1 || !enough(times, tracks, track_count, a, b + step)) return false;
            b += step;
            return true;
        };
        while (reaches()) step *= 2;
        while (step /= 2) reaches();
        a = b;
    }
}

}  // namespace forge3d

// For `keyframes.py`: `values` holds the tracks one after the other, `shapes` width, course, rotation and apart of each.
extern "C" __attribute__((visibility("default"))) int forge3d_keyframes(
    const double* times, int64_t count, const double* values, const int32_t* shapes, const double* tolerances,
    int64_t track_count, uint8_t* kept) {
    using namespace forge3d;
    try {
        std::vector<Track> tracks;
        for (int64_t i = 0; i < track_count; ++i) {
            const int32_t* shape = shapes + 4 * i;
            tracks.push_back({values, shape[0], shape[1], shape[2], shape[3], tolerances[i]});
            values += count * shape[0] * (shape[1] == kSpline ? 3 : 1);
        }
        keyframes(times, count, tracks.data(), track_count, kept);
        return 0;
    } catch (const std::bad_alloc&) {
        return 3;
    }
}
