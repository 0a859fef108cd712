// KHR_materials_transmission with KHR_materials_volume: the environment seen through the surface. What stands behind the
// glass is not seen through it; the light is.
void transmission_surface(inout Surface s) {
    s.transmission = m_transmission_factor;
#ifdef HAS_TRANSMISSION_TEXTURE
    s.transmission *= sample_transmission_texture().r;
#endif
}

vec3 transmitted(Surface s) {
    vec3 direction = -s.view;
    float thickness = 0.0;
#ifdef USE_VOLUME
    thickness = m_volume_thickness_factor;
#ifdef HAS_VOLUME_THICKNESS_TEXTURE
    thickness *= sample_volume_thickness_texture().g;
#endif
    if (thickness > 0.0 && s.ior > 0.0) direction = refract(-s.view, s.normal, 1.0 / s.ior);
#endif
    vec3 color = radiance(direction, s.roughness * clamp(s.ior * 2.0 - 2.0, 0.0, 1.0)) * s.base_color;
#ifdef USE_VOLUME
    if (m_volume_attenuation_distance > 0.0)
        color *= pow(max(m_volume_attenuation_color, vec3(1e-6)), vec3(thickness * d_scale / m_volume_attenuation_distance));
#endif
    return color * s.transmission;
}
