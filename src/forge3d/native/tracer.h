// Path tracing (Kajiya 1986): what a camera sees of a stage under a sky and lamps.
#pragma once
#include "shading.h"
#include "sky.h"

namespace forge3d {

// As light/camera.py packs it.
struct Lens {
    float eye[3], right[3], up[3], back[3];
    float half_height, aspect;
    int32_t perspective;
    int32_t width, height;
    int32_t top, bottom;  // rows that are traced; `top` is a multiple of 16
};

// As in shaders/punctual.glsl: four rows of four.
struct Lamp {
    float place[3], kind;  // 0: directional, towards `place`; 1: point; 2: spot
    float color[3], range;
    float axis[4], cone[4];
};

struct Light {
    const Sky* sky;
    float to_sky[9];  // directions of the stage to the sky's, by rows
    float intensity;
    const Lamp* lamps;
    int32_t lamp_count;
};

// A floor that shows nothing but the light which what stands on it takes from it.
struct Ground {
    float center[3];   // what is beyond `radius` of it shows nothing
    float radius;      // 0: there is no ground
    float irradiance;  // of the sky, on a floor where nothing stands; luminance
};

struct Tracing {
    int32_t first, samples;  // of each pixel
    int32_t bounces;         // how often light may turn on its way
    float brightest;         // that bounced light may add to a sample: what is more sparkles
    int32_t threads;
    const float* filter;     // kFilterSteps + 1 weights: of a sample 0 to 1.5 pixels from a pixel's middle, each way
};

constexpr int kFilterSteps = 255, kFilm = 15;

// Adds samples to a film, (rows, width, kFilm), weighted by the filter: colour, linear and times coverage (3), coverage,
// albedo and normal of what is seen first (6), the mean square of the colour's channels, the weight, its square,
// what the ground's shadow covers, its square. The same arguments always add the same, on any number of threads,
// and a pixel two rows within `top` and `bottom` gets the same whatever they are.
void trace(const Stage& stage, const Light& light, const Lens& lens, const Ground& ground, const Tracing& tracing,
           float* film);

}  // namespace forge3d
