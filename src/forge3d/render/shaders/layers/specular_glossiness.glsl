// KHR_materials_pbrSpecularGlossiness (archived): reflectance is given, so nothing is metal.
void specular_glossiness_surface(inout Surface s) {
    vec4 given = vec4(m_specular_glossiness_specular_factor, m_specular_glossiness_glossiness_factor);
#ifdef HAS_SPECULAR_GLOSSINESS_TEXTURE
    given *= sample_specular_glossiness_texture();
#endif
    s.f0 = given.rgb;
    s.metallic = 0.0;
    s.roughness = 1.0 - given.a;
    // What the surface reflects at its strongest channel never reaches the diffuse base.
    s.base_color *= 1.0 - max3(given.rgb);
}
