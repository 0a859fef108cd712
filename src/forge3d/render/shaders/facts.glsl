// The struct that every lighting term works from, and how the glTF material fills it (specification §3.9).

struct Surface {
    vec3 position;          // relative to the camera
    vec3 view;              // unit, towards the camera
    vec3 normal;            // unit, shading
    vec3 geometric;         // unit, interpolated vertex normal
    vec3 tangent;           // unit, along growing u
    vec3 bitangent;
    vec3 base_color;        // linear
    float alpha;
    float metallic;
    float roughness;        // perceptual: alpha of the distribution is its square
    vec3 f0;                // dielectric reflectance at normal incidence
    float f90;              // dielectric reflectance at grazing incidence
    float ior;
    float occlusion;
    vec3 emissive;
    float thickness;        // of a volume, metres; 0: a thin wall
    float transmission;
    float diffuse_transmission;
    vec3 diffuse_transmission_color;
    float anisotropy;
    vec3 anisotropic_tangent;    // the direction in which the lobe is stretched
    vec3 anisotropic_bitangent;
    float iridescence;
    float film_thickness;   // nanometres
    vec3 sheen_color;
    float sheen_roughness;
    float clearcoat;
    float clearcoat_roughness;
    vec3 clearcoat_normal;
};

// The active features' hooks, written by program.py; what each does: features.py.
void layers_surface(inout Surface s);
void layers_body(Surface s, inout vec3 body);
void layers_film(
    Surface s, vec2 cosines, float kept, vec3 body, vec3 mirrored, inout vec3 dielectric, inout vec3 metal);

in vec3 v_position;
#ifdef HAS_NORMAL
centroid in vec3 v_normal;
#endif
#ifdef HAS_TANGENT
centroid in vec4 v_tangent;
#endif
#ifdef HAS_COLOR
centroid in vec4 v_color;
#endif
#include "<textures>"

vec3 view_direction() {
    // An orthographic camera looks along one direction everywhere.
    return f_back.w > 0.5 ? normalize(-v_position) : f_back.xyz;
}

// Fills position, view, geometric, normal and the tangent frame. Back faces are seen from behind: all three turn.
void fill_frame(inout Surface s) {
    s.position = v_position;
    s.view = view_direction();
    vec3 face = cross(dFdx(v_position), dFdy(v_position));
    float side = gl_FrontFacing ? 1.0 : -1.0;
#ifdef HAS_NORMAL
    vec3 n = normalize(v_normal) * side;
#else
    // The screen's derivatives always give the side that is seen; points have none.
    vec3 n = dot(face, face) > 0.0 ? normalize(face) : s.view;
#endif
    s.geometric = n;
    s.normal = n;
    s.tangent = vec3(0.0);
    s.bitangent = vec3(0.0);
#ifdef TANGENT_UV
#ifdef HAS_TANGENT
    vec3 t = normalize(v_tangent.xyz);
    s.tangent = t * side;
    s.bitangent = cross(normalize(v_normal), t) * v_tangent.w * side;
#else
    vec2 dx = dFdx(TANGENT_UV), dy = dFdy(TANGENT_UV);
    vec3 px = dFdx(v_position), py = dFdy(v_position);
    float area = dx.x * dy.y - dx.y * dy.x;
    vec3 along = (px * dy.y - py * dx.y) * sign(area);
    vec3 t = along - n * dot(n, along);
    if (dot(t, t) < 1e-30) t = abs(n.x) > 0.9 ? vec3(0, 1, 0) : vec3(1, 0, 0);
    s.tangent = normalize(t - n * dot(n, t));
    // glTF's v grows downwards, its normal maps' green upwards.
    vec3 down = (py * dx.x - px * dy.x) * sign(area);
    s.bitangent = cross(n, s.tangent) * (dot(cross(n, s.tangent), down) > 0.0 ? -1.0 : 1.0);
#endif
#endif
}

vec3 mapped_normal(Surface s, vec3 texel, float scale) {
    vec3 n = (texel * 2.0 - 1.0) * vec3(scale, scale, 1.0);
    return normalize(mat3(s.tangent, s.bitangent, s.geometric) * n);
}

float reflectance(float ior) {
    float r = (ior - 1.0) / (ior + 1.0);
    return r * r;
}

vec4 base_color() {
    vec4 color = m_base_color_factor;
#ifdef USE_SPECULAR_GLOSSINESS
    color = m_specular_glossiness_diffuse_factor;
#ifdef HAS_SPECULAR_GLOSSINESS_DIFFUSE_TEXTURE
    color *= sample_specular_glossiness_diffuse_texture();
#endif
#elif defined(HAS_BASE_COLOR_TEXTURE)
#ifdef USE_RIDING
    color.rgb *= sample_base_color_texture().rgb;
#else
    color *= sample_base_color_texture();
#endif
#endif
#ifdef HAS_COLOR
    color *= v_color;
#endif
    return color;
}

vec3 emission() {
    vec3 emissive = m_emissive_factor * m_emissive_strength_strength;
#ifdef HAS_EMISSIVE_TEXTURE
    emissive *= sample_emissive_texture().rgb;
#endif
    return emissive;
}

Surface surface(vec4 color) {
    Surface s;
    fill_frame(s);
    s.base_color = color.rgb;
    s.alpha = color.a;
    s.metallic = m_metallic_factor;
    s.roughness = m_roughness_factor;
#ifdef HAS_METALLIC_ROUGHNESS_TEXTURE
    vec4 mr = sample_metallic_roughness_texture();
    s.metallic *= mr.b;
    s.roughness *= mr.g;
#endif
#ifdef USE_RIDING
    s.metallic *= sample_base_color_texture().a;
    s.roughness *= sample_normal_texture().a;
#endif
    s.roughness = clamp(s.roughness, 0.0, 1.0);
    s.metallic = clamp(s.metallic, 0.0, 1.0);
#ifdef HAS_NORMAL_TEXTURE
    s.normal = mapped_normal(s, sample_normal_texture().xyz, m_normal_texture_uv[0].w);
#endif
    s.occlusion = 1.0;
#ifdef HAS_OCCLUSION_TEXTURE
    s.occlusion = 1.0 + m_occlusion_texture_uv[1].w * (sample_occlusion_texture().r - 1.0);
#endif
    s.emissive = emission();
    s.ior = m_ior_ior;
    // Index 0 stands for a reflectance of one (KHR_materials_ior), as the specular-glossiness conversion needs.
    s.f0 = vec3(m_ior_ior == 0.0 ? 1.0 : reflectance(m_ior_ior));
    s.f90 = 1.0;
    s.thickness = 0.0;
    s.transmission = 0.0;
    s.diffuse_transmission = 0.0;
    s.diffuse_transmission_color = vec3(1.0);
    s.anisotropy = 0.0;
    s.anisotropic_tangent = s.tangent;
    s.anisotropic_bitangent = s.bitangent;
    s.iridescence = 0.0;
    s.film_thickness = 0.0;
    s.sheen_color = vec3(0.0);
    s.sheen_roughness = 0.0;
    s.clearcoat = 0.0;
    s.clearcoat_roughness = 0.0;
    s.clearcoat_normal = s.geometric;
    layers_surface(s);
    return s;
}
