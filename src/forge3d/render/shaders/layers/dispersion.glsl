// KHR_materials_dispersion: each colour has its own index of refraction. Its value is 20 divided by Abbe's number, which
// is how much the index differs between red and blue (Fraunhofer's C and F lines) beside how much it is above one.
#ifdef USE_TRANSMISSION
vec3 seen_through(Surface s, float ior);  // layers/transmission.glsl

// Eight bands of the spectrum, equally bright: their linear sRGB, which adds up to one, and their mean of
// 523655 nm² / λ² - 1.5168, by which the first two terms of Cauchy's equation grow. As native/spectrum.cpp has them.
const vec4 BANDS[8] = vec4[](
    vec4(0.0309, 0.0000, 0.3450, 1.3283), vec4(0.0151, 0.0000, 0.3402, 1.0507), vec4(0.0000, 0.0900, 0.3045, 0.7690),
    vec4(0.0000, 0.3754, 0.0103, 0.4083), vec4(0.0294, 0.3369, 0.0000, 0.2018), vec4(0.2056, 0.1662, 0.0000, 0.0502),
    vec4(0.3282, 0.0310, 0.0000, -0.0697), vec4(0.3908, 0.0005, 0.0000, -0.2128));

vec3 dispersed(Surface s) {
    float spread = (s.ior - 1.0) * 0.05 * m_dispersion_dispersion;
    vec3 light = vec3(0.0);
    for (int i = 0; i < 8; i++) light += BANDS[i].rgb * seen_through(s, max(s.ior + spread * BANDS[i].w, 1.0));
    return light;
}
#endif
