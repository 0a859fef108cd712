// KHR_materials_volume_scatter: light that has entered a medium leaves in front or behind after many turns. The medium is
// taken for a slab of the volume's thickness (Kubelka and Munk 1931, "Ein Beitrag zur Optik der Farbanstriche"), whose
// reflectance is the multi-scatter albedo where it is deep, and whose transmittance is 1 / (1 + ¾ optical depth) where
// nothing is absorbed, as of diffusion. How far light wanders sideways inside is left out.
vec3 scattered(vec3 passed, vec3 behind, vec3 front) {
    vec3 deep = clamp(m_volume_scatter_multiscatter_color, 1e-3, 0.999);
    // The share of scattering in what is lost along a straight way, by the extension's own formula.
    vec3 absorbed = 4.09712 + 4.20863 * deep - sqrt(9.59217 + deep * (41.6808 + 17.7126 * deep));
    vec3 depth = -0.75 * log(max(passed, 1e-30)) * (1.0 - m_volume_scatter_anisotropy) * (1.0 - absorbed * absorbed);
    vec3 a = 0.5 * (1.0 / deep + deep), b = 0.5 * (1.0 / deep - deep);
    vec3 fading = exp(-b * depth), square = fading * fading, tangent = (1.0 - square) / (1.0 + square);
    vec3 reflected = tangent / (a * tangent + b);
    vec3 transmitted = 2.0 * b * fading / ((1.0 + square) * (a * tangent + b));
    // Light that meets nothing goes straight on, whatever the rest does.
    return reflected * front + max(transmitted, passed) * behind;
}
