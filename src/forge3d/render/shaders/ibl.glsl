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

vec3 albedo_terms(float n_v, float roughness) {
    const float size = 64.0;
    vec2 at = (vec2(n_v, roughness) * (size - 1.0) + 0.5) / size;
    return textureLod(t_albedo, at, 0.0).rgb;
}

// Where a rough lobe points: between the mirror direction and the normal (Lagarde and de Rousiers 2014, "Moving
// Frostbite to Physically Based Rendering", §4.9.3).
vec3 dominant_direction(vec3 normal, vec3 view, float roughness) {
    float smoothness = 1.0 - roughness * roughness;
    return mix(normal, reflect(-view, normal), smoothness * (sqrt(smoothness) + roughness * roughness));
}

// The share of light a surface reflects, single and multiple scattering (Fdez-Agüera 2019,
// "A Multiple-Scattering Microfacet Model for Real-Time Image-based Lighting", without its second Fresnel term at the
// edge: the table has it already, and path tracing agrees).
vec3 specular_albedo(vec3 f0, float f90, float n_v, float roughness, vec2 terms) {
    vec3 single = f0 * terms.x + f90 * terms.y;
    float missing = 1.0 - (terms.x + terms.y);
    vec3 average = f0 + (f90 - f0) / 21.0;
    return single + missing * single * average / (1.0 - average * missing);
}

#ifdef USE_ANISOTROPY
vec3 mirrored_light(Surface s);  // layers/anisotropy.glsl
float albedo_roughness(Surface s);
#else
float albedo_roughness(Surface s) { return s.roughness; }
vec3 mirrored_light(Surface s) { return radiance(dominant_direction(s.normal, s.view, s.roughness), s.roughness); }
#endif

// Dielectric and metal apart, then mixed by the metallic factor, as appendix B.2.1 writes it.
vec3 environment_light(Surface s) {
    float n_v = clamp(dot(s.normal, s.view), 0.0, 1.0);
    float roughness = albedo_roughness(s);
    vec2 terms = albedo_terms(n_v, roughness).xy;
    vec3 mirrored = mirrored_light(s);
    vec3 body = irradiance(s.normal) * s.base_color;
    layers_body(s, body);
    vec3 dielectric = mix(body, mirrored, specular_albedo(s.f0, s.f90, n_v, roughness, terms));
    vec3 metal = mirrored * specular_albedo(s.base_color, 1.0, n_v, roughness, terms);
    layers_film(s, n_v, terms.x + terms.y, body, mirrored, dielectric, metal);
    return mix(dielectric, metal, s.metallic);
}
