// KHR_materials_volume: how thick the body under the surface is, and what it absorbs.
void volume_surface(inout Surface s) {
    // Thickness is in mesh space, so it grows with the mesh.
    s.thickness = m_volume_thickness_factor * d_scale;
#ifdef HAS_VOLUME_THICKNESS_TEXTURE
    s.thickness *= sample_volume_thickness_texture().g;
#endif
}

// What leaves a volume of light that comes from behind and from the front. Beer's law: the attenuation color is what is
// left after the attenuation distance.
vec3 through_volume(Surface s, vec3 behind, vec3 front) {
    vec3 passed = vec3(1.0);
    if (m_volume_attenuation_distance > 0.0)
        passed = pow(max(m_volume_attenuation_color, vec3(1e-6)), vec3(s.thickness / m_volume_attenuation_distance));
#ifdef USE_VOLUME_SCATTER
    return scattered(passed, behind, front);
#else
    return behind * passed;
#endif
}
