// The library as C functions, for `library.py`.
#include <algorithm>
#include <memory>

#include "api.h"
#include "level.h"
#include "nearest.h"
#include "order.h"
#include "rows.h"

using namespace forge3d;

namespace {

std::vector<Vec3> vectors(const double* numbers, int64_t count) {
    std::vector<Vec3> made(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) made[i] = {numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]};
    return made;
}

struct Collapsed {
    Mesh mesh;
    std::vector<Outline> edges;
    Record record;
    Level level;
};

}  // namespace

// Raised with every change of these functions, so that a library older than its callers is noticed.
EXPORT int forge3d_version() { return 12; }

EXPORT const char* forge3d_message() { return message.c_str(); }

EXPORT int forge3d_collapse(const double* points, int64_t point_count, const int32_t* point_of, const int32_t* chart_of,
                            const int32_t* group_of, const double* values, const double* normals, int64_t wedge_count,
                            int32_t kinds, int32_t groups, const int32_t* corners, int64_t triangle_count,
                            const uint8_t* locked, Progress progress, Collapsed** result, int64_t* collapses) {
    return guarded([&] {
        Mesh mesh;
        mesh.points = vectors(points, point_count);
        mesh.point_of.assign(point_of, point_of + wedge_count);
        mesh.chart_of.assign(chart_of, chart_of + wedge_count);
        mesh.group_of.assign(group_of, group_of + wedge_count);
        mesh.values.assign(values, values + wedge_count * kinds);
        mesh.normals = vectors(normals, wedge_count);
        mesh.corners.assign(corners, corners + 3 * triangle_count);
        mesh.locked.assign(locked, locked + point_count);
        mesh.kinds = kinds, mesh.groups = groups;
        mesh.check();
        std::vector<Outline> edges = outlines(mesh);
        Record record = collapse(mesh, edges, progress);
        *collapses = int64_t(record.removed.size());
        *result = new Collapsed{std::move(mesh), std::move(edges), std::move(record), {}};
    });
}

EXPORT void forge3d_record(const Collapsed* collapsed, double* cost, double* distance, int32_t* removed) {
    const Record& record = collapsed->record;
    std::copy(record.cost.begin(), record.cost.end(), cost);
    std::copy(record.distance.begin(), record.distance.end(), distance);
    std::copy(record.removed.begin(), record.removed.end(), removed);
}

// Work a level out and keep it for `forge3d_level_arrays`; `triangles` is how many it has.
EXPORT int forge3d_level(Collapsed* collapsed, int32_t collapses, int32_t settle, int64_t* triangles) {
    return guarded([&] {
        collapsed->level = level(collapsed->mesh, collapsed->edges, collapsed->record, collapses, settle != 0);
        *triangles = int64_t(collapsed->level.triangles.size());
    });
}

EXPORT void forge3d_level_arrays(Collapsed* collapsed, int32_t* triangles, int32_t* corners, int32_t* point_of,
                                 uint8_t* settled, double* places, double* values) {
    Level made = std::move(collapsed->level);
    collapsed->level = {};
    std::copy(made.triangles.begin(), made.triangles.end(), triangles);
    std::copy(made.corners.begin(), made.corners.end(), corners);
    std::copy(made.point_of.begin(), made.point_of.end(), point_of);
    std::copy(made.settled.begin(), made.settled.end(), settled);
    std::copy(made.values.begin(), made.values.end(), values);
    for (const Vec3& p : made.places) *places++ = p.x, *places++ = p.y, *places++ = p.z;
}

EXPORT void forge3d_collapse_free(Collapsed* collapsed) { delete collapsed; }

EXPORT int forge3d_nearest(const double* corners, int64_t triangle_count, Nearest** result) {
    return guarded([&] { *result = new Nearest(corners, triangle_count); });
}

// Neighbours among `points` should be neighbours in space: each begins at the last one's triangle.
EXPORT int forge3d_nearest_query(const Nearest* nearest, const double* points, int64_t count, double* distances,
                                 int32_t* triangles, double* weights) {
    return guarded([&] {
        int32_t guess = -1;
        for (int64_t i = 0; i < count; ++i) {
            const Vec3 p{points[3 * i], points[3 * i + 1], points[3 * i + 2]};
            if (!std::isfinite(p.x + p.y + p.z)) throw BadArgument("a point is not made of finite numbers");
            const Nearest::Hit hit = nearest->query(p, guess);
            guess = triangles[i] = hit.triangle;
            distances[i] = std::sqrt(hit.squared);
            weights[3 * i] = std::max(0.0, 1 - hit.u - hit.v), weights[3 * i + 1] = hit.u, weights[3 * i + 2] = hit.v;
        }
    });
}

EXPORT void forge3d_nearest_free(Nearest* nearest) { delete nearest; }

EXPORT int forge3d_distinct(const uint8_t* rows, int64_t count, int64_t width, int32_t* numbers, int32_t* first,
                            int64_t* found) {
    return guarded([&] { *found = distinct_rows(rows, count, width, numbers, first); });
}

EXPORT int forge3d_components(const int32_t* corners, int64_t triangles, int64_t items, int32_t* numbers) {
    return guarded([&] { components(corners, triangles, items, numbers); });
}

// Ends and kinds of `part_count` parts; see order.h.
EXPORT int forge3d_order(const uint32_t* indices, const int64_t* ends, const uint8_t* kept, int64_t part_count,
                         const uint8_t* rows, int64_t vertices, int64_t width, const double* points, uint32_t* ordered,
                         uint32_t* used, int64_t* used_count) {
    return guarded([&] {
        std::vector<Part> parts;
        for (int64_t i = 0; i < part_count; ++i) parts.push_back({ends[i], kept[i] != 0});
        *used_count = order(indices, parts, rows, vertices, width, points, ordered, used);
    });
}
