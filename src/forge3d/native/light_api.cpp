// The functions of light, for `light/tracing.py`.
#include "api.h"
#include "cleaning.h"
#include "tracer.h"

using namespace forge3d;

// Sizes of what Python packs, so that a layout that differs is noticed.
EXPORT void forge3d_light_sizes(int32_t* sizes) {
    int32_t* end = sizes;
    for (size_t size : {sizeof(Slot), sizeof(Material), sizeof(Texture), sizeof(Lens), sizeof(Lamp), sizeof(Ground)}) *end++ = int32_t(size);
}

EXPORT int forge3d_stage(const float* vertices, int64_t vertex_count, int32_t stride, const int32_t* corners,
                         const int32_t* material_of, int64_t triangles, const Material* materials, int32_t material_count,
                         const Texture* textures, int32_t texture_count, Stage** result) {
    return guarded([&] {
        *result = new Stage(vertices, vertex_count, stride, corners, material_of, triangles, materials, material_count,
                            textures, texture_count);
    });
}

EXPORT void forge3d_stage_free(Stage* stage) { delete stage; }

EXPORT int forge3d_sky(const float* picture, int32_t width, int32_t height, Sky** result) {
    return guarded([&] {
        if (width < 1 || height < 1) throw BadArgument("a sky without texels");
        *result = new Sky(picture, width, height);
    });
}

EXPORT void forge3d_sky_free(Sky* sky) { delete sky; }

EXPORT int forge3d_trace(const Stage* stage, const Sky* sky, const float* to_sky, float intensity, const Lamp* lamps,
                         int32_t lamp_count, const Lens* lens, const Ground* ground, int32_t first, int32_t samples, int32_t bounces,
                         float brightest, int32_t threads, const float* filter, float* film) {
    return guarded([&] {
        Light light{sky, {}, intensity, lamps, lamp_count};
        std::copy_n(to_sky, 9, light.to_sky);
        trace(*stage, light, *lens, *ground, {first, samples, bounces, brightest, threads, filter}, film);
    });
}

EXPORT int forge3d_clean(int32_t width, int32_t height, const float* color, const float* variance, const float* facts,
                         const float* alpha, int32_t threads, float* cleaned) {
    return guarded([&] { clean({width, height, color, variance, facts, alpha}, threads, cleaned); });
}
