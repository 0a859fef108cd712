// The microfacet terms of glTF 2.0, appendix B: GGX, Smith's height-correlated visibility, Schlick's Fresnel.

float sq(float x) { return x * x; }
float max3(vec3 v) { return max(v.x, max(v.y, v.z)); }

float schlick_weight(float cosine) {
    float m = clamp(1.0 - cosine, 0.0, 1.0);
    return m * m * m * m * m;
}

vec3 fresnel_schlick(vec3 f0, float f90, float cosine) {
    return f0 + (vec3(f90) - f0) * schlick_weight(cosine);
}

float distribution_ggx(float n_h, float alpha) {
    float a2 = alpha * alpha;
    float f = n_h * n_h * (a2 - 1.0) + 1.0;
    return a2 / max(PI * f * f, 1e-12);
}

float visibility_ggx(float n_l, float n_v, float alpha) {
    float a2 = alpha * alpha;
    float v = n_l * sqrt(n_v * n_v * (1.0 - a2) + a2);
    float l = n_v * sqrt(n_l * n_l * (1.0 - a2) + a2);
    return 0.5 / max(v + l, 1e-7);
}

// Estevez and Kulla 2017, "Production Friendly Microfacet Sheen BRDF".
float distribution_charlie(float n_h, float roughness) {
    float inverse = 1.0 / max(roughness * roughness, 1e-4);
    return (2.0 + inverse) * pow(max(1.0 - n_h * n_h, 0.0), inverse * 0.5) / (2.0 * PI);
}

// Ashikhmin's visibility for cloth, as used by Neubelt and Pettineo 2013.
float visibility_cloth(float n_l, float n_v) {
    return 1.0 / max(4.0 * (n_l + n_v - n_l * n_v), 1e-5);
}
