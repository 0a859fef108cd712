// Where light leaves thick glass: how deep that is, and which way is out.
#include "frame.glsl"
#include "<material>"
#include "brdf.glsl"
#include "facts.glsl"
#include "ibl.glsl"
#include "punctual.glsl"
#include "<layers>"

layout(location = 0) out vec4 o_exit;

void main() {
    Surface s;
    fill_frame(s);
    o_exit = vec4(gl_FragCoord.z, -s.geometric);
}
