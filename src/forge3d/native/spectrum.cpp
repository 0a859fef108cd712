#include "spectrum.h"

#include <array>

namespace forge3d {

namespace {

constexpr int kBands = 80;
constexpr float kShortest = 390, kWidth = 4;  // nanometres

// The CIE 1931 observer as Wyman, Sloan and Shirley 2013 fit it ("Simple Analytic Approximations to the CIE XYZ Color
// Matching Functions").
float lobe(float wave, float height, float middle, float left, float right) {
    const float t = (wave - middle) * (wave < middle ? left : right);
    return height * std::exp(-0.5f * t * t);
}

// What linear sRGB shows of it. No screen shows less than nothing, so the most saturated colours are its own.
Float3 response(float wave) {
    const float x = lobe(wave, 0.362f, 442.0f, 0.0624f, 0.0374f) + lobe(wave, 1.056f, 599.8f, 0.0264f, 0.0323f) -
                    lobe(wave, 0.065f, 501.1f, 0.0490f, 0.0382f);
    const float y = lobe(wave, 0.821f, 568.8f, 0.0213f, 0.0247f) + lobe(wave, 0.286f, 530.9f, 0.0613f, 0.0322f);
    const float z = lobe(wave, 1.217f, 437.0f, 0.0845f, 0.0278f) + lobe(wave, 0.681f, 459.0f, 0.0385f, 0.0725f);
    return {std::max(3.2404542f * x - 1.5371385f * y - 0.4985314f * z, 0.0f),
            std::max(-0.9692660f * x + 1.8760108f * y + 0.0415560f * z, 0.0f),
            std::max(0.0556434f * x - 0.2040259f * y + 1.0572252f * z, 0.0f)};
}

struct Bands {
    std::array<Float3, kBands> weight;
    std::array<float, kBands> until;  // the part of all choices up to and with a band

    Bands() {
        Float3 sum;
        for (int i = 0; i < kBands; ++i) sum += weight[size_t(i)] = response(kShortest + (float(i) + 0.5f) * kWidth);
        float before = 0;
        for (int i = 0; i < kBands; ++i) {
            Float3& w = weight[size_t(i)];
            w = {w.x / sum.x, w.y / sum.y, w.z / sum.z};
            const float often = (w.x + w.y + w.z) / 3;
            until[size_t(i)] = before += often;
            w = often > 0 ? w * (1 / often) : Float3();
        }
    }
};

}  // namespace

Wave Wave::chosen(float u) {
    static const Bands bands;
    const auto at = std::min(std::upper_bound(bands.until.begin(), bands.until.end(), u) - bands.until.begin(),
                             std::ptrdiff_t(kBands - 1));
    const float before = at ? bands.until[size_t(at - 1)] : 0, part = (u - before) / (bands.until[size_t(at)] - before);
    return {kShortest + (float(at) + clamped(part)) * kWidth, bands.weight[size_t(at)]};
}

}  // namespace forge3d
