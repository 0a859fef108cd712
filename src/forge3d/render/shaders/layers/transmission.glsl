// KHR_materials_transmission with KHR_materials_volume: what stands behind the surface, seen through it, and where nothing
// does, the environment. Transmissive surfaces do not see each other.
layout(binding = 3) uniform sampler2D t_behind;  // the picture without them, premultiplied, its mips ever blurrier

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
    // Thickness is in mesh space, so it grows with the mesh.
    thickness = m_volume_thickness_factor * d_scale;
#ifdef HAS_VOLUME_THICKNESS_TEXTURE
    thickness *= sample_volume_thickness_texture().g;
#endif
    if (thickness > 0.0 && s.ior > 0.0) direction = refract(-s.view, s.normal, 1.0 / s.ior);
#endif
    // An index of one does not bend light, so roughness cannot blur it either.
    float blur = s.roughness * clamp(s.ior * 2.0 - 2.0, 0.0, 1.0);
    vec4 leaving = f_view_projection * vec4(s.position + direction * thickness, 1.0);
    vec2 at = leaving.xy / leaving.w * 0.5 + 0.5;
    vec4 behind = textureLod(t_behind, at, blur * log2(float(textureSize(t_behind, 0).x)));
    vec3 color = (behind.rgb + (1.0 - behind.a) * radiance(direction, blur)) * s.base_color;
#ifdef USE_VOLUME
    if (m_volume_attenuation_distance > 0.0)
        color *= pow(max(m_volume_attenuation_color, vec3(1e-6)), vec3(thickness / m_volume_attenuation_distance));
#endif
    return color * s.transmission;
}
