// KHR_materials_specular: strength and colour of the dielectric reflection.
void specular_surface(inout Surface s) {
    float strength = m_specular_factor;
    vec3 tint = m_specular_color_factor;
#ifdef HAS_SPECULAR_TEXTURE
    strength *= sample_specular_texture().a;
#endif
#ifdef HAS_SPECULAR_COLOR_TEXTURE
    tint *= sample_specular_color_texture().rgb;
#endif
    s.f0 = min(s.f0 * tint, vec3(1.0)) * strength;
    s.f90 = strength;
}
