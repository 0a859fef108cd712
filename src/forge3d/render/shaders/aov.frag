// Facts about what is seen, one sample a pixel: distance along the view axis in metres, world normal, object.
#include "frame.glsl"
#include "<material>"
#include "brdf.glsl"
#include "facts.glsl"
#include "ibl.glsl"
#include "punctual.glsl"
#include "<layers>"

layout(location = 0) out float o_depth;
layout(location = 1) out vec4 o_normal;
layout(location = 2) out uint o_object;

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
    o_object = d_object;
}
