// Latitude-longitude picture to cube map, each texel the mean of 2 × 2 points, which are as dense as the picture.
#include "constants.glsl"
#include "cube.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform sampler2D t_picture;
layout(rgba32f, binding = 0) writeonly uniform imageCube target;

void main() {
    ivec3 at = ivec3(gl_GlobalInvocationID);
    vec2 size = vec2(imageSize(target));
    if (any(greaterThanEqual(vec2(at.xy), size))) return;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        vec2 point = (vec2(at.xy) + (vec2(i & 1, i >> 1) + 0.5) / 2.0) / size;
        vec3 d = cube_direction(at.z, point);
        vec2 uv = vec2(atan(d.z, d.x) / (2.0 * PI) + 0.5, 0.5 - asin(clamp(d.y, -1.0, 1.0)) / PI);
        sum += textureLod(t_picture, uv, 0.0).rgb;
    }
    imageStore(target, at, vec4(sum / 4.0, 1.0));
}
