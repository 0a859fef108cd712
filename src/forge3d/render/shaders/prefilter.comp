// Convolves a cube map with a lobe around each direction. The lobe comes as a table of samples (environment.py).
#include "constants.glsl"
#include "cube.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform samplerCube t_source;
layout(rgba16f, binding = 0) writeonly uniform imageCube target;
// xyz: direction about +z; w: mip level of the source. Weights are the directions' lengths.
#include "<blocks>"
uniform int lobe_size;

void main() {
    ivec3 at = ivec3(gl_GlobalInvocationID);
    vec2 size = vec2(imageSize(target));
    if (any(greaterThanEqual(vec2(at.xy), size))) return;
    vec3 n = cube_direction(at.z, (vec2(at.xy) + 0.5) / size);
    vec3 t = normalize(abs(n.y) < 0.9 ? cross(vec3(0.0, 1.0, 0.0), n) : cross(vec3(1.0, 0.0, 0.0), n));
    mat3 frame = mat3(t, cross(n, t), n);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < lobe_size; i++)
        sum += textureLod(t_source, frame * lobe[i].xyz, lobe[i].w).rgb * length(lobe[i].xyz);
    imageStore(target, at, vec4(min(sum, vec3(65000.0)), 1.0));
}
