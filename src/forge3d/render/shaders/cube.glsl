// The direction through a point (0..1)² of a cube map's face (OpenGL 4.3, table 8.18).
vec3 cube_direction(int face, vec2 point) {
    vec2 p = point * 2.0 - 1.0;
    vec3 d = face == 0 ? vec3(1.0, -p.y, -p.x)
           : face == 1 ? vec3(-1.0, -p.y, p.x)
           : face == 2 ? vec3(p.x, 1.0, p.y)
           : face == 3 ? vec3(p.x, -1.0, -p.y)
           : face == 4 ? vec3(p.x, -p.y, 1.0)
           : vec3(-p.x, -p.y, -1.0);
    return normalize(d);
}
