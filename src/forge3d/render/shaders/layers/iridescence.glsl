// KHR_materials_iridescence: a thin film over the base, with air outside (Belcour and Barla 2017, "A Practical Extension
// to Microfacet Theory for the Modeling of Varying Iridescence").
void iridescence_surface(inout Surface s) {
    s.iridescence = m_iridescence_factor;
    s.film_thickness = m_iridescence_thickness_maximum;
#ifdef HAS_IRIDESCENCE_TEXTURE
    s.iridescence *= sample_iridescence_texture().r;
#endif
#ifdef HAS_IRIDESCENCE_THICKNESS_TEXTURE
    float share = sample_iridescence_thickness_texture().g;
    s.film_thickness = mix(m_iridescence_thickness_minimum, m_iridescence_thickness_maximum, share);
#endif
    if (s.film_thickness <= 0.0) s.iridescence = 0.0;
}

// What of a path longer by `path` nanometres interferes, in linear sRGB: the paper's Gaussian fit of the CIE XYZ
// curves, whose transform into frequencies is closed (§4).
vec3 film_sensitivity(float path, vec3 shift) {
    const vec3 height = vec3(5.4856e-13, 4.4201e-13, 5.2481e-13);
    const vec3 middle = vec3(1.6810e6, 1.7953e6, 2.2084e6);
    const vec3 width = vec3(4.3278e9, 9.3046e9, 6.6121e9);
    float phase = 2.0 * PI * path * 1e-9;
    vec3 xyz = height * sqrt(2.0 * PI * width) * cos(middle * phase + shift) * exp(-width * sq(phase));
    xyz.x += 9.7470e-14 * sqrt(2.0 * PI * 4.5282e9) * cos(2.2399e6 * phase + shift.x) * exp(-4.5282e9 * sq(phase));
    const mat3 to_srgb = mat3(
        3.2404542, -0.9692660, 0.0556434, -1.5371385, 1.8760108, -0.2040259, -0.4985314, 0.0415560, 1.0572252);
    return to_srgb * (xyz / 1.0685e-7);
}

// The reflectance of film and base at an angle: Airy's summation, two orders.
vec3 film_reflectance(float cosine, float thickness, float film_ior, vec3 base_f0) {
    float ior = mix(1.0, film_ior, smoothstep(0.0, 0.03, thickness));  // no film, no jump
    float inner2 = 1.0 - (1.0 - sq(cosine)) / sq(ior);
    if (inner2 < 0.0) return vec3(1.0);  // total reflection
    float inner = sqrt(inner2);
    // Air to film, and back.
    float r12 = fresnel_schlick(vec3(reflectance(ior)), 1.0, cosine).x;
    float t121 = 1.0 - r12;
    // Film to base, by the index that the base has towards air.
    vec3 root = sqrt(clamp(base_f0, 0.0, 0.9999));
    vec3 base_ior = (1.0 + root) / (1.0 - root);
    vec3 step_r = (base_ior - ior) / (base_ior + ior);
    vec3 r23 = fresnel_schlick(step_r * step_r, 1.0, inner);
    // Reflection at a denser medium turns the phase by half a wave.
    float phase12 = ior < 1.0 ? PI : 0.0;
    vec3 shift = vec3(PI - phase12) + PI * vec3(lessThan(base_ior, vec3(ior)));
    float path = 2.0 * ior * thickness * inner;
    vec3 r123 = clamp(r12 * r23, 0.0, 0.9999), amplitude = sqrt(r123);
    vec3 steady = sq(t121) * r23 / (1.0 - r123);
    vec3 total = r12 + steady, order = steady - t121;
    for (int m = 1; m <= 2; m++) {
        order *= amplitude;
        total += order * 2.0 * film_sensitivity(float(m) * path, float(m) * shift);
    }
    return clamp(total, 0.0, 1.0);
}

// Colour kept in place of the base's own Fresnel term. The strongest channel decides what reaches the body.
void iridescence_film(
    Surface s, vec2 cosines, float kept, vec3 body, vec3 mirrored, inout vec3 dielectric, inout vec3 metal
) {
    vec3 over_body = film_reflectance(cosines.x, s.film_thickness, m_iridescence_ior, s.f0);
    vec3 over_metal = film_reflectance(cosines.x, s.film_thickness, m_iridescence_ior, s.base_color);
    if (cosines.y != cosines.x) {
        over_body = 0.5 * (over_body + film_reflectance(cosines.y, s.film_thickness, m_iridescence_ior, s.f0));
        over_metal = 0.5 * (over_metal + film_reflectance(cosines.y, s.film_thickness, m_iridescence_ior, s.base_color));
    }
    over_body = all_reflected(over_body * kept, over_body, kept);
    over_metal = all_reflected(over_metal * kept, over_metal, kept);
    dielectric = mix(dielectric, body * (1.0 - max3(over_body)) + mirrored * over_body, s.iridescence);
    metal = mix(metal, mirrored * over_metal, s.iridescence);
}
