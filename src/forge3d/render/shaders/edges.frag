// Averages a pixel's samples where surfaces were shaded once a pixel: each sample takes the colour of that pixel, of
// itself and its neighbours, on whose surface it lies. Pixels that keep the colour they have in t_color are left out.
// LAYER: what is blended is in t_layer, with all samples; VEIL: in t_color.
#include "frame.glsl"

layout(binding = 0) uniform sampler2D t_color;
layout(binding = 1) uniform sampler2D t_depth;
layout(binding = 2) uniform sampler2DMS t_samples;
#ifdef LAYER
layout(binding = 3) uniform sampler2DMS t_layer;
vec4 layered(vec4 color, vec4 layer) { return layer + (1.0 - layer.a) * color; }
#endif
layout(location = 0) out vec4 o_color;

// On one surface: how far depths may differ within a pixel, how far their mean from the middle's, and how far a sample's
// from the middle's where another surface is in the pixel too. In pixels, the range of depths being as the picture is wide.
const float STEEPEST = 2.0, MOST_BEND = 0.25, NEAR = 1.0;

// A surface is never nothing, nor the other way round: with nothing there may be something blended, in `t_color` too.
vec4 color_at(float depth, ivec2 at) {
    float nearest = 2.0;
    ivec2 from = at, last = textureSize(t_depth, 0) - 1;
    for (int y = -1; y <= 1; y++)
        for (int x = -1; x <= 1; x++) {
            ivec2 beside = clamp(at + ivec2(x, y), ivec2(0), last);
            float there = texelFetch(t_depth, beside, 0).r, away = abs(there - depth);
            if (away < nearest && (there < 1.0) == (depth < 1.0)) {
                nearest = away;
                from = beside;
            }
        }
    return nearest == 2.0 ? vec4(0.0) : texelFetch(t_color, from, 0);
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    float depth = texelFetch(t_depth, at, 0).r, unit = 1.0 / (f_parts * float(textureSize(t_depth, 0).x));
    float mean = 0.0, farthest = 0.0;
    for (int i = 0; i < SAMPLES; i++) {
        float found = texelFetch(t_samples, at, i).r;
        mean += found / float(SAMPLES);
        farthest = max(farthest, abs(found - depth));
    }
    float veiled = 0.0;
#ifdef LAYER
    for (int i = 0; i < SAMPLES; i++) veiled += texelFetch(t_layer, at, i).a;
#endif
    // A discard, and not a condition, is what a processor that draws several pixels at once can leave the rest out by.
    if (veiled == 0.0 && farthest <= STEEPEST * unit && abs(mean - depth) <= MOST_BEND * unit) discard;
    vec4 color = texelFetch(t_color, at, 0), sum = vec4(0.0);
    for (int i = 0; i < SAMPLES; i++) {
        float found = texelFetch(t_samples, at, i).r;
        bool away = abs(found - depth) > NEAR * unit;
#ifdef VEIL
        vec4 seen = away ? color_at(found, at) : color;
#else
        vec4 seen = found == 1.0 ? vec4(0.0) : away ? color_at(found, at) : color;
#endif
#ifdef LAYER
        seen = layered(seen, texelFetch(t_layer, at, i));
#endif
        sum += seen;
    }
    o_color = sum / float(SAMPLES);
}
