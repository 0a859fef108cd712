// KHR_materials_transmission: what stands behind the surface, seen through it, and where nothing does, the environment.
// Transmissive surfaces do not see each other.
layout(binding = 3) uniform sampler2D t_behind;  // the picture without them, premultiplied, its mips ever blurrier

void transmission_surface(inout Surface s) {
    s.transmission = m_transmission_factor;
#ifdef HAS_TRANSMISSION_TEXTURE
    s.transmission *= sample_transmission_texture().r;
#endif
}

// An index of one does not bend light, so roughness cannot blur it either.
float transmission_roughness(Surface s, float ior) { return s.roughness * clamp(ior * 2.0 - 2.0, 0.0, 1.0); }

vec3 seen_through(Surface s, float ior) {
    bool bends = s.thickness > 0.0 && ior > 0.0;
    vec3 direction = bends ? refract(-s.view, s.normal, 1.0 / ior) : -s.view;
    float blur = transmission_roughness(s, ior);
    vec4 leaving = f_view_projection * vec4(s.position + direction * s.thickness, 1.0);
    vec2 at = leaving.xy / leaving.w * 0.5 + 0.5;
    vec4 behind = textureLod(t_behind, at, blur * log2(float(textureSize(t_behind, 0).x) * f_parts));
#ifdef USE_VOLUME
    if (bends) direction = leaving_direction(s, direction, ior);
#endif
    return behind.rgb + (1.0 - behind.a) * radiance(direction, blur);
}

void transmission_body(Surface s, inout vec3 body) {
#ifdef USE_DISPERSION
    vec3 light = dispersed(s);
#else
    vec3 light = seen_through(s, s.ior);
#endif
#ifdef USE_VOLUME
    light = through_volume(s, light, irradiance(s.normal));
#endif
    body = mix(body, light * s.base_color, s.transmission);
}

void transmission_body_light(Surface s, Light l, inout vec3 body) {
    vec3 mirrored = l.direction - 2.0 * dot(s.normal, l.direction) * s.normal;
    float n_l = clamp(dot(s.normal, mirrored), 0.0, 1.0), n_v = clamp(dot(s.normal, s.view), 1e-4, 1.0);
    float alpha = max(transmission_roughness(s, s.ior) * s.roughness, 1e-3);
    float n_h = clamp(dot(s.normal, normalize(s.view + mirrored)), 0.0, 1.0);
    vec3 light = vec3(distribution_ggx(n_h, alpha) * visibility_ggx(n_l, n_v, alpha) * n_l);
#ifdef USE_VOLUME
    light = through_volume(s, light, vec3(max(dot(s.normal, l.direction), 0.0) / PI));
#endif
    body = mix(body, light * s.base_color, s.transmission);
}
