// What is baked of the light on a surface: how much of the sky's arrives, and what other surfaces send in its place.
#ifdef BAKED
in vec4 v_lit;       // irradiance / π from other surfaces; w: the part of the sky's that arrives
in vec4 v_mirrored;  // the same of light that is mirrored

vec3 lit_here(vec3 irradiance) { return irradiance * v_lit.w + v_lit.rgb; }
vec3 mirrored_here(vec3 radiance) { return radiance * v_mirrored.w + v_mirrored.rgb; }
#else
vec3 lit_here(vec3 irradiance) { return irradiance; }
vec3 mirrored_here(vec3 radiance) { return radiance; }
#endif
