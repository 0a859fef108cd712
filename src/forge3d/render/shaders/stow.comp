// Copies one level of a cube map into a buffer of half floats, or back: the API reads and writes no levels of cubes.
layout(local_size_x = 8, local_size_y = 8) in;
layout(rgba16f, binding = 0) uniform imageCube level;
layout(std430, binding = 0) buffer Texels { uvec2 texels[]; };
uniform uint first;
uniform bool restore;

void main() {
    ivec3 at = ivec3(gl_GlobalInvocationID);
    int side = imageSize(level).x;
    uint i = first + uint((at.z * side + at.y) * side + at.x);
    if (restore) {
        imageStore(level, at, vec4(unpackHalf2x16(texels[i].x), unpackHalf2x16(texels[i].y)));
    } else {
        vec4 texel = imageLoad(level, at);
        texels[i] = uvec2(packHalf2x16(texel.xy), packHalf2x16(texel.zw));
    }
}
