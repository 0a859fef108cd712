// Light from the environment: prefiltered radiance, irradiance, and the two directional-albedo tables.

layout(binding = 0) uniform samplerCube t_radiance;    // mips: GGX of growing roughness
layout(binding = 1) uniform samplerCube t_irradiance;  // irradiance / π
layout(binding = 2) uniform sampler2D t_albedo;        // (n·v, roughness): GGX scale, GGX bias, sheen albedo

vec3 to_environment(vec3 direction) { return mat3(f_environment) * direction; }

// Mip levels are denser at low roughness, where reflections change quickest. Inverse: environment.py.
float radiance_level(float roughness) { return roughness * (1.7 - 0.7 * roughness) * (f_light.y - 1.0); }

vec3 radiance(vec3 direction, float roughness) {
    return textureLod(t_radiance, to_environment(direction), radiance_level(roughness)).rgb * f_light.x;
}

vec3 irradiance(vec3 normal) {
    return textureLod(t_irradiance, to_environment(normal), 0.0).rgb * f_light.x;
}

#include "baked.glsl"

vec3 albedo_terms(float n_v, float roughness) {
    const float size = 64.0;
    vec2 at = (vec2(n_v, roughness) * (size - 1.0) + 0.5) / size;
    return textureLod(t_albedo, at, 0.0).rgb;
}

// Light that a GGX lobe gathers: a read of the prefiltered light, whose lobes are those of n = v, and a share of the light
// that a matt surface gets. Seen at a slant a rough lobe leans from the mirror direction towards the normal (Lagarde and
// de Rousiers 2014, "Moving Frostbite to Physically Based Rendering", §4.9.3), and grows a wide tail. Direction, width
// and share are fitted to distribution · visibility · n·l · Schlick's term of roughness 0.25 to 1 at all n·v, such that
// the least is missed of light whose likeness fades over 0.4 radians: a quarter of the squared error of that paper's
// direction alone.
vec3 reflected(vec3 normal, vec3 view, float roughness, vec3 matt) {
    float slant = 1.0 - clamp(dot(normal, view), 0.0, 1.0);
    float r2 = roughness * roughness, r4 = r2 * r2, r8 = r4 * r4, r16 = r8 * r8;
    float upper = r4 - r4 * r8;
    float away = 1.0 - 0.382 * r2 - 0.653 * r16 - slant * (r2 - r4) * (2.628 * slant - 1.473);
    float width = roughness * (1.0 - slant * (0.253 + 0.273 * r2) - 0.461 * upper + 1.722 * r16);
    float share = 1.346 * upper + 1.517 * slant * (r4 - r8);
    return mix(mirrored_here(radiance(mix(normal, reflect(-view, normal), away), min(width, 1.0))), matt, share);
}

// `once`: the share of light that leaves microfacets of reflectance `f` after one reflection; perfect mirrors would send
// back `kept`. Adds what meets the surface again: it leaves more easily than before, fitted as √kept, else is reflected on.
// Agrees with random walks between microfacets (Heitz et al. 2016, "Multiple-Scattering Microfacet BSDFs with the Smith
// Model") within 0.01 of the light at all roughnesses.
vec3 all_reflected(vec3 once, vec3 f, float kept) {
    float leaving = sqrt(max(kept, 1e-3));
    return once * (1.0 + f * (1.0 - kept) / (leaving * (1.0 - f * (1.0 - leaving))));
}

// The share of light a surface reflects, after one reflection and more. No second Fresnel term at the edge: the table of
// albedos has it already.
vec3 specular_albedo(vec3 f0, float f90, vec2 terms) {
    return all_reflected(f0 * terms.x + f90 * terms.y, f0 + (f90 - f0) / 21.0, terms.x + terms.y);
}

// At what cosines the microfacets that are seen reflect: mean less and plus standard deviation, a fit.
vec2 facet_cosines(float n_v, float roughness) {
    float r2 = sq(roughness), slant = 1.0 - n_v;
    float mean = 1.0 - 0.19 * r2 / (1.0 + 0.9 * r2) - slant / (1.0 + 3.2 * r2);
    float deviation = (0.05 + 0.19 * slant) * min(2.0 * roughness, 1.0);
    return clamp(mean + vec2(-deviation, deviation), 0.0, 1.0);
}

#ifdef USE_ANISOTROPY
vec3 mirrored_light(Surface s, vec3 matt);  // layers/anisotropy.glsl
float albedo_roughness(Surface s);
#else
float albedo_roughness(Surface s) { return s.roughness; }
vec3 mirrored_light(Surface s, vec3 matt) { return reflected(s.normal, s.view, s.roughness, matt); }
#endif

// Dielectric and metal apart, then mixed by the metallic factor, as appendix B.2.1 writes it.
vec3 environment_light(Surface s) {
    float n_v = clamp(dot(s.normal, s.view), 0.0, 1.0);
    vec2 terms = albedo_terms(n_v, albedo_roughness(s)).xy;
    vec3 matt = lit_here(irradiance(s.normal));
    vec3 mirrored = mirrored_light(s, matt);
    vec3 body = matt * s.base_color;
    layers_body(s, body);
    vec3 dielectric = mix(body, mirrored, specular_albedo(s.f0, s.f90, terms));
    vec3 metal = mirrored * specular_albedo(s.base_color, 1.0, terms);
    layers_film(s, facet_cosines(n_v, s.roughness), terms.x + terms.y, body, mirrored, dielectric, metal);
    return mix(dielectric, metal, s.metallic);
}
