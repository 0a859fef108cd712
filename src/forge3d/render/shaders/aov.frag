// Facts about what is seen, one sample a pixel: distance along the view axis in metres, world normal, object and
// material, linear base colour with the material's alpha, first texture coordinates.
#include "frame.glsl"
#include "<material>"
#include "brdf.glsl"
#include "facts.glsl"
#include "ibl.glsl"
#include "punctual.glsl"
#include "<layers>"

layout(location = 0) out float o_depth;
layout(location = 1) out vec4 o_normal;
layout(location = 2) out uvec2 o_ids;
layout(location = 3) out vec4 o_albedo;
layout(location = 4) out vec2 o_uv;

void main() {
    vec4 color = base_color();
#if defined(ALPHA_MASK)
    if (color.a < m_alpha_cutoff) discard;
#elif defined(ALPHA_BLEND)
    if (color.a < 0.5) discard;
#endif
    Surface s = surface(color);
    o_depth = -dot(v_position, f_back.xyz);
    o_normal = vec4(s.normal, 1.0);
    o_ids = uvec2(d_object, d_material);
#if defined(ALPHA_MASK) || !defined(ALPHA_BLEND)
    color.a = 1.0;
#endif
    o_albedo = vec4(s.base_color, color.a);
#ifdef HAS_UV
    o_uv = v_uv0;
#else
    o_uv = vec2(0.0);
#endif
}
