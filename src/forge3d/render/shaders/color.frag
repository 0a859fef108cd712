// The colour of a surface, linear and premultiplied by alpha.
#include "frame.glsl"
#include "<material>"
#include "brdf.glsl"
#include "facts.glsl"
#include "alpha.glsl"
#include "ibl.glsl"
#include "punctual.glsl"
#include "<layers>"

layout(location = 0) out vec4 o_color;

vec3 shade(Surface s) {
    vec3 color = environment_light(s);
    layers_environment(s, color);
#ifndef BAKED
    color *= s.occlusion;
#endif
    for (int i = 0; i < f_light_count; i++) {
        Light l = light_at(i, s.position);
        vec3 lit = punctual_light(s, l);
        layers_light(s, l, lit);
        color += lit;
    }
    vec3 emissive = s.emissive;
    layers_emission(s, emissive);
    return color + emissive;
}

void main() {
#ifdef FAR
    if (gl_FragCoord.z <= texelFetch(t_exit, ivec2(gl_FragCoord.xy), 0).r) discard;
#endif
    vec4 color = base_color();
    float alpha = covered_alpha(color.a);
#ifdef USE_UNLIT
    o_color = vec4(color.rgb * alpha, alpha);
#elif defined(USE_BARE)
    // Points and lines without normals have no side to be lit from (§3.7.2.1).
    o_color = vec4(min(color.rgb + emission(), 65000.0) * alpha, alpha);
#else
    o_color = vec4(min(shade(surface(color)), 65000.0) * alpha, alpha);
#endif
}
