// How deep things are, and whether there are any: two sums, whose quotient stays their mean in every mip level.
layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform sampler2D t_depth;
layout(rg32f, binding = 0) writeonly uniform image2D target;

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    float depth = texelFetch(t_depth, min(at, textureSize(t_depth, 0) - 1), 0).r;
    imageStore(target, at, vec4(depth < 1.0 ? vec2(depth, 1.0) : vec2(0.0), 0.0, 0.0));
}
