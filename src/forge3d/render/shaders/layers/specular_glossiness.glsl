// KHR_materials_pbrSpecularGlossiness (archived): reflectance is given, so nothing is metal.
void specular_glossiness_surface(inout Surface s) {
    vec4 given = vec4(m_specular_glossiness_specular_factor, m_specular_glossiness_glossiness_factor);
#ifdef HAS_SPECULAR_GLOSSINESS_TEXTURE
    given *= sample_specular_glossiness_texture();
#endif
    s.f0 = given.rgb;
    s.metallic = 0.0;
    s.roughness = 1.0 - given.a;
    // The archived text scales the diffuse colour by 1 - max(specular) too, as glTF 2.0 did before 2021. The Fresnel
    // mix already keeps back what is reflected, so it is left out here as it is there now (appendix B).
}
