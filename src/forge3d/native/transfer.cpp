#include "transfer.h"

#include <atomic>
#include <memory>
#include <thread>

#include "vector.h"

namespace forge3d {

namespace {

constexpr float kNear = 0.15f, kFar = 0.75f;  // from a point to a triangle's middle: where rays begin
constexpr int32_t kMostLooks = 64;  // triangles whose textures a site reads

class Baker {
public:
    Baker(const Stage& stage, const Points& points, const Cells& cells) : stage_(stage), points_(points), cells_(cells) {
        const int64_t triangles = stage.triangle_count();
        starts_.assign(size_t(points.count) + 1, 0);
        each_corner(triangles, [&](int64_t, int32_t point) { ++starts_[size_t(point) + 1]; });
        for (size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
        about_.resize(size_t(starts_.back()));
        std::vector<int64_t> at(starts_.begin(), starts_.end() - 1);
        each_corner(triangles, [&](int64_t corner, int32_t point) { about_[size_t(at[size_t(point)]++)] = int32_t(corner); });
    }

    void bake(int64_t site, std::vector<uint32_t>& entries, float* looks) const {
        const bool behind = site >= points_.count;
        const int64_t point = behind ? site - points_.count : site;
        const float side = behind ? -1.0f : 1.0f;
        const int32_t* corners = &about_[size_t(starts_[size_t(point)])];
        const int32_t count = int32_t(starts_[size_t(point) + 1] - starts_[size_t(point)]);
        if (!count) return;
        const Float3 normal = normal_of(corners, count) * side;
        look(corners, count, looks);
        float all[kMostCells] = {}, blocked[kMostCells] = {}, straightest[kMostCells] = {};
        int32_t seen[kMostCells];
        std::fill_n(seen, kMostCells, -1);
        int32_t cast = 0, backs = 0;
        for (int32_t i = 0; i < cells_.count; ++i) {
            const Float3 direction(cells_.directions + 3 * i);
            const float cosine = dot(normal, direction);
            if (cosine <= 1e-3f) continue;
            const int32_t cell = cells_.cell_of[i];
            all[cell] += cosine;
            const uint32_t chance = hashed(uint32_t(i), uint32_t(point));
            Float3 origin;
            if (!begin(corners, count, chance, direction, side, origin)) continue;
            ++cast;
            Sampler sampler{uint32_t(point), uint32_t(i)};
            Float3 left;
            const Hit hit = stage_.stopped({origin, direction}, sampler.decision(), left);
            if (hit.triangle < 0) {
                blocked[cell] += cosine * (1 - luminance(left));
                continue;
            }
            const bool back = dot(stage_.winding_normal(hit.triangle), direction) > 0;
            const int32_t met = site_at(hit, back);
            backs += back && met < 0;
            blocked[cell] += cosine;
            // Of what is seen through glass, a part is dark.
            if (unit_float(hashed(chance, 1)) >= luminance(left)) continue;
            if (cosine > straightest[cell]) straightest[cell] = cosine, seen[cell] = met;
        }
        looks[7] = cast ? float(backs) / float(cast) : 0;
        for (int32_t cell = 0; cell < cells_.cells; ++cell) {
            if (!(blocked[cell] > 0)) continue;
            const uint32_t parts = uint32_t(blocked[cell] / all[cell] * kParts + 0.5f);
            const uint32_t met = seen[cell] < 0 ? uint32_t(kDark) : uint32_t(seen[cell]);
            if (parts) entries.push_back(uint32_t(cell) | parts << 7 | met << 13);
        }
    }

private:
    template <class Action>
    void each_corner(int64_t triangles, const Action& action) const {
        for (int64_t t = 0; t < triangles; ++t)
            for (int corner = 0; corner < 3; ++corner) {
                const int32_t point = points_.point_of[stage_.vertex_number(t, corner)];
                if (point >= 0) action(3 * t + corner, point);
            }
    }
    Float3 normal_of(const int32_t* corners, int32_t count) const {
        Float3 sum;
        for (int32_t i = 0; i < count; ++i) {
            const Float3 n(stage_.vertex(corners[i] / 3, corners[i] % 3) + Stage::kNormalAt);
            sum += dot(n, n) > 0 ? n : stage_.winding_normal(corners[i] / 3);
        }
        return unit(sum);
    }
    // A place in one of the triangles about a point from which the direction leaves the surface.
    bool begin(const int32_t* corners, int32_t count, uint32_t chance, const Float3& direction, float side, Float3& origin) const {
        for (int32_t tried = 0; tried < count; ++tried) {
            const int32_t corner = corners[(chance % uint32_t(count) + uint32_t(tried)) % uint32_t(count)];
            const int32_t triangle = corner / 3;
            const Float3 plane = stage_.winding_normal(triangle) * side;
            if (dot(plane, direction) <= 1e-3f) continue;
            const Float3 a(stage_.vertex(triangle, 0)), b(stage_.vertex(triangle, 1)), c(stage_.vertex(triangle, 2));
            const Float3 from(stage_.vertex(triangle, corner % 3));
            const float t = kNear + (kFar - kNear) * unit_float(hashed(chance));
            origin = from + ((a + b + c) * (1 / 3.0f) - from) * t + plane * stage_.lift();
            return true;
        }
        return false;
    }
    int32_t site_at(const Hit& hit, bool back) const {
        const float w = 1 - hit.u - hit.v;
        const int corner = w >= hit.u && w >= hit.v ? 0 : hit.u >= hit.v ? 1 : 2;
        const int32_t point = points_.point_of[stage_.vertex_number(hit.triangle, corner)];
        if (point < 0) return -1;
        return !back ? point : point < points_.two_sided ? int32_t(points_.count + point) : -1;
    }
    void look(const int32_t* corners, int32_t count, float* looks) const {
        Float3 reflected, emitted;
        float rough = 0;
        const int32_t step = 1 + (count - 1) / kMostLooks;
        const float part = 1 / float((count + step - 1) / step);
        for (int32_t i = 0; i < count; i += step) {
            const int32_t t = corners[i] / 3, corner = corners[i] % 3;
            float weights[3] = {0.2f, 0.2f, 0.2f};
            weights[corner] = 0.6f;
            const float u = weights[1], v = weights[2];
            const Material& m = stage_.material(t);
            const Rgba color = stage_.base_color(t, u, v), mr = stage_.look_up(m, kMetallicRoughness, t, u, v);
            const Float3 base = {std::min(color.r, 1.0f), std::min(color.g, 1.0f), std::min(color.b, 1.0f)};
            const float metal = m.flags & kGlossiness ? 0 : clamped(m.metallic * mr.b);
            reflected += m.flags & kUnlit ? Float3() : base * metal + (base * 0.95f + Float3(0.05f)) * (1 - metal);
            emitted += m.flags & kUnlit ? color.rgb() : Float3(m.emissive) * stage_.look_up(m, kEmissive, t, u, v).rgb();
            rough += m.flags & kGlossiness ? 1 - m.glossiness : clamped(m.roughness * mr.g);
        }
        reflected = reflected * part, emitted = emitted * part;
        for (float value : {reflected.x, reflected.y, reflected.z, rough * part, emitted.x, emitted.y, emitted.z}) *looks++ = value;
    }

    const Stage& stage_;
    const Points& points_;
    const Cells& cells_;
    std::vector<int64_t> starts_;
    std::vector<int32_t> about_;  // corners, by points
};

}  // namespace

Transfer transfer(const Stage& stage, const Points& points, const Cells& cells, int32_t threads) {
    if (points.two_sided > points.count || points.sites() > kDark) throw BadArgument("there are too many sites");
    if (cells.cells > kMostCells) throw BadArgument("there are too many cells");
    for (int32_t i = 0; i < cells.count; ++i)
        if (cells.cell_of[i] < 0 || cells.cell_of[i] >= cells.cells) throw BadArgument("a direction names no cell");
    for (int64_t i = 0; i < stage.vertex_count(); ++i)
        if (points.point_of[i] >= points.count) throw BadArgument("a vertex names no point");
    const Baker baker(stage, points, cells);
    const int64_t sites = points.sites();
    constexpr int64_t kBatch = 256;
    const int64_t batches = (sites + kBatch - 1) / kBatch;
    std::vector<std::vector<uint32_t>> made(static_cast<size_t>(batches));
    Transfer result;
    result.starts.assign(size_t(sites) + 1, 0);
    result.looks.assign(size_t(sites) * 8, 0);
    std::atomic<int64_t> next{0};
    const auto work = [&] {
        for (int64_t batch; (batch = next++) < batches;) {
            auto& entries = made[size_t(batch)];
            for (int64_t site = batch * kBatch; site < std::min(sites, (batch + 1) * kBatch); ++site) {
                const size_t before = entries.size();
                baker.bake(site, entries, &result.looks[size_t(site) * 8]);
                result.starts[size_t(site) + 1] = int64_t(entries.size() - before);
            }
        }
    };
    std::vector<std::thread> others;
    for (int32_t i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    for (size_t i = 1; i < result.starts.size(); ++i) result.starts[i] += result.starts[i - 1];
    result.entries.reserve(size_t(result.starts.back()));
    for (const auto& batch : made) result.entries.insert(result.entries.end(), batch.begin(), batch.end());
    return result;
}

}  // namespace forge3d
