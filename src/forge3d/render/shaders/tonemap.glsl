// Tone mapping operators, scene-linear to display-linear. NumPy twins: tonemap.py.

// Khronos PBR Neutral (github.com/KhronosGroup/ToneMapping): colours below 0.76 keep hue and saturation.
vec3 tone_neutral(vec3 color) {
    const float start = 0.8 - 0.04, desaturation = 0.15;
    float low = min(color.r, min(color.g, color.b));
    color -= low < 0.08 ? low - 6.25 * low * low : 0.04;
    float peak = max(color.r, max(color.g, color.b));
    if (peak < start) return color;
    float d = 1.0 - start;
    float compressed = 1.0 - d * d / (peak + d - start);
    color *= compressed / peak;
    float g = 1.0 - 1.0 / (desaturation * (peak - compressed) + 1.0);
    return mix(color, vec3(compressed), g);
}

// Stephen Hill's fit of the ACES reference and output transforms; 1/0.6 is the usual exposure of web viewers.
vec3 tone_aces(vec3 color) {
    const mat3 input_matrix = mat3(
        0.59719, 0.07600, 0.02840, 0.35458, 0.90834, 0.13383, 0.04823, 0.01566, 0.83777);
    const mat3 output_matrix = mat3(
        1.60475, -0.10208, -0.00327, -0.53108, 1.10813, -0.07276, -0.07367, -0.00605, 1.07602);
    color = input_matrix * (color / 0.6);
    color = (color * (color + 0.0245786) - 0.000090537) / (color * (0.983729 * color + 0.4329510) + 0.238081);
    return clamp(output_matrix * color, 0.0, 1.0);
}

// AgX (Troy Sobotka), its base look: log2 of what a film-like working space sees, a sigmoid, back to the display. The
// sigmoid as Benjamin Wrensch's polynomial, the matrices about it those for Rec. 2020, as Blender and Filament have it.
vec3 tone_agx(vec3 color) {
    const mat3 to_rec2020 = mat3(0.6274, 0.0691, 0.0164, 0.3293, 0.9195, 0.0880, 0.0433, 0.0113, 0.8956);
    const mat3 from_rec2020 = mat3(1.6605, -0.1246, -0.0182, -0.5876, 1.1329, -0.1006, -0.0728, -0.0083, 1.1187);
    const mat3 inset = mat3(
        0.856627153, 0.137318973, 0.111898213, 0.095121241, 0.761241991, 0.076799419, 0.048251606, 0.101439036,
        0.811302368);
    const mat3 outset = mat3(
        1.127100582, -0.141329763, -0.141329763, -0.110606643, 1.157823702, -0.110606643, -0.016493939, -0.016493939,
        1.251936407);
    const float low = -12.47393, high = 4.026069;  // stops
    vec3 x = (log2(max(inset * (to_rec2020 * color), 1e-10)) - low) / (high - low);
    x = clamp(x, 0.0, 1.0);
    vec3 x2 = x * x, x4 = x2 * x2;
    x = 15.5 * x4 * x2 - 40.14 * x4 * x + 31.96 * x4 - 6.868 * x2 * x + 0.4298 * x2 + 0.1191 * x - 0.00232;
    return clamp(from_rec2020 * pow(max(outset * x, 0.0), vec3(2.2)), 0.0, 1.0);
}

vec3 tone_none(vec3 color) { return clamp(color, 0.0, 1.0); }

// IEC 61966-2-1.
vec3 srgb_encoded(vec3 c) {
    return mix(12.92 * c, 1.055 * pow(max(c, 0.0), vec3(1.0 / 2.4)) - 0.055, step(vec3(0.0031308), c));
}
