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
float specular_lobe(Surface s, vec3 light, vec3 h) {
    vec2 a = anisotropic_alphas(s);
    mat3 local = transpose(mat3(s.anisotropic_tangent, s.anisotropic_bitangent, s.normal));
    vec3 hl = local * h, l = local * light, v = local * s.view;
    vec3 f = vec3(hl.xy / a, hl.z);
    float distribution = 1.0 / (PI * a.x * a.y * sq(dot(f, f)));
    float from = l.z * length(vec3(a * v.xy, v.z)), to = v.z * length(vec3(a * l.xy, l.z));
    return distribution * 0.5 / max(from + to, 1e-7);
}

// The table of albedos knows round lobes: one of the same solid angle stands in.
float albedo_roughness(Surface s) {
    vec2 a = anisotropic_alphas(s);
    return sqrt(sqrt(a.x * a.y));
}

// The prefiltered environment holds round lobes. One of the narrow width is read at several places along the wide
// direction, where the slopes of GGX lie: their marginal distribution is (2u - 1) / sqrt(1 - (2u - 1)²), u uniform.
const int ANISOTROPIC_READS = 8;

vec3 mirrored_light(Surface s) {
    vec2 a = anisotropic_alphas(s);
    float spread = sqrt(max(sq(a.x) - sq(a.y), 0.0));
    vec4 sum = vec4(0.0);
    for (int i = 0; i < ANISOTROPIC_READS; i++) {
        float c = (2.0 * float(i) + 1.0) / float(ANISOTROPIC_READS) - 1.0;
        float slope = spread * c * inversesqrt(1.0 - c * c);
        vec3 h = normalize(s.normal + slope * s.anisotropic_tangent);
        vec3 light = reflect(-s.view, h);
        float weight = max(dot(s.normal, light), 0.0) * step(0.0, dot(h, s.view));
        sum += vec4(radiance(light, s.roughness), 1.0) * weight;
    }
    return sum.a > 1e-4 ? sum.rgb / sum.a : radiance(reflect(-s.view, s.normal), s.roughness);
}
