// Directional albedo of the lobes by (n·v, roughness): GGX split into the factors of f0 and f90, and sheen's.
#include "constants.glsl"
#include "brdf.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
layout(rgba32f, binding = 0) writeonly uniform image2D target;

const uint SAMPLE_COUNT = 1024u;

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    vec2 size = vec2(imageSize(target)) - 1.0;
    float n_v = max(float(at.x) / size.x, 1e-3), roughness = float(at.y) / size.y;
    float alpha = max(sq(roughness), 1e-5), sheen = max(roughness, 0.07);
    vec3 v = vec3(sqrt(1.0 - n_v * n_v), 0.0, n_v);
    vec3 sum = vec3(0.0);
    for (uint i = 0u; i < SAMPLE_COUNT; i++) {
        vec2 xi = vec2((float(i) + 0.5) / float(SAMPLE_COUNT), float(bitfieldReverse(i)) * 2.3283064365386963e-10);
        float phi = 2.0 * PI * xi.x;
        // GGX: half vectors by the distribution.
        float cos_h = sqrt((1.0 - xi.y) / (1.0 + (alpha * alpha - 1.0) * xi.y));
        vec3 h = vec3(sqrt(max(1.0 - cos_h * cos_h, 0.0)) * vec2(cos(phi), sin(phi)), cos_h);
        float v_h = max(dot(v, h), 0.0), n_l = 2.0 * v_h * h.z - v.z;
        if (n_l > 0.0) {
            float weight = visibility_ggx(n_l, n_v, alpha) * v_h * n_l * 4.0 / max(h.z, 1e-6);
            float f = schlick_weight(v_h);
            sum.xy += weight * vec2(1.0 - f, f);
        }
        // Sheen: directions uniform over the hemisphere.
        vec3 l = vec3(sqrt(1.0 - xi.y * xi.y) * vec2(cos(phi), sin(phi)), xi.y);
        float lobe = distribution_charlie(normalize(v + l).z, sheen) * visibility_cloth(l.z, n_v);
        sum.z += lobe * l.z * 2.0 * PI;
    }
    imageStore(target, at, vec4(sum / float(SAMPLE_COUNT), 1.0));
}
