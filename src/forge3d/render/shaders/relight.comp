// Light on the sites of a baked scene under this frame's sky. Each step is a dispatch: SKY: the radiance of each cell;
// DIRECT: what sites get of it; BOUNCE: what they send each other; LAST: the same, and what they mirror to the camera.
#include "frame.glsl"
#include "brdf.glsl"

// Four cells at a time, as going round a loop costs more than what is done there.
layout(local_size_x = 64) in;
layout(binding = 0) uniform samplerCube t_radiance;  // see ibl.glsl

struct Site {
    vec4 place;       // w: perceptual roughness
    vec4 normal;
    vec4 reflectance;
    vec4 emitted;
};
layout(std430, binding = 0) readonly buffer Sites { Site sites[]; };
layout(std430, binding = 1) readonly buffer Starts { uint starts[]; };
layout(std430, binding = 2) readonly buffer Entries { uint entries[]; };  // see light/transfer.py
layout(std430, binding = 3) buffer Sky { vec4 sky[]; };                   // radiance of the cells about c_middles
layout(std430, binding = 4) buffer Direct { vec4 direct[]; };             // irradiance / π; w: the part of the sky's that arrives
layout(std430, binding = 5) readonly buffer Sent { vec4 sent[]; };        // radiance that sites send on
layout(std430, binding = 6) writeonly buffer Sending { vec4 sending[]; };
layout(std430, binding = 7) writeonly buffer Lit { vec4 lit[]; };         // two a site, see baked.glsl

const float SPREAD = 0.18;  // of a cell: about the sine of its radius
const float SHARE = 4.0 / float(CELLS);  // of a cell's radiance, times cosine: irradiance / π

// The cosine towards a cell, where what is below the horizon counts as zero: its mean over the cell.
float facing(vec3 normal, uint cell) {
    float c = dot(normal, c_middles[cell].xyz);
    return c >= SPREAD ? c : c <= -SPREAD ? 0.0 : sq(c + SPREAD) / (4.0 * SPREAD);
}
vec3 sent_by(uint site) { return sent[min(site, r_sites)].rgb; }  // behind the last is darkness
float luminance(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

// About exp(sharp · (cosine - 1)), where the cosine is that between a lobe's direction and a cell; zero far off.
float lobe_at(vec3 direction, uint cell, float sharp) {
    float near = max(1.0 + sharp * 0.125 * (dot(c_middles[cell].xyz, direction) - 1.0), 0.0);
    near *= near;
    near *= near;
    return near * near;
}

void main() {
    uint at = gl_GlobalInvocationID.x;
#if defined(SKY)
    if (at >= uint(CELLS)) return;
    vec3 world = mat3(r_to_world) * c_middles[at].xyz;
    float level = SKY_ROUGHNESS * (1.7 - 0.7 * SKY_ROUGHNESS) * (f_light.y - 1.0);
    sky[at] = textureLod(t_radiance, mat3(f_environment) * world, level) * f_light.x;
#else
    if (at >= r_sites) return;
    Site s = sites[at];
    vec3 n = s.normal.xyz;
#if defined(DIRECT)
    vec3 all = vec3(0.0), blocked = vec3(0.0);
    for (uint cell = 0u; cell < uint(CELLS); cell += 4u) {
        all += facing(n, cell) * sky[cell].rgb;
        all += facing(n, cell + 1u) * sky[cell + 1u].rgb;
        all += facing(n, cell + 2u) * sky[cell + 2u].rgb;
        all += facing(n, cell + 3u) * sky[cell + 3u].rgb;
    }
    for (uint i = starts[at]; i < starts[at + 1u]; i++) {
        uint e = entries[i], cell = e & 127u;
        blocked += float(e >> 7 & 63u) / 63.0 * facing(n, cell) * sky[cell].rgb;
    }
    vec3 arriving = max(all - blocked, vec3(0.0)) * SHARE;
    direct[at] = vec4(arriving, clamp(luminance(all - blocked) / max(luminance(all), 1e-9), 0.0, 1.0));
    sending[at] = vec4(arriving * s.reflectance.rgb + s.emitted.rgb, 0.0);
#else
#if defined(LAST)
    if (starts[at] == starts[at + 1u]) {
        lit[2u * at] = lit[2u * at + 1u] = vec4(0.0, 0.0, 0.0, 1.0);
        return;
    }
    vec3 view = r_eye.w > 0.5 ? normalize(r_eye.xyz - s.place.xyz) : r_eye.xyz;
    vec3 r = reflect(-view, n);
    if (dot(r, n) < 0.0) r = reflect(r, n);
    float alpha = sq(s.place.w);
    float sharp = min(0.5 / max(sq(alpha), 1e-4), SHARPEST);
    float all = 1e-6;
    for (uint cell = 0u; cell < uint(CELLS); cell += 4u) {
        all += lobe_at(r, cell, sharp) * step(0.0, dot(c_middles[cell].xyz, n));
        all += lobe_at(r, cell + 1u, sharp) * step(0.0, dot(c_middles[cell + 1u].xyz, n));
        all += lobe_at(r, cell + 2u, sharp) * step(0.0, dot(c_middles[cell + 2u].xyz, n));
        all += lobe_at(r, cell + 3u, sharp) * step(0.0, dot(c_middles[cell + 3u].xyz, n));
    }
    float blocked = 0.0;
    vec3 mirrored = vec3(0.0);
#endif
    vec3 others = vec3(0.0);
    for (uint i = starts[at]; i < starts[at + 1u]; i++) {
        uint e = entries[i], cell = e & 127u;
        float part = float(e >> 7 & 63u) / 63.0;
        vec3 light = part * sent_by(e >> 13);
        others += light * facing(n, cell);
#if defined(LAST)
        float w = lobe_at(r, cell, sharp) * step(0.0, dot(c_middles[cell].xyz, n));
        blocked += w * part;
        mirrored += w * light;
#endif
    }
    others *= SHARE;
#if defined(LAST)
    lit[2u * at] = vec4(others, direct[at].w);
    lit[2u * at + 1u] = vec4(mirrored / all, 1.0 - clamp(blocked / all, 0.0, 1.0));
#else
    sending[at] = vec4((direct[at].rgb + others) * s.reflectance.rgb + s.emitted.rgb, 0.0);
#endif
#endif
#endif
}
