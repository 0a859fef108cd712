#include "stage.h"

#include "microfacet.h"
#include "medium.h"
#include "vector.h"

namespace forge3d {

namespace {

std::vector<float> places(const float* vertices, int32_t stride, const int32_t* corners, int64_t triangles) {
    std::vector<float> made(size_t(triangles) * 9);
    for (int64_t i = 0; i < 3 * triangles; ++i) std::copy_n(vertices + size_t(corners[i]) * size_t(stride), 3, &made[size_t(3 * i)]);
    return made;
}

void check(bool right, const char* what) {
    if (!right) throw BadArgument(what);
}

}  // namespace

Stage::Stage(const float* vertices, int64_t vertex_count, int32_t stride, const int32_t* corners, const int32_t* material_of,
             int64_t triangles, const Material* materials, int32_t material_count, const Texture* textures,
             int32_t texture_count)
    : stride_(stride), vertices_(vertices, vertices + vertex_count * stride), corners_(corners, corners + 3 * triangles),
      material_of_(material_of, material_of + triangles), materials_(materials, materials + material_count),
      textures_(textures, textures + texture_count), bvh_(nullptr, 0) {
    check(stride >= kUvAt, "a vertex has too few columns");
    for (int32_t corner : corners_) check(corner >= 0 && corner < vertex_count, "a corner names no vertex");
    for (int32_t m : material_of_) check(m >= 0 && m < material_count, "a triangle names no material");
    for (const Material& m : materials_)
        for (const Slot& slot : m.slots) {
            check(slot.texture < texture_count, "a material names no texture");
            check(slot.texture < 0 || (slot.uv >= 0 && kUvAt + 2 * slot.uv + 2 <= stride), "a texture's UV set is not there");
        }
    for (const Texture& t : textures_) check(t.texels && t.width > 0 && t.height > 0, "a texture is empty");
    for (int64_t i = 0; i < vertex_count; ++i)
        for (int axis = 0; axis < 3; ++axis) {
            const float p = std::fabs(vertices_[size_t(i * stride + axis)]);
            if (std::isfinite(p)) lift_ = std::max(lift_, p);
        }
    lift_ *= 4e-6f;
    bvh_ = Bvh(places(vertices, stride, corners, triangles).data(), triangles);
}

Rgba Stage::look_up(const Material& m, int name, int32_t triangle, float u, float v) const {
    const Slot& slot = m.slots[name];
    if (slot.texture < 0) return {1, 1, 1, 1};
    const float* uv[3];
    for (int corner = 0; corner < 3; ++corner) uv[corner] = vertex(triangle, corner) + kUvAt + 2 * slot.uv;
    const float w = 1 - u - v, s = uv[0][0] * w + uv[1][0] * u + uv[2][0] * v, t = uv[0][1] * w + uv[1][1] * u + uv[2][1] * v;
    const float* r = slot.rows;
    return forge3d::look_up(textures_[size_t(slot.texture)], r[0] * s + r[1] * t + r[2], r[3] * s + r[4] * t + r[5]);
}

bool Stage::clear(int32_t triangle, float u, float v) const {
    constexpr float most = 0.1f;  // perceptual roughness
    const Material& m = material(triangle);
    if (!(m.transmission > 0) || (m.flags & (kThick | kUnlit | kBare | kGlossiness))) return false;
    if (m.clearcoat > 0 || largest(Float3(m.sheen_color)) > 0) return false;
    return m.roughness * look_up(m, kMetallicRoughness, triangle, u, v).g <= most;
}

Float3 Stage::through(int32_t triangle, float u, float v, const Float3& direction) const {
    const Material& m = material(triangle);
    const Rgba mr = look_up(m, kMetallicRoughness, triangle, u, v), color = base_color(triangle, u, v);
    const float f0 = m.specular * (m.ior > 0 ? (m.ior - 1) * (m.ior - 1) / ((m.ior + 1) * (m.ior + 1)) : 1);
    const float cosine = std::fabs(dot(winding_normal(triangle), direction)), edge = schlick_weight(cosine);
    float mirrored = std::min(f0 + (m.specular - f0) * edge, 1.0f);
    const Film over = film(triangle, u, v);
    if (over.part > 0) mirrored += (largest(over.reflectance(cosine, Float3(f0))) - mirrored) * over.part;
    const float part = (1 - clamped(m.metallic * mr.b)) * clamped(m.transmission * look_up(m, kTransmission, triangle, u, v).r);
    return Float3{std::min(color.r, 1.0f), std::min(color.g, 1.0f), std::min(color.b, 1.0f)} * (part * (1 - mirrored));
}

Film Stage::film(int32_t triangle, float u, float v) const {
    const Material& m = material(triangle);
    if (!(m.iridescence > 0)) return {};
    Film made{clamped(m.iridescence * look_up(m, kIridescence, triangle, u, v).r), m.film_thickest, m.film_ior};
    if (m.slots[kIridescenceThickness].texture >= 0)
        made.thickness = m.film_thinnest + (m.film_thickest - m.film_thinnest) * look_up(m, kIridescenceThickness, triangle, u, v).g;
    if (!(made.thickness > 0)) made.part = 0;
    return made;
}

Hit Stage::stopped(Ray ray, Sampler::Decision decision, Float3& left) const {
    constexpr int most = 8;  // panes
    constexpr float kept = 0.95f;  // of what meets glass at all angles, about what is not mirrored
    Float3 absorbed;
    left = Float3(1);
    for (int pane = 0;; ++pane) {
        const Hit hit = met(ray, decision);
        if (hit.triangle < 0) return hit;
        const Material& m = material(hit.triangle);
        left *= Medium{absorbed, {}}.left(hit.distance);
        if (m.transmission < 0.5f || pane == most) return hit;
        const Rgba color = base_color(hit.triangle, hit.u, hit.v);
        left *= Float3{std::min(color.r, 1.0f), std::min(color.g, 1.0f), std::min(color.b, 1.0f)} * kept;
        const bool enters = dot(winding_normal(hit.triangle), ray.direction) < 0;
        absorbed = m.flags & kThick && enters ? Float3(m.extinction) * (Float3(1) - Float3(m.scattered)) : Float3();
        ray.origin = ray.origin + ray.direction * (hit.distance + lift_);
    }
}

Rgba Stage::base_color(int32_t triangle, float u, float v) const {
    const Material& m = material(triangle);
    Rgba color = look_up(m, kBaseColor, triangle, u, v);
    const float *a = vertex(triangle, 0) + kColorAt, *b = vertex(triangle, 1) + kColorAt, *c = vertex(triangle, 2) + kColorAt;
    const float w = 1 - u - v;
    float* out[4] = {&color.r, &color.g, &color.b, &color.a};
    for (int i = 0; i < 4; ++i) *out[i] = std::max(*out[i] * m.base_color[i] * (a[i] * w + b[i] * u + c[i] * v), 0.0f);
    return color;
}

}  // namespace forge3d
