// KHR_materials_transmission: what stands behind the surface, seen through it, and where nothing does, the environment.
// Light is followed through pictures of depth: through a body to where it leaves it, there bent again (Wyman 2005, "An
// Approximate Image-Space Approach for Interactive Refraction"), and on to what stands behind. Transmissive surfaces do
// not see each other, but fronts see the backs of what is thin.
layout(binding = 3) uniform sampler2D t_behind;  // the picture without them, premultiplied, its mips ever blurrier
layout(binding = 4) uniform sampler2D t_beyond;  // the same with the backs of what is thin
layout(binding = 5) uniform sampler2D t_depth;   // of `t_behind`
layout(binding = 6) uniform sampler2D t_exit;    // backs of what is thick: depth, outward normal
layout(binding = 7) uniform sampler2D t_deep;    // mean depth, times how much there is, and this; see deep.comp

void transmission_surface(inout Surface s) {
    s.transmission = m_transmission_factor;
#ifdef HAS_TRANSMISSION_TEXTURE
    s.transmission *= sample_transmission_texture().r;
#endif
}

// An index of one does not bend light, so roughness cannot blur it either.
float transmission_roughness(Surface s, float ior) { return s.roughness * clamp(ior * 2.0 - 2.0, 0.0, 1.0); }

// A ray as it is seen: where it begins and where it goes, both projected.
struct Seen {
    vec4 from;
    vec4 toward;
};

// Where in the pictures a place along a ray is; beyond their edges these go on.
vec2 seen_at(Seen ray, float way) {
    vec4 at = ray.from + way * ray.toward;
    return clamp(at.xy / max(at.w, 1e-9) * 0.5 + 0.5, 0.0, 0.9999);
}

// How far along a ray it is as deep as the depth buffer says.
float way_to(Seen ray, float depth) {
    float z = depth * 2.0 - 1.0;
    return (z * ray.from.w - ray.from.z) / (ray.toward.z - z * ray.toward.w);
}

float depth_of(sampler2D depths, vec2 at) { return texelFetch(depths, ivec2(at * vec2(textureSize(depths, 0))), 0).r; }

// What light meets that goes along a ray.
struct Meeting {
    Seen ray;
    float way;    // 0: nothing that is seen
    bool leaves;  // it is the back of the body
};

// Each step goes as deep as things are under the place found before; where there is nothing, another is tried. What a ray
// passes by is not met: in the end places must agree. `start`: what is tried first.
const float TRIED[6] = float[](0.5, 1.6, 0.25, 2.5, 0.8, 1.0);

Meeting met(vec3 from, vec3 direction, float start, bool inside) {
    Meeting m = Meeting(Seen(f_view_projection * vec4(from, 1.0), f_view_projection * vec4(direction, 0.0)), 0.0, inside);
    float way = start;
    for (int i = 0; i < 6; i++) {
        vec2 at = seen_at(m.ray, way);
        float depth = depth_of(t_depth, at), next = way_to(m.ray, depth);
        bool there = depth < 1.0 && next > 0.0 && (i < 3 || abs(next - way) < 0.1 * d_extent);
        if (inside) {
            float back = depth_of(t_exit, at);
            m.leaves = !there || back == 1.0 || depth > back || depth < gl_FragCoord.z;
            if (m.leaves) {
                next = way_to(m.ray, back);
                there = back < 1.0 && next > 0.0;
            }
        }
        m.way = there ? next : 0.0;
        next = there ? next : TRIED[i] * start;
        if (there && abs(next - way) < 1e-4 * d_extent) break;
        way = next;
    }
    return m;
}

// How many pixels GGX's lobe has spread to after a way.
float spread_at(Seen ray, float way, float roughness) {
    float tall = length(vec3(f_view_projection[0].y, f_view_projection[1].y, f_view_projection[2].y));
    float pixels = 0.5 * tall * float(textureSize(t_behind, 0).y) / max(ray.from.w + way * ray.toward.w, 1e-9);
    return 3.0 * roughness * roughness * way * pixels;
}

// A mip level without its squares.
vec4 blurred(sampler2D picture, vec2 at, float level) {
    if (level <= 0.0) return textureLod(picture, at, 0.0);
    vec2 off = 0.4 * exp2(level) / vec2(textureSize(picture, 0)), across = vec2(off.x, -off.y);
    return 0.25 * (textureLod(picture, at + off, level - 0.5) + textureLod(picture, at - off, level - 0.5) +
                   textureLod(picture, at + across, level - 0.5) + textureLod(picture, at - across, level - 0.5));
}

