// A point of a surface, and how it scatters light: glTF 2.0's metallic-roughness model and its extensions.
//
// The reflectances are those of the shaders; what microfacets lose to each other is given back (Turquin 2019,
// "Practical multiple scattering compensation"), and each layer leaves to those beneath what its albedo leaves over.
#pragma once
#include "medium.h"
#include "microfacet.h"
#include "spectrum.h"
#include "stage.h"

namespace forge3d {

// How light went on.
struct Scattered {
    Float3 direction;
    Float3 share;       // of the light that comes from there, over the density
    float density = 0;  // over solid angle; negative where `light` is of no use: what passes through glass
    bool straight = false;  // it went on as if nothing were there
};

class Surface {
public:
    // `to_viewer`: unit.
    Surface(const Stage& stage, const Hit& hit, const Float3& to_viewer);

    const Float3& position() const { return position_; }
    const Float3& normal() const { return frame_.z; }
    const Float3& emitted() const { return emitted_; }
    const Float3& albedo() const { return albedo_; }
    bool unlit() const { return unlit_; }
    // Where rays towards `direction` begin.
    Float3 origin(const Float3& direction) const { return position_ + plane_ * (dot(plane_, direction) > 0 ? lift_ : -lift_); }
    // Whether `scatter` alone finds where light comes from.
    bool glass_only() const { return inside_ && chances_[kGlass] >= 1; }

    // The share of light from a direction that goes to the viewer, times the light's cosine, and the density with which
    // `scatter` chooses that direction.
    Float3 light(const Float3& direction, float& density) const;
    // A direction; false where light ends here. Where colours part, one wavelength is chosen for the rest of the path.
    bool scatter(Sampler& sampler, Wave& wave, Scattered& out) const;
    // What light that went to `direction` is in now.
    Medium medium(const Float3& direction, const Medium& before) const {
        return thick_ && dot(plane_, direction) < 0 ? (inside_ ? Medium() : medium_) : before;
    }

private:
    enum Lobe : int { kDiffuse, kFacets, kCoat, kSheen, kBehind, kGlass, kLobes };

    bool refract(Sampler& sampler, Wave& wave, Scattered& out) const;
    Float3 facets(const Float3& half) const;
    void choose(const float (&weights)[kLobes]);

    Float3 position_, plane_, viewer_, albedo_, emitted_;
    Medium medium_;
    Film film_;
    Frame frame_, coat_frame_;
    float lift_, ior_, dispersion_;
    bool unlit_, inside_, thick_, clear_;
    Ggx base_, coat_;
    Float3 local_, coat_local_;                   // the viewer's direction in the frames
    Float3 dielectric_, metal_;                   // reflectance at the normal, with what multiple scattering adds
    Float3 dielectric_edge_, metal_edge_;         // at the edge, likewise
    Float3 film_base_[2], film_share_[2];         // beneath a film: reflectance and weight, of dielectric and metal
    Float3 diffuse_, behind_, glass_, sheen_;
    float sheen_roughness_ = 1, beneath_coat_ = 1, beneath_sheen_ = 1, coat_weight_ = 0;
    float chances_[kLobes] = {};
};

}  // namespace forge3d
