// KHR_materials_volume: how thick the body under the surface is, and what it absorbs.
void volume_surface(inout Surface s) {
    // Thickness is in mesh space, so it grows with the mesh.
    s.thickness = m_volume_thickness_factor * d_scale;
#ifdef HAS_VOLUME_THICKNESS_TEXTURE
    s.thickness *= sample_volume_thickness_texture().g;
#endif
}

// How light that came in through the surface goes out on the other side. What is about as thick as it is large is taken for
// a ball, which bends light a second time; what is much thinner for a wall with parallel sides, which bends it back.
vec3 leaving_direction(Surface s, vec3 inside, float ior) {
    float cosine = -dot(inside, s.normal);
    float ball = smoothstep(0.25, 0.75, s.thickness / max(d_extent, 1e-12));
    vec3 outward = normalize(mix(-s.normal, s.normal + 2.0 * cosine * inside, ball));
    vec3 leaving = refract(inside, -outward, ior);
    return dot(leaving, leaving) > 0.0 ? leaving : inside;  // reflected inside at last; nobody knows where to
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
