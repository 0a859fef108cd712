// KHR_materials_diffuse_transmission: a share of the diffuse light goes through to the other side.
void diffuse_transmission_surface(inout Surface s) {
    s.diffuse_transmission = m_diffuse_transmission_factor;
    s.diffuse_transmission_color = m_diffuse_transmission_color_factor;
#ifdef HAS_DIFFUSE_TRANSMISSION_TEXTURE
    s.diffuse_transmission *= sample_diffuse_transmission_texture().a;
#endif
#ifdef HAS_DIFFUSE_TRANSMISSION_COLOR_TEXTURE
    s.diffuse_transmission_color *= sample_diffuse_transmission_color_texture().rgb;
#endif
}

void diffuse_transmission_body(Surface s, inout vec3 body) {
    vec3 light = irradiance(-s.normal);
#ifdef USE_VOLUME
    light = through_volume(s, light, irradiance(s.normal));
#endif
    body = mix(body, light * s.diffuse_transmission_color, s.diffuse_transmission);
}

void diffuse_transmission_body_light(Surface s, Light l, inout vec3 body) {
    float cosine = dot(s.normal, l.direction);
    vec3 light = vec3(max(-cosine, 0.0) / PI);
#ifdef USE_VOLUME
    light = through_volume(s, light, vec3(max(cosine, 0.0) / PI));
#endif
    body = mix(body, light * s.diffuse_transmission_color, s.diffuse_transmission);
}
