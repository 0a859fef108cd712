// KHR_materials_clearcoat: a clear dielectric coat of index 1.5 over everything else.
void clearcoat_surface(inout Surface s) {
    s.clearcoat = m_clearcoat_factor;
    s.clearcoat_roughness = m_clearcoat_roughness_factor;
#ifdef HAS_CLEARCOAT_TEXTURE
    s.clearcoat *= sample_clearcoat_texture().r;
#endif
#ifdef HAS_CLEARCOAT_ROUGHNESS_TEXTURE
    s.clearcoat_roughness *= sample_clearcoat_roughness_texture().g;
#endif
#ifdef HAS_CLEARCOAT_NORMAL_TEXTURE
    s.clearcoat_normal = mapped_normal(s, sample_clearcoat_normal_texture().xyz, m_clearcoat_normal_texture_uv[0].w);
#endif
}

float clearcoat_fresnel(Surface s, float cosine) {
    return s.clearcoat * (0.04 + 0.96 * schlick_weight(cosine));
}

void clearcoat_environment(Surface s, inout vec3 color) {
    float n_v = clamp(dot(s.clearcoat_normal, s.view), 0.0, 1.0);
    vec2 terms = albedo_terms(n_v, s.clearcoat_roughness).xy;
    vec3 matt = lit_here(irradiance(s.clearcoat_normal));
    vec3 mirrored = reflected(s.clearcoat_normal, s.view, s.clearcoat_roughness, matt);
    // What the coat reflects is what the base does not get: of a rough coat that is less than Fresnel's term at the edge.
    color = mix(color, mirrored, s.clearcoat * (0.04 * terms.x + terms.y));
}

void clearcoat_light(Surface s, Light l, inout vec3 color) {
    float n_l = clamp(dot(s.clearcoat_normal, l.direction), 0.0, 1.0);
    float n_v = clamp(dot(s.clearcoat_normal, s.view), 1e-4, 1.0);
    vec3 h = normalize(s.view + l.direction);
    float alpha = max(sq(s.clearcoat_roughness), 1e-3);
    float lobe = distribution_ggx(clamp(dot(s.clearcoat_normal, h), 0.0, 1.0), alpha) * visibility_ggx(n_l, n_v, alpha);
    float weight = clearcoat_fresnel(s, clamp(dot(s.view, h), 0.0, 1.0));
    color = color * (1.0 - weight) + weight * lobe * n_l * l.color;
}

void clearcoat_emission(Surface s, inout vec3 emissive) {
    emissive *= 1.0 - clearcoat_fresnel(s, clamp(dot(s.clearcoat_normal, s.view), 0.0, 1.0));
}
