// KHR_materials_sheen: a layer of fibres over the base, which it dims by its own albedo.
void sheen_surface(inout Surface s) {
    s.sheen_color = m_sheen_color_factor;
    s.sheen_roughness = m_sheen_roughness_factor;
#ifdef HAS_SHEEN_COLOR_TEXTURE
    s.sheen_color *= sample_sheen_color_texture().rgb;
#endif
#ifdef HAS_SHEEN_ROUGHNESS_TEXTURE
    s.sheen_roughness *= sample_sheen_roughness_texture().a;
#endif
    s.sheen_roughness = clamp(s.sheen_roughness, 0.07, 1.0);
}

void sheen_environment(Surface s, inout vec3 color) {
    float albedo = albedo_terms(clamp(dot(s.normal, s.view), 0.0, 1.0), s.sheen_roughness).z;
    // Charlie's half vectors lie near the surface: what is smooth sends light back to where it came from, along the
    // surface; what is rough takes more evenly from all sides than any prefiltered lobe, so something of the matt lobe is
    // taken off the widest. Direction, width and share are fitted as those of `reflected` in ibl.glsl.
    float r = s.sheen_roughness, share = 0.325 - r * (3.734 - 1.861 * r);
    vec3 across = s.view - s.normal * dot(s.normal, s.view);
    vec3 leaning = s.normal + across * (0.088 * pow(r, -1.912) / (length(across) + 0.1));
    vec3 arriving = lit_here(max(mix(radiance(leaning, min(0.248 + 2.789 * r, 1.0)), irradiance(s.normal), share), 0.0));
    color = color * (1.0 - max3(s.sheen_color) * albedo) + arriving * s.sheen_color * albedo;
}

void sheen_light(Surface s, Light l, inout vec3 color) {
    float n_l = clamp(dot(s.normal, l.direction), 0.0, 1.0);
    float n_v = clamp(dot(s.normal, s.view), 0.0, 1.0);
    float n_h = clamp(dot(s.normal, normalize(s.view + l.direction)), 0.0, 1.0);
    float kept = 1.0 - max3(s.sheen_color) * max(albedo_terms(n_v, s.sheen_roughness).z, albedo_terms(n_l, s.sheen_roughness).z);
    float lobe = distribution_charlie(n_h, s.sheen_roughness) * visibility_cloth(n_l, n_v);
    color = color * kept + s.sheen_color * lobe * l.color * n_l;
}
