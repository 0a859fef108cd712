#include "shading.h"

namespace forge3d {

namespace {

// The normal nearest to `normal` at which light mirrored to the viewer still comes from above the surface.
Float3 facing(const Float3& normal, const Float3& plane, const Float3& viewer) {
    const Float3 mirrored = normal * (2 * dot(normal, viewer)) - viewer;
    const float above = dot(mirrored, plane), least = std::min(0.9f * dot(plane, viewer), 0.01f);
    if (above >= least) return normal;
    const Float3 lifted = unit(mirrored + plane * (least - above));
    const Float3 between = lifted + viewer;
    return dot(between, between) > 1e-8f ? unit(between) : plane;
}

Float3 blended(const Stage& stage, const Hit& hit, int column) {
    Float3 sum;
    const float weights[3] = {1 - hit.u - hit.v, hit.u, hit.v};
    for (int corner = 0; corner < 3; ++corner) sum += Float3(stage.vertex(hit.triangle, corner) + column) * weights[corner];
    return sum;
}

// Direction in which u grows.
Float3 along_u(const Stage& stage, int32_t triangle, int32_t uv) {
    const float *a = stage.vertex(triangle, 0), *b = stage.vertex(triangle, 1), *c = stage.vertex(triangle, 2);
    const int at = Stage::kUvAt + 2 * uv;
    const float bu = b[at] - a[at], bv = b[at + 1] - a[at + 1], cu = c[at] - a[at], cv = c[at + 1] - a[at + 1];
    const float area = bu * cv - cu * bv;
    return ((Float3(b) - Float3(a)) * cv - (Float3(c) - Float3(a)) * bv) * (area < 0 ? -1.0f : 1.0f);
}

float fresnel(float cosine, float eta) {  // exact, of light that comes from the side of index 1 towards index eta
    const float sine2 = (1 - cosine * cosine) / (eta * eta);
    if (sine2 >= 1) return 1;
    const float t = std::sqrt(1 - sine2);
    const float s = (cosine - eta * t) / (cosine + eta * t), p = (eta * cosine - t) / (eta * cosine + t);
    return (s * s + p * p) / 2;
}

}  // namespace

Surface::Surface(const Stage& stage, const Hit& hit, const Float3& viewer)
    : viewer_(viewer), frame_({0, 0, 1}), coat_frame_({0, 0, 1}), lift_(stage.lift()) {
    const Material& m = stage.material(hit.triangle);
    const auto texel = [&](int slot) { return stage.look_up(m, slot, hit.triangle, hit.u, hit.v); };
    position_ = blended(stage, hit, Stage::kPosition);
    const Float3 winding = stage.winding_normal(hit.triangle);
    const float side = dot(winding, viewer) < 0 ? -1.0f : 1.0f;
    plane_ = winding * side;
    Float3 smooth = unit(blended(stage, hit, Stage::kNormalAt));
    if (dot(smooth, smooth) == 0) smooth = winding;
    if (dot(smooth, winding) < 0) smooth = -smooth;
    unlit_ = m.flags & (kUnlit | kBare);
    const Rgba color = stage.base_color(hit.triangle, hit.u, hit.v);
    const Float3 base = {std::min(color.r, 1.0f), std::min(color.g, 1.0f), std::min(color.b, 1.0f)};
    albedo_ = unlit_ ? color.rgb() : base;
    emitted_ = m.flags & kUnlit ? Float3() : Float3(m.emissive) * texel(kEmissive).rgb();
    if (unlit_) emitted_ += color.rgb();

    // Tangent space. Backs are seen from behind: all three turn.
    const bool mapped = m.slots[kNormal].texture >= 0, coat_mapped = m.slots[kClearcoatNormal].texture >= 0;
    Float3 tangent, bitangent;
    if (mapped || coat_mapped || m.anisotropy != 0) {
        tangent = blended(stage, hit, Stage::kTangentAt);
        float hand = stage.vertex(hit.triangle, 0)[Stage::kTangentAt + 3];
        if (dot(tangent, tangent) < 1e-12f) {
            const int slot = mapped ? kNormal : coat_mapped ? kClearcoatNormal : kAnisotropy;
            const int32_t uv = std::max(m.slots[slot].uv, 0);
            tangent = m.slots[slot].texture >= 0 ? along_u(stage, hit.triangle, uv) : Float3();
            hand = 1;
        }
        tangent = Frame(smooth, tangent).x;
        bitangent = cross(smooth, tangent) * (hand < 0 ? -1.0f : 1.0f);
    }
    const auto normal = [&](int slot) {
        if (m.slots[slot].texture < 0) return smooth;
        const Rgba t = texel(slot);
        const float scale = m.slots[slot].strength;
        const Float3 n = tangent * ((2 * t.r - 1) * scale) + bitangent * ((2 * t.g - 1) * scale) + smooth * (2 * t.b - 1);
        return dot(n, n) > 1e-12f ? unit(n) : smooth;
    };
    const Float3 shading = facing(normal(kNormal) * side, plane_, viewer);

    const Rgba mr = texel(kMetallicRoughness);
    float metallic = clamped(m.metallic * mr.b), roughness = clamped(m.roughness * mr.g);
    Float3 f0(m.ior == 0 ? 1.0f : square((m.ior - 1) / (m.ior + 1)));
    const float strength = m.specular * texel(kSpecular).a;
    f0 = f0 * Float3(m.specular_color) * texel(kSpecularColor).rgb();
    f0 = Float3{std::min(f0.x, 1.0f), std::min(f0.y, 1.0f), std::min(f0.z, 1.0f)} * strength;
    if (m.flags & kGlossiness) {
        const Rgba given = texel(kSpecularGlossiness);
        f0 = Float3(m.reflectance) * given.rgb(), metallic = 0, roughness = clamped(1 - m.glossiness * given.a);
    }
    const float alpha = std::max(roughness * roughness, 1e-3f);
    base_ = {alpha, alpha};
    frame_ = Frame(shading);
    if (m.anisotropy != 0) {
        const Rgba t = m.slots[kAnisotropy].texture >= 0 ? texel(kAnisotropy) : Rgba{1, 0.5f, 1, 1};
        const float turn = m.anisotropy_rotation + std::atan2(2 * t.g - 1, 2 * t.r - 1);
        base_.ax = alpha + (1 - alpha) * square(m.anisotropy * t.b);
        frame_ = Frame(shading, tangent * std::cos(turn) + bitangent * std::sin(turn));
    }
    local_ = frame_.local(viewer);
    local_.z = std::max(local_.z, 1e-3f);
    local_ = unit(local_);

    const Albedo table = base_.ax == base_.ay ? forge3d::albedo(local_.z, roughness) : forge3d::albedo(local_, base_);
    const float whole = std::max(table.plain + table.edge, 1e-3f), lost = (1 - whole) / whole;
    const Float3 more = Float3(1) + f0 * lost, more_metal = Float3(1) + base * lost;
    const Float3 d0 = f0 * more, d90 = more * (m.flags & kGlossiness ? 1.0f : strength);
    dielectric_ = d0 * (1 - metallic), dielectric_edge_ = d90 * (1 - metallic);
    metal_ = base * more_metal * metallic, metal_edge_ = more_metal * metallic;
    const Float3 mirrored = d0 * table.plain + d90 * table.edge;
    Float3 left = {clamped(1 - mirrored.x), clamped(1 - mirrored.y), clamped(1 - mirrored.z)};
    Float3 facets = mirrored * (1 - metallic) + metal_ * table.plain + metal_edge_ * table.edge;
    film_ = stage.film(hit.triangle, hit.u, hit.v);
    if (film_.part > 0) {
        // As much multiple scattering as of a reflectance that is equal at all angles. The strongest channel decides what
        // reaches the body.
        const Float3 over[2] = {film_.reflectance(local_.z, f0), film_.reflectance(local_.z, base)};
        const float parts[2] = {1 - metallic, metallic};
        Float3 sent;
        for (int i : {0, 1}) {
            const Float3 repeated = Float3(1) + over[i] * lost;
            film_base_[i] = i ? base : f0;
            film_share_[i] = repeated * (parts[i] * film_.part);
            sent += film_share_[i] * over[i] * whole;
            if (i == 0) left = mix(left, Float3(clamped(1 - largest(over[i] * repeated) * whole)), film_.part);
        }
        facets = facets * (1 - film_.part) + sent;
    }
    const Float3 body = left * (1 - metallic);
    const float transmission = clamped(m.transmission * texel(kTransmission).r);
    const float behind = clamped(m.diffuse_transmission * texel(kDiffuseTransmission).a);
    clear_ = stage.clear(hit.triangle, hit.u, hit.v);
    thick_ = m.flags & kThick, inside_ = thick_ && side < 0 && (transmission > 0 || behind > 0);
    ior_ = m.ior > 0 ? m.ior : 1e3f, dispersion_ = m.dispersion;
    if (inside_) {
        // What colours light at the boundary did so where it came in.
        const float out = 1 - metallic;
        diffuse_ = base * (metallic + out * (1 - transmission) * (1 - behind));
        behind_ = Float3(out * (1 - transmission) * behind), glass_ = Float3(out * transmission);
        choose({luminance(diffuse_), 0, 0, 0, behind_.x, glass_.x});
        dielectric_ = metal_ = dielectric_edge_ = metal_edge_ = {}, film_.part = 0;
        return;
    }
    medium_ = {Float3(m.extinction), Float3(m.scattered), m.scatter_anisotropy};
    diffuse_ = body * base * ((1 - transmission) * (1 - behind));
    behind_ = body * Float3(m.diffuse_transmission_color) * texel(kDiffuseTransmissionColor).rgb() * ((1 - transmission) * behind);
    glass_ = body * base * transmission;

    sheen_ = Float3(m.sheen_color) * texel(kSheenColor).rgb();
    float sheen_albedo = 0;
    if (largest(sheen_) > 0) {
        sheen_roughness_ = clamped(m.sheen_roughness * texel(kSheenRoughness).a, 0.07f, 1);
        sheen_albedo = forge3d::albedo(local_.z, sheen_roughness_).cloth;
        beneath_sheen_ = 1 - largest(sheen_) * sheen_albedo;
    }
    coat_weight_ = m.clearcoat > 0 ? clamped(m.clearcoat * texel(kClearcoat).r) : 0;
    float coat_albedo = 0;
    if (coat_weight_ > 0) {
        const float r = clamped(m.clearcoat_roughness * texel(kClearcoatRoughness).g), a = std::max(r * r, 1e-3f);
        coat_ = {a, a};
        coat_frame_ = Frame(facing(normal(kClearcoatNormal) * side, plane_, viewer));
        coat_local_ = coat_frame_.local(viewer);
        coat_local_.z = std::max(coat_local_.z, 1e-3f);
        coat_local_ = unit(coat_local_);
        const Albedo of = forge3d::albedo(coat_local_.z, r);
        coat_albedo = coat_weight_ * (0.04f * of.plain + of.edge);
        beneath_coat_ = 1 - coat_albedo;
        emitted_ = emitted_ * (1 - coat_weight_ * (0.04f + 0.96f * schlick_weight(coat_local_.z)));
    }
    const float beneath = beneath_coat_ * beneath_sheen_;
    choose({luminance(diffuse_) * beneath, luminance(facets) * beneath, coat_albedo,
            luminance(sheen_) * sheen_albedo * beneath_coat_, luminance(behind_) * beneath, luminance(glass_) * beneath});
}

void Surface::choose(const float (&weights)[kLobes]) {
    float sum = 0;
    for (float weight : weights) sum += weight;
    for (int lobe = 0; lobe < kLobes; ++lobe) chances_[lobe] = sum > 0 ? weights[lobe] / sum : 0;
}

Float3 Surface::facets(const Float3& half) const {
    const float cosine = dot(local_, half), w = schlick_weight(cosine);
    const Float3 bare = mix(dielectric_, dielectric_edge_, w) + mix(metal_, metal_edge_, w);
    if (!(film_.part > 0)) return bare;
    Float3 sum = bare * (1 - film_.part);
    for (int i : {0, 1})
        if (largest(film_share_[i]) > 0) sum += film_share_[i] * film_.reflectance(cosine, film_base_[i]);
    return sum;
}

Float3 Surface::light(const Float3& direction, float& density) const {
    density = 0;
    const Float3 i = frame_.local(direction);
    const float beneath = beneath_coat_ * beneath_sheen_;
    if (dot(plane_, direction) <= 0) {
        density = chances_[kBehind] * std::max(-i.z, 0.0f) / kPi;
        return i.z < 0 ? behind_ * (-i.z / kPi * beneath) : Float3();
    }
    Float3 share;
    if (i.z > 0) {
        const Float3 half = unit(local_ + i);
        share = (diffuse_ * (i.z / kPi) + facets(half) * base_.reflected(local_, i, half)) * beneath;
        density = (chances_[kDiffuse] + chances_[kSheen]) * i.z / kPi + chances_[kFacets] * base_.density(local_, half);
        if (beneath_sheen_ < 1) share += sheen_ * (cloth(local_, i, sheen_roughness_) * beneath_coat_);
    }
    if (coat_weight_ > 0) {
        const Float3 c = coat_frame_.local(direction);
        if (c.z > 0) {
            const Float3 half = unit(coat_local_ + c);
            const float f = 0.04f + 0.96f * schlick_weight(dot(coat_local_, half));
            share += Float3(coat_weight_ * f * coat_.reflected(coat_local_, c, half));
            density += chances_[kCoat] * coat_.density(coat_local_, half);
        }
    }
    return share;
}

bool Surface::scatter(Sampler& sampler, Wave& wave, Scattered& out) const {
    float choice = sampler.one();
    int lobe = kDiffuse;
    for (; lobe < kGlass && choice >= chances_[lobe]; ++lobe) choice -= chances_[lobe];
    if (lobe == kGlass) return chances_[kGlass] > 0 && refract(sampler, wave, out);
    const Float2 u = sampler.pair();
    if (lobe == kDiffuse || lobe == kSheen) {
        out.direction = frame_.world(cosine_direction(u));
    } else if (lobe == kBehind) {
        out.direction = -frame_.world(cosine_direction(u));
    } else {
        const bool coat = lobe == kCoat;
        const Float3& o = coat ? coat_local_ : local_;
        const Float3 half = (coat ? coat_ : base_).sample(o, u);
        out.direction = (coat ? coat_frame_ : frame_).world(half * (2 * dot(o, half)) - o);
    }
    // Each lobe keeps to its side: what it would send to the other is no part of the density there.
    if ((dot(plane_, out.direction) <= 0) != (lobe == kBehind)) return false;
    const Float3 share = light(out.direction, out.density);
    if (!(out.density > 0) || !(largest(share) > 0)) return false;
    out.share = share * (1 / out.density);
    return true;
}

// Through the surface. What is thin does not bend light; its facets spread it as they would mirror it.
bool Surface::refract(Sampler& sampler, Wave& wave, Scattered& out) const {
    const Float3 entered = glass_ * (beneath_coat_ * beneath_sheen_ / chances_[kGlass]);
    out.density = -1;
    if (clear_) {
        out.direction = -viewer_, out.share = entered, out.straight = true;
        return true;
    }
    Float3 color = entered;
    float ior = ior_;
    if (thick_ && dispersion_ > 0) {
        if (!(wave.nanometres > 0)) wave = Wave::chosen(sampler.one()), color *= wave.weight;
        ior = dispersed(ior_, dispersion_, wave.nanometres);
    }
    // An index of one does not bend light, so roughness cannot spread it either.
    const float spread = clamped(ior * 2 - 2);
    const Ggx facets = {std::max(base_.ax * spread, 1e-3f), std::max(base_.ay * spread, 1e-3f)};
    const Float3 half = facets.sample(local_, sampler.pair());
    const float cosine = dot(local_, half);
    Float3 gone;
    bool mirrored = !thick_;
    const float eta = inside_ ? 1 / ior : ior;
    const float sine2 = (1 - cosine * cosine) / (eta * eta);
    if (thick_) mirrored = sine2 >= 1 || (inside_ && sampler.one() < fresnel(cosine, eta));
    if (mirrored) {
        gone = half * (2 * cosine) - local_;
        if (gone.z <= 0) return false;
        out.share = Float3(facets.lit_and_seen(local_, gone) / facets.seen(local_));
        if (!thick_) gone.z = -gone.z;
    } else {
        gone = half * (cosine / eta - std::sqrt(1 - sine2)) - local_ * (1 / eta);
        if (gone.z >= 0) return false;
        out.share = Float3(facets.seen({gone.x, gone.y, -gone.z}));
    }
    out.share *= color;
    out.direction = unit(frame_.world(gone));
    return (dot(plane_, out.direction) > 0) == (thick_ && mirrored);
}

}  // namespace forge3d
