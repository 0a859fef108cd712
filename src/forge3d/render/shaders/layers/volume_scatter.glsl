// KHR_materials_volume_scatter, for dense media: light that has entered is either let through, or scattered often enough
// to come back where it entered, in the colour of the multi-scatter albedo. How far it wanders sideways is left out.
vec3 scattered(vec3 passed, vec3 behind, vec3 front) {
    return mix(m_volume_scatter_multiscatter_color * front, behind, passed);
}
