// KHR_materials_dispersion: each colour has its own index of refraction. Its value is 20 divided by Abbe's number, which
// is how much the index differs between red and blue (Fraunhofer's C and F lines) beside how much it is above one.
#ifdef USE_TRANSMISSION
vec3 seen_through(Surface s, float ior);  // layers/transmission.glsl

vec3 dispersed(Surface s) {
    float half_spread = (s.ior - 1.0) * 0.025 * m_dispersion_dispersion;
    vec3 red = seen_through(s, s.ior - half_spread), blue = seen_through(s, s.ior + half_spread);
    return vec3(red.r, seen_through(s, s.ior).g, blue.b);
}
#endif
