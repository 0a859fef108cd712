// Filters samples in linear light, tone maps once, puts the background behind, encodes sRGB.
#include "frame.glsl"
#include "tonemap.glsl"

layout(binding = 0) uniform sampler2D t_color;  // coverage samples averaged
layout(location = 0) out vec4 o_color;

void main() {
    // The first row in memory is the bottom one; files want the top one first.
    ivec2 at = ivec2(gl_FragCoord.xy), size = textureSize(t_color, 0);
    at.y = size.y / SUPERSAMPLING - 1 - at.y;
    const float taps[SUPERSAMPLING * 3] = float[](TAPS);  // from a pixel before to a pixel after, see filter.py
    ivec2 first = (at - 1) * SUPERSAMPLING;
    vec4 sum = vec4(0.0);
    for (int y = 0; y < SUPERSAMPLING * 3; y++)
        for (int x = 0; x < SUPERSAMPLING * 3; x++)
            sum += taps[x] * taps[y] * texelFetch(t_color, clamp(first + ivec2(x, y), ivec2(0), size - 1), 0);
    float alpha = min(sum.a, 1.0);
    if (alpha == 0.0) discard;  // the background stays
    vec3 color = TONE(sum.rgb / sum.a * f_light.z);
#ifdef TRANSPARENT
    o_color = vec4(srgb_encoded(color), alpha);
#else
    o_color = vec4(srgb_encoded(mix(f_background.rgb, color, alpha)), 1.0);
#endif
}
