// Sums a wide lobe over every part of the sky: exact where sampling would be noisy. Lights: environment.py.
#include "constants.glsl"
#include "cube.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform sampler2D t_lights;  // row 0: direction, solid angle; row 1: radiance
layout(rgba16f, binding = 0) writeonly uniform imageCube target;
uniform float alpha2;  // GGX's alpha, squared; negative: the cosine lobe of a matt surface

void main() {
    ivec3 at = ivec3(gl_GlobalInvocationID);
    vec3 n = cube_direction(at.z, (vec2(at.xy) + 0.5) / vec2(imageSize(target)));
    vec4 sum = vec4(0.0);
    int count = textureSize(t_lights, 0).x;
    for (int i = 0; i < count; i++) {
        vec4 light = texelFetch(t_lights, ivec2(i, 0), 0);
        float cosine = dot(n, light.xyz);
        if (cosine <= 0.0) continue;
        float weight = cosine * light.w;
        if (alpha2 >= 0.0) {
            // With n = v the half vector's cosine squared is (1 + cosine) / 2. Smith's visibility, but for a factor.
            float f = (1.0 + cosine) * 0.5 * (alpha2 - 1.0) + 1.0;
            weight *= alpha2 / (f * f * (cosine + sqrt(cosine * cosine * (1.0 - alpha2) + alpha2)));
        }
        sum += vec4(texelFetch(t_lights, ivec2(i, 1), 0).rgb, 1.0) * weight;
    }
    imageStore(target, at, vec4(min(sum.rgb / sum.a, vec3(65000.0)), 1.0));
}
