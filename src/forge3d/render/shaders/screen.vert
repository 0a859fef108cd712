// Fills a polygon of the target.
in vec2 a_place;

void main() { gl_Position = vec4(a_place, 0.0, 1.0); }
