// KHR_lights_punctual: directional (lux), point and spot (candela) lights.

struct Light {
    vec3 direction;  // unit, from the surface to the light
    vec3 color;      // what arrives, before the cosine
};

void layers_body_light(Surface s, Light l, inout vec3 body);

Light light_at(int index, vec3 position) {
    vec4 place = f_lights[index * 4];      // xyz position or direction, w kind: 0 directional, 1 point, 2 spot
    vec4 color = f_lights[index * 4 + 1];  // rgb intensity, w range or 0
    vec4 axis = f_lights[index * 4 + 2];   // xyz direction of a spot
    vec4 cone = f_lights[index * 4 + 3];   // x scale, y offset of the cone's edge
    if (place.w < 0.5) return Light(-place.xyz, color.rgb);
    vec3 to = place.xyz - position;
    float d2 = max(dot(to, to), 1e-8);
    float fade = 1.0 / d2;
    if (color.w > 0.0) {
        float ratio = d2 / (color.w * color.w);
        fade *= clamp(1.0 - ratio * ratio, 0.0, 1.0);
    }
    vec3 direction = to * inversesqrt(d2);
    if (place.w > 1.5) {
        float edge = clamp(dot(axis.xyz, -direction) * cone.x + cone.y, 0.0, 1.0);
        fade *= edge * edge;
    }
    return Light(direction, color.rgb * fade);
}

#ifdef USE_ANISOTROPY
float specular_lobe(Surface s, vec3 light, vec3 h);  // layers/anisotropy.glsl
#else
float specular_lobe(Surface s, vec3 light, vec3 h) {
    float n_l = clamp(dot(s.normal, light), 0.0, 1.0), n_v = clamp(dot(s.normal, s.view), 1e-4, 1.0);
    float alpha = max(sq(s.roughness), 1e-3);
    return distribution_ggx(clamp(dot(s.normal, h), 0.0, 1.0), alpha) * visibility_ggx(n_l, n_v, alpha);
}
#endif

vec3 punctual_light(Surface s, Light l) {
    float n_l = clamp(dot(s.normal, l.direction), 0.0, 1.0);
    // Light from behind goes through the same microfacets as if it came from its mirror image.
    vec3 above = l.direction - 2.0 * min(dot(s.normal, l.direction), 0.0) * s.normal;
    vec3 h = normalize(s.view + above);
    float v_h = clamp(dot(s.view, h), 0.0, 1.0);
    vec3 mirrored = vec3(n_l > 0.0 ? specular_lobe(s, l.direction, h) * n_l : 0.0);
    vec3 body = s.base_color / PI * n_l;
    layers_body_light(s, l, body);
    vec3 dielectric = mix(body, mirrored, fresnel_schlick(s.f0, s.f90, v_h));
    vec3 metal = mirrored * fresnel_schlick(s.base_color, 1.0, v_h);
    layers_film(s, vec2(v_h), 1.0, body, mirrored, dielectric, metal);
    return mix(dielectric, metal, s.metallic) * l.color;
}