// Light from outside the body. What facets have spread is read from mip levels as blurred as the lobe is wide where things
// are in the mean: blur must not end where they do. Where nothing opaque is met there may still be glass.
vec3 arriving(Meeting m, vec3 direction, float roughness) {
    float level = 0.0;
    vec2 at = seen_at(m.ray, m.way > 0.0 ? m.way : d_extent);
    bool shown = m.way > 0.0 || roughness > 0.0 || depth_of(t_depth, at) == 1.0;
    if (roughness > 0.0) {
        float widest = log2(max(spread_at(m.ray, max(way_to(m.ray, 1.0), 0.0), roughness), 1.0));
        vec2 deep = textureLod(t_deep, at, widest).rg;
        float way = deep.y > 0.0 ? max(way_to(m.ray, deep.x / deep.y), 0.0) : d_extent;
        level = log2(max(spread_at(m.ray, way, roughness), 1.0));
    }
    vec4 behind = vec4(0.0);
    if (shown) behind = gl_FrontFacing ? blurred(t_beyond, at, level) : blurred(t_behind, at, level);
    return behind.rgb + (1.0 - behind.a) * radiance(direction, roughness);
}

// The share of light that facets let out on the side it should leave: as much as mirrors would reflect.
float passed(Surface s, float roughness) {
    vec2 terms = albedo_terms(clamp(dot(s.normal, s.view), 0.0, 1.0), roughness).xy;
    return terms.x + terms.y;
}

#ifdef USE_VOLUME
const int TURNS = 2;  // ways through the body, of which all but the last end in total reflection

vec3 seen_through(Surface s, float ior) {
    // Facets lose less of light that they bend than of light that is mirrored, and spread it less, but twice.
    float roughness = transmission_roughness(s, ior), left = pow(passed(s, roughness), 1.5);
    roughness *= 0.8;
    vec3 from = s.position, direction = ior > 0.0 ? refract(-s.view, s.normal, 1.0 / ior) : -s.view;
    vec3 mirrored = vec3(0.0);
    float way = 0.0, kept = 0.0;
    Meeting m = Meeting(Seen(vec4(0.0), vec4(0.0)), 0.0, true);
    for (int turn = 0; turn < TURNS; turn++) {
#ifndef FAR
        if (gl_FrontFacing) m = met(from, direction, s.thickness, true);
#endif
        if (!m.leaves) break;
        vec4 back = m.way > 0.0 ? textureLod(t_exit, seen_at(m.ray, m.way), 0.0) : vec4(0.0);
        vec3 outward = dot(back.yzw, back.yzw) > 0.01 ? normalize(back.yzw) : opposite(s, direction);
        float part = m.way > 0.0 ? m.way : s.thickness;
        way += part;
        from += direction * part;
        vec3 leaving = refract(direction, -outward, ior), turned = reflect(direction, outward);
        if (leaving != vec3(0.0)) {
            // What is mirrored leaves on the next side, taken for a ball's.
            vec3 later = refract(turned, -outward - 2.0 * dot(direction, outward) * turned, ior);
            kept = mix(schlick_weight(dot(leaving, outward)), 1.0, reflectance(ior));
            mirrored = unabsorbed(part) * radiance(later, roughness);
            direction = leaving;
            break;
        }
        direction = turned;
    }
    if (m.leaves) m = met(from, direction, d_extent, false);
    else way += m.way;
    s.thickness = way;
    return through_volume(s, left * mix(arriving(m, direction, roughness), mirrored, kept), irradiance(s.normal));
}
#else
vec3 seen_through(Surface s, float ior) {
    float roughness = transmission_roughness(s, ior);
    return passed(s, roughness) * arriving(met(s.position, -s.view, d_extent, false), -s.view, roughness);
}
#endif

void transmission_body(Surface s, inout vec3 body) {
#if defined(USE_DISPERSION) && defined(USE_VOLUME)
    vec3 light = dispersed(s);
#else
    vec3 light = seen_through(s, s.ior);
#endif
    body = mix(body, light * s.base_color, s.transmission);
}

void transmission_body_light(Surface s, Light l, inout vec3 body) {
    vec3 mirrored = l.direction - 2.0 * dot(s.normal, l.direction) * s.normal;
    float n_l = clamp(dot(s.normal, mirrored), 0.0, 1.0), n_v = clamp(dot(s.normal, s.view), 1e-4, 1.0);
    float alpha = max(transmission_roughness(s, s.ior) * s.roughness, 1e-3);
    float n_h = clamp(dot(s.normal, normalize(s.view + mirrored)), 0.0, 1.0);
    vec3 light = vec3(distribution_ggx(n_h, alpha) * visibility_ggx(n_l, n_v, alpha) * n_l);
#ifdef USE_VOLUME
    light = through_volume(s, light, vec3(max(dot(s.normal, l.direction), 0.0) / PI));
#endif
    body = mix(body, light * s.base_color, s.transmission);
}
