// Averages a pixel's samples in linear light, tone maps once, puts the background behind, encodes sRGB.
#include "frame.glsl"
#include "tonemap.glsl"

#ifdef SAMPLES
layout(binding = 0) uniform sampler2DMS t_color;
#else
layout(binding = 0) uniform sampler2D t_color;
#endif
layout(location = 0) out vec4 o_color;

#ifdef SAMPLES
int height() { return textureSize(t_color).y; }
vec4 gathered(ivec2 at) {
    vec4 sum = vec4(0.0);
    for (int i = 0; i < SAMPLES; i++) sum += texelFetch(t_color, at, i);
    return sum / float(SAMPLES);
}
#else
int height() { return textureSize(t_color, 0).y; }
vec4 gathered(ivec2 at) { return texelFetch(t_color, at, 0); }
#endif

void main() {
    // The first row in memory is the bottom one; files want the top one first.
    ivec2 at = ivec2(gl_FragCoord.xy);
    at.y = height() / SUPERSAMPLING - 1 - at.y;
    ivec2 corner = at * SUPERSAMPLING;
    vec4 sum = vec4(0.0);
    for (int y = 0; y < SUPERSAMPLING; y++)
        for (int x = 0; x < SUPERSAMPLING; x++) sum += gathered(corner + ivec2(x, y));
    sum /= float(SUPERSAMPLING * SUPERSAMPLING);
    float alpha = min(sum.a, 1.0);
    vec3 color = alpha > 0.0 ? TONE(sum.rgb / sum.a * f_light.z) : vec3(0.0);
#ifdef TRANSPARENT
    o_color = vec4(srgb_encoded(color), alpha);
#else
    o_color = vec4(srgb_encoded(mix(f_background.rgb, color, alpha)), 1.0);
#endif
}
