// What rays meet: triangles with their vertices' attributes, materials, textures.
#pragma once
#include <vector>

#include "bvh.h"
#include "film.h"
#include "material.h"
#include "sampling.h"

namespace forge3d {

// A vertex: position 3, normal 3 (zeros: flat), tangent 4 (zeros: from the first UV pair in use), colour 4, UV pairs.
class Stage {
public:
    enum Column : int { kPosition = 0, kNormalAt = 3, kTangentAt = 6, kColorAt = 10, kUvAt = 14 };

    // `materials_of`: each triangle's material. Textures' texels stay the caller's and must outlive the stage.
    // Raises BadArgument where an index points nowhere.
    Stage(const float* vertices, int64_t vertex_count, int32_t stride, const int32_t* corners, const int32_t* material_of,
          int64_t triangles, const Material* materials, int32_t material_count, const Texture* textures,
          int32_t texture_count);

    // What a ray from the camera sees: the fronts of what has one side, and of what is masked or blended, that part
    // which is there; `decision` chooses of the blended.
    Hit seen(const Ray& ray, Sampler::Decision decision) const {
        return bvh_.nearest(ray, [&](int32_t t, float u, float v) { return faces(t, ray.direction) && there(t, u, v, decision); });
    }
    // What light meets, from either side.
    Hit met(const Ray& ray, Sampler::Decision decision) const {
        return bvh_.nearest(ray, [&](int32_t t, float u, float v) { return there(t, u, v, decision); });
    }
    bool blocked(const Ray& ray, Sampler::Decision decision) const {
        return bvh_.blocked(ray, [&](int32_t t, float u, float v) { return there(t, u, v, decision); });
    }
    // What stops light that goes straight through whatever transmits most of it, and how much is left of it there.
    Hit stopped(Ray ray, Sampler::Decision decision, Float3& left) const;
    // What comes through of light along a ray: thin clear glass lets it pass straight on.
    Float3 passed(const Ray& ray, Sampler::Decision decision) const {
        Float3 left(1);
        const bool met = bvh_.blocked(ray, [&](int32_t t, float u, float v) {
            if (!there(t, u, v, decision)) return false;
            if (!clear(t, u, v)) return true;
            left *= through(t, u, v, ray.direction);
            return false;
        });
        return met ? Float3() : left;
    }
    // Whether a point is of thin glass too smooth to spread light that passes.
    bool clear(int32_t triangle, float u, float v) const;

    const Material& material(int32_t triangle) const { return materials_[size_t(material_of_[size_t(triangle)])]; }
    int64_t vertex_count() const { return int64_t(vertices_.size()) / stride_; }
    int64_t triangle_count() const { return int64_t(material_of_.size()); }
    // The vertex at a corner: its number, and its columns.
    int32_t vertex_number(int64_t triangle, int corner) const { return corners_[3 * size_t(triangle) + size_t(corner)]; }
    const float* vertex(int32_t triangle, int corner) const {
        return &vertices_[size_t(vertex_number(triangle, corner)) * size_t(stride_)];
    }
    // A texture slot at a point; white where it has no texture.
    Rgba look_up(const Material& material, int slot, int32_t triangle, float u, float v) const;
    Rgba base_color(int32_t triangle, float u, float v) const;
    Film film(int32_t triangle, float u, float v) const;
    // Unit, by the corners' winding; zero where there is no area.
    Float3 winding_normal(int32_t triangle) const {
        const Float3 a(vertex(triangle, 0));
        return unit(cross(Float3(vertex(triangle, 1)) - a, Float3(vertex(triangle, 2)) - a));
    }
    // How far off a surface rays begin.
    float lift() const { return lift_; }

private:
    // Of light that goes straight through clear glass.
    Float3 through(int32_t triangle, float u, float v, const Float3& direction) const;
    bool there(int32_t triangle, float u, float v, Sampler::Decision decision) const {
        const Material& m = material(triangle);
        if (!(m.flags & (kMask | kBlend))) return true;
        const float alpha = base_color(triangle, u, v).a;
        // A texel that stands at the cutoff must not fall to one side or the other by rounding.
        return m.flags & kMask ? alpha >= m.alpha_cutoff - 1e-4f : alpha > decision.of(triangle);
    }
    bool faces(int32_t triangle, const Float3& direction) const {
        return (material(triangle).flags & kDoubleSided) || dot(winding_normal(triangle), direction) < 0;
    }

    int32_t stride_;
    std::vector<float> vertices_;
    std::vector<int32_t> corners_, material_of_;
    std::vector<Material> materials_;
    std::vector<Texture> textures_;
    float lift_ = 0;
    Bvh bvh_;
};

}  // namespace forge3d
