// KHR_materials_volume: how thick the body under the surface is, and what it absorbs.
void volume_surface(inout Surface s) {
    // Thickness is in mesh space, so it grows with the mesh.
    s.thickness = m_volume_thickness_factor * d_scale;
#ifdef HAS_VOLUME_THICKNESS_TEXTURE
    s.thickness *= sample_volume_thickness_texture().g;
#endif
}

// The outward normal where light leaves a body whose back is not drawn. What is about as thick as it is large is taken for
// a ball; what is much thinner for a wall with parallel sides.
vec3 opposite(Surface s, vec3 inside) {
    float ball = smoothstep(0.25, 0.75, s.thickness / max(d_extent, 1e-12));
    return normalize(mix(-s.normal, s.normal - 2.0 * dot(inside, s.normal) * inside, ball));
}

// What is left of light after a way. Beer's law: the attenuation color is that after the attenuation distance.
vec3 unabsorbed(float way) {
    if (m_volume_attenuation_distance <= 0.0) return vec3(1.0);
    return pow(max(m_volume_attenuation_color, vec3(1e-6)), vec3(way / m_volume_attenuation_distance));
}

// What leaves a volume of light that comes from behind and from the front.
vec3 through_volume(Surface s, vec3 behind, vec3 front) {
    vec3 passed = unabsorbed(s.thickness);
#ifdef USE_VOLUME_SCATTER
    return scattered(passed, behind, front);
#else
    return behind * passed;
#endif
}
