// KHR_materials_anisotropy: the lobe is stretched along the direction across which the surface is brushed.
void anisotropy_surface(inout Surface s) {
    vec2 direction = vec2(1.0, 0.0);
    s.anisotropy = m_anisotropy_strength;
#ifdef HAS_ANISOTROPY_TEXTURE
    vec3 texel = sample_anisotropy_texture().rgb;
    direction = texel.rg * 2.0 - 1.0;
    s.anisotropy *= texel.b;
#endif
    s.anisotropy = clamp(s.anisotropy, 0.0, 1.0);
    float c = cos(m_anisotropy_rotation), r = sin(m_anisotropy_rotation);
    direction = mat2(c, r, -r, c) * direction;
    vec3 along = s.tangent * direction.x + s.bitangent * direction.y;
    along -= s.normal * dot(s.normal, along);
    s.anisotropic_tangent = along * inversesqrt(max(dot(along, along), 1e-12));
    s.anisotropic_bitangent = cross(s.normal, s.anisotropic_tangent);
}

// Widths of the GGX lobe along tangent and bitangent.
vec2 anisotropic_alphas(Surface s) {
    float alpha = max(sq(s.roughness), 1e-3);
    return vec2(mix(alpha, 1.0, sq(s.anisotropy)), alpha);
}

// Burley 2012, "Physically Based Shading at Disney", appendix B; visibility: Heitz 2014, "Understanding the Masking-
// Shadowing Function in Microfacet-Based BRDFs", §5.4.
vec3 in_anisotropic_frame(Surface s, vec3 d) {
    return vec3(dot(d, s.anisotropic_tangent), dot(d, s.anisotropic_bitangent), dot(d, s.normal));
}

float anisotropic_visibility(Surface s, vec3 light, vec2 a) {
    vec3 l = in_anisotropic_frame(s, light), v = in_anisotropic_frame(s, s.view);
    v.z = max(v.z, 1e-4);
    float from = l.z * length(vec3(a * v.xy, v.z)), to = v.z * length(vec3(a * l.xy, l.z));
    return 0.5 / max(from + to, 1e-7);
}

float specular_lobe(Surface s, vec3 light, vec3 h) {
    vec2 a = anisotropic_alphas(s);
    vec3 local = in_anisotropic_frame(s, h);
    vec3 f = vec3(local.xy / a, local.z);
    return anisotropic_visibility(s, light, a) / (PI * a.x * a.y * sq(dot(f, f)));
}

// The table of albedos knows round lobes: the one with the same mean square slope loses about as much.
float albedo_roughness(Surface s) {
    vec2 a = anisotropic_alphas(s);
    return sqrt(sqrt(0.5 * dot(a, a)));
}

// The prefiltered environment holds round lobes. They are read at several places along the wide direction, where the
// slopes x of GGX lie: by their marginal distribution, x = c / sqrt(1 - c²) with c uniform. A lobe is no narrower than the
// gap to the next, lest small bright lights show in rows. Weights: visibility · v·h · n·l / n·h.
const float MOST_READS = 32.0;

vec3 mirrored_light(Surface s, vec3 matt) {
    vec2 a = anisotropic_alphas(s);
    float spread = sqrt(max(sq(a.x) - sq(a.y), 0.0));
    float reads = ceil(clamp(4.0 * spread / a.y, 1.0, MOST_READS));
    float lobe = sqrt(sqrt(sq(a.y) + sq(0.5 * spread / reads)));
    vec4 sum = vec4(0.0);
    for (float i = 0.5; i < reads; i++) {
        float c = 2.0 * i / reads - 1.0;
        vec3 h = normalize(s.normal + spread * c * inversesqrt(1.0 - c * c) * s.anisotropic_tangent);
        vec3 light = reflect(-s.view, h);
        float n_l = dot(s.normal, light), v_h = dot(s.view, h);
        if (n_l <= 0.0 || v_h <= 0.0) continue;
        float weight = anisotropic_visibility(s, light, a) * v_h * n_l / dot(s.normal, h);
        sum += vec4(radiance(light, lobe), 1.0) * weight;
    }
    return mirrored_here(sum.a > 0.0 ? sum.rgb / sum.a : radiance(reflect(-s.view, s.normal), s.roughness));
}
