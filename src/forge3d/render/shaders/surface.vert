// Places a vertex: morph targets, then skin or node and instance transform, then the camera.
#include "frame.glsl"

// Normals, tangents and colours are taken where a pixel is covered, else they overshoot at every silhouette. Positions
// and UVs are not: their screen derivatives would jump there.
in vec3 a_position;
#ifdef HAS_NORMAL
in vec3 a_normal;
centroid out vec3 v_normal;
#endif
#ifdef HAS_TANGENT
in vec4 a_tangent;
centroid out vec4 v_tangent;
#endif
#ifdef HAS_COLOR
in vec4 a_color;
centroid out vec4 v_color;
#endif
#ifdef SKIN_SETS
in vec4 a_joints0;
in vec4 a_weights0;
#if SKIN_SETS > 1
in vec4 a_joints1;
in vec4 a_weights1;
#endif
layout(std430, binding = 0) readonly buffer Joints { mat4 joints[]; };

mat4 skin_set(vec4 index, vec4 weight) {
    // An index past the joints is a fault of the file; it must not read past the buffer.
    uvec4 j = min(uvec4(index), uvec4(d_joints - 1u));
    return weight.x * joints[d_first_joint + j.x] + weight.y * joints[d_first_joint + j.y]
         + weight.z * joints[d_first_joint + j.z] + weight.w * joints[d_first_joint + j.w];
}
#endif
#ifdef MORPHED
// Position, normal and tangent deltas of each vertex, target by target; w is padding.
layout(std430, binding = 1) readonly buffer Deltas { vec4 deltas[]; };
#endif
#ifdef INSTANCED
layout(std430, binding = 2) readonly buffer Instances { mat4 instances[]; };
#endif
#ifdef BAKED
layout(std430, binding = 3) readonly buffer Lit { vec4 lit[]; };             // of each site, see relight.comp
layout(std430, binding = 4) readonly buffer PointsOf { uvec4 points_of[]; };  // of each vertex: points << 8 | weights
out vec4 v_lit;
out vec4 v_mirrored;

void add_light(uint part, bool behind) {
    uint site = part >> 8;
    if (behind && site < r_two_sided) site += r_points;
    float weight = float(part & 255u) / 255.0;
    v_lit += weight * lit[2u * site];
    v_mirrored += weight * lit[2u * site + 1u];
}

void gather_light(bool behind) {
    uvec4 parts = points_of[d_first_vertex + uint(gl_InstanceID) * d_vertices + uint(gl_VertexID)];
    v_lit = v_mirrored = vec4(0.0);
    add_light(parts.x, behind);
    if (parts.x % 256u == 255u) return;
    add_light(parts.y, behind);
    add_light(parts.z, behind);
    add_light(parts.w, behind);
}
#endif
#include "<uv_inputs>"

out vec3 v_position;  // relative to the camera, for precision
invariant gl_Position;

mat4 place() {
#ifdef SKIN_SETS
    mat4 skin = skin_set(a_joints0, a_weights0);
    vec4 weights = abs(a_weights0);
#if SKIN_SETS > 1
    skin += skin_set(a_joints1, a_weights1);
    weights += abs(a_weights1);
#endif
    // Weights that do not sum up to 1 are a fault of the file: `document.skinning` says what is made of it.
    float total = dot(weights, vec4(1.0));
    return total > 0.0 ? skin / total : skin_set(a_joints0, vec4(1.0, 0.0, 0.0, 0.0));
#elif defined(INSTANCED)
    return instances[d_first_instance + uint(gl_InstanceID)];
#else
    return d_model;
#endif
}

void main() {
    vec3 position = a_position;
    vec3 normal = vec3(0.0), tangent = vec3(0.0);
#ifdef HAS_NORMAL
    normal = a_normal;
#endif
#ifdef HAS_TANGENT
    tangent = a_tangent.xyz;
#endif
#ifdef MORPHED
    for (int i = 0; i < d_targets; i++) {
        uint at = (uint(d_morph[i].x) * d_vertices + uint(gl_VertexID)) * 3u;
        float weight = d_morph[i].y;
        position += weight * deltas[at].xyz;
        normal += weight * deltas[at + 1u].xyz;
        tangent += weight * deltas[at + 2u].xyz;
    }
#endif
    mat4 model = place();
    vec3 world = (model * vec4(position, 1.0)).xyz;
#ifdef HAS_NORMAL
    // Normals follow the cofactors: right for any scale, and for mirroring, without a division.
    mat3 m = mat3(model);
    v_normal = mat3(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])) * normal * sign(determinant(m));
#ifdef HAS_TANGENT
    v_tangent = vec4(m * tangent, a_tangent.w * sign(determinant(m)));
#endif
#endif
#ifdef HAS_COLOR
    v_color = a_color;
#endif
#ifdef BAKED
    vec3 view = f_back.w > 0.5 ? -world : f_back.xyz;
#ifdef HAS_NORMAL
    gather_light(dot(v_normal, view) < 0.0);
#else
    gather_light(false);
#endif
#endif
    pass_uvs();
    v_position = world;
    gl_Position = f_view_projection * vec4(world, 1.0);
    gl_PointSize = f_light.w;
}
