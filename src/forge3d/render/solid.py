"""A scene as the path tracer takes it: every triangle where it stands, materials and textures packed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import AlphaMode, Filter, Material, Primitive, Sampler, TextureInfo, Wrap
from ..document.material import LAYERS
from ..document.skinning import blended_matrices
from ..errors import InvalidAsset, RecipeError
from ..images.pillow_view import in_four_bytes
from ..light import NO_TEXTURE, SLOTS, Flag, Lens, Stage, Texture
from ..light import Wrap as LightWrap
from ..light.material import default_material
from ..light.tracing import COLUMNS
from .features import material_key, uv_rows
from .geometry import Geometry, geometry
from .program import tangent_uv_set
from .scene import Draw, SceneState
from .strokes import Strokes
from .textures import eight_bit

Floats = npt.NDArray[np.float32]

_WRAPS = {
    Wrap.REPEAT: LightWrap.REPEAT,
    Wrap.CLAMP_TO_EDGE: LightWrap.CLAMP,
    Wrap.MIRRORED_REPEAT: LightWrap.MIRROR,
}
MOST_TRIANGLES = 1 << 23
"""In one scene, each instance counted: 350 bytes each, 3 GiB in all."""


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A scene for the path tracer.

    Attributes:
        places: `(vertices, 6)` float32, position and normal of every vertex of every instance, draw after draw.
        corners, two_sided: `(triangles, 3)` and `(triangles,)`: vertices, and whether the material has two sides.
        strokes: points and lines.
        origin: `(3,)`, the world's place that is the stage's zero: what is far from zero is rounded coarsely.
    """

    stage: Stage
    places: Floats
    corners: npt.NDArray[np.int32]
    two_sided: npt.NDArray[np.bool_]
    origin: npt.NDArray[np.float64]
    warnings: tuple[str, ...]
    strokes: Strokes | None
    _parts: tuple[Floats, npt.NDArray[np.int32], npt.NDArray[np.void], tuple[Texture, ...]]

    def seen_by(self, lens: Lens) -> Stage:
        """The stage for a camera: points and lines face it."""
        if self.strokes is None:
            return self.stage
        table, material_of, packed, textures = self._parts
        rows, corners, which = self.strokes.facing(lens)
        return Stage(
            np.concatenate([table, rows]),
            np.concatenate([self.corners, corners + len(table)]),
            np.concatenate([material_of, which]),
            packed,
            textures,
        )


def solid(state: SceneState, shape: Callable[[Draw], Geometry] | None = None, slots: Collection[str] = SLOTS) -> Solid:
    """Place every triangle of a scene.

    Args:
        shape: gives a draw's mesh; default: the mesh as it is.
        slots: the textures that count.

    Raises:
        InvalidAsset: an image that cannot be decoded, or a primitive that cannot be drawn.
        RecipeError: more than `MOST_TRIANGLES`.
    """
    origin = np.asarray(state.hull.center, np.float64)
    warnings = list(state.warnings)
    materials: dict[tuple[Material, Flag], int] = {}
    uv_sets = _uv_sets(draw.material for draw in state.draws)
    vertices: list[Floats] = []
    corners: list[npt.NDArray[np.int64]] = []
    which: list[npt.NDArray[np.int32]] = []
    drawn: list[tuple[Floats, npt.NDArray[np.int64], int]] = []
    built: dict[tuple[Primitive, int | None], Geometry] = {}
    count = placed = 0
    for draw in state.draws:
        if shape is None:
            tangent_uv = tangent_uv_set(material_key(draw.material))
            key = (draw.primitive, tangent_uv)
            if key not in built:
                built[key] = geometry(draw.primitive, tangent_uv=tangent_uv)
            mesh = built[key]
        else:
            mesh = shape(draw)
        placed += len(mesh.indices) * len(draw.worlds)
        if placed > MOST_TRIANGLES:
            raise RecipeError(f"quality: a traced scene has at most {MOST_TRIANGLES:,} triangles; take standard")
        if not len(mesh.indices):
            continue
        if mesh.corners != 3:
            # Without normals they have no side to be lit from (§3.7.2.1).
            bare = Flag(0) if "NORMAL" in dict(mesh.layout) else Flag.BARE
            number = materials.setdefault((draw.material, Flag.DOUBLE_SIDED | bare), len(materials))
            drawn += [
                (rows, mesh.indices[:, [0, -1]].astype(np.int64), number)
                for rows in _placed(mesh, draw, uv_sets, origin)
            ]
            continue
        number = materials.setdefault((draw.material, Flag(0)), len(materials))
        wound = mesh.indices[:, [0, 2, 1]] if draw.mirrored else mesh.indices
        for rows in _placed(mesh, draw, uv_sets, origin):
            vertices.append(rows)
            corners.append(wound.astype(np.int64) + count)
            which.append(np.full(len(wound), number, np.int32))
            count += len(rows)
    packed, textures = _pack_materials(materials, uv_sets, slots)
    width = COLUMNS + 2 * len(uv_sets)
    table = np.concatenate(vertices or [np.zeros((0, width), np.float32)])
    faces = np.concatenate(corners or [np.zeros((0, 3), np.int64)]).astype(np.int32)
    material_of = np.concatenate(which or [np.zeros(0, np.int32)])
    stage = Stage(table, faces, material_of, packed, textures)
    two_sided = (packed["flags"] & Flag.DOUBLE_SIDED != 0)[material_of]
    places = np.ascontiguousarray(table[:, :6])
    parts = (table, material_of, packed, textures)
    return Solid(stage, places, faces, two_sided, origin, tuple(dict.fromkeys(warnings)), _strokes(drawn), parts)


def _strokes(drawn: list[tuple[Floats, npt.NDArray[np.int64], int]]) -> Strokes | None:
    if not drawn:
        return None
    first = np.cumsum([0, *(len(rows) for rows, _, _ in drawn[:-1])])
    return Strokes(
        np.concatenate([rows for rows, _, _ in drawn]),
        np.concatenate([ends + start for (_, ends, _), start in zip(drawn, first, strict=True)]).astype(np.int32),
        np.concatenate([np.full(len(ends), number, np.int32) for _, ends, number in drawn]),
    )


def _uv_sets(materials: Iterable[Material]) -> dict[int, int]:
    """TEXCOORD sets in use, and their places among a vertex's pairs."""
    used = {slot.info.uv_set for material in materials for slot in material.textures()}
    return {uv: place for place, uv in enumerate(sorted(used))}


def _placed(mesh: Geometry, draw: Draw, uv_sets: dict[int, int], origin: npt.NDArray[np.float64]) -> Iterable[Floats]:
    """The vertices as the tracer takes them, once for each instance."""
    names = dict(mesh.layout)
    rows = np.zeros((len(mesh.table), COLUMNS + 2 * len(uv_sets)), np.float32)
    for start, semantic in ((0, "POSITION"), (3, "NORMAL"), (6, "TANGENT"), (10, "COLOR_0")):
        if semantic in names:
            rows[:, start : start + names[semantic]] = mesh.column(semantic)
    if "COLOR_0" not in names:
        rows[:, 10:14] = 1.0
    for uv, place in uv_sets.items():
        if f"TEXCOORD_{uv}" in names:
            rows[:, COLUMNS + 2 * place : COLUMNS + 2 * place + 2] = mesh.column(f"TEXCOORD_{uv}")
    if mesh.deltas is not None:
        for weight, target in zip(draw.weights, mesh.deltas, strict=False):
            for slot, start in enumerate((0, 3, 6)):
                rows[:, start : start + 3] += np.float32(weight) * target[:, slot]
    if draw.joints is not None:
        sets = [
            (mesh.column(f"JOINTS_{n}").astype(np.int64), mesh.column(f"WEIGHTS_{n}"))
            for n in range(len(names))
            if f"JOINTS_{n}" in names and f"WEIGHTS_{n}" in names
        ]
        yield _moved(rows, blended_matrices(sets, draw.joints).astype(np.float64), origin)
    else:
        for world in draw.worlds:
            yield _moved(rows, world[None], origin)


def _moved(rows: Floats, matrices: npt.NDArray[np.float64], origin: npt.NDArray[np.float64]) -> Floats:
    """Vertices under one matrix, or under one each, `(1 or n, 4, 4)`."""
    moved, m = rows.copy(), matrices[:, :3, :3]
    moved[:, :3] = np.einsum("nij,nj->ni", m, rows[:, :3]) + matrices[:, :3, 3] - origin
    # Normals follow the cofactors, as in surface.vert.
    cofactors = np.stack([np.cross(m[:, :, (i + 1) % 3], m[:, :, (i + 2) % 3]) for i in range(3)], 2)
    side = np.sign(np.linalg.det(m))
    moved[:, 3:6] = np.einsum("nij,nj->ni", cofactors, rows[:, 3:6]) * side[:, None]
    moved[:, 6:9] = np.einsum("nij,nj->ni", m, rows[:, 6:9])
    moved[:, 9] = rows[:, 9] * side
    for start in (3, 6):
        length = np.linalg.norm(moved[:, start : start + 3], axis=1, keepdims=True)
        moved[:, start : start + 3] /= np.where(length > 0, length, 1)
    return moved


def _pack_materials(
    materials: Collection[tuple[Material, Flag]], uv_sets: dict[int, int], slots: Collection[str]
) -> tuple[npt.NDArray[np.void], tuple[Texture, ...]]:
    known: dict[Any, int] = {}
    textures: list[Texture] = []
    packed = default_material(len(materials))
    for record, (material, extra) in zip(packed, materials, strict=True):
        _pack(record, material)
        record["flags"] |= extra
        for slot in material.textures():
            if slot.path in SLOTS or slot.path == "specular_glossiness.diffuse_texture":
                if slot.path == "base_color_texture" and material.specular_glossiness is not None:
                    continue
                name = slot.path if slot.path in SLOTS else "base_color_texture"
                if name not in slots:
                    continue
                at = record["slots"][SLOTS.index(name)]
                at["texture"] = _texture(slot.info, slot.srgb, known, textures)
                at["uv"], at["rows"], at["strength"] = uv_sets[slot.info.uv_set], _rows(slot.info), slot.info.scale
    return packed, tuple(textures)


def _pack(record: Any, material: Material) -> None:
    """A material's numbers; layers that are absent count with their defaults."""

    def layer(name: str) -> Any:
        return getattr(material, name) or LAYERS[name]()

    flags = Flag(0)
    flags |= Flag.DOUBLE_SIDED if material.double_sided else Flag(0)
    flags |= Flag.UNLIT if material.unlit is not None else Flag(0)
    flags |= {AlphaMode.OPAQUE: Flag(0), AlphaMode.MASK: Flag.MASK, AlphaMode.BLEND: Flag.BLEND}[material.alpha_mode]
    record["alpha_cutoff"] = material.alpha_cutoff
    record["base_color"] = material.base_color_factor
    record["metallic"], record["roughness"] = material.metallic_factor, material.roughness_factor
    record["emissive"] = np.multiply(material.emissive_factor, layer("emissive_strength").strength)
    record["ior"] = layer("ior").ior
    record["specular"], record["specular_color"] = layer("specular").factor, layer("specular").color_factor
    record["clearcoat"], record["clearcoat_roughness"] = layer("clearcoat").factor, layer("clearcoat").roughness_factor
    record["sheen_color"], record["sheen_roughness"] = layer("sheen").color_factor, layer("sheen").roughness_factor
    record["transmission"] = layer("transmission").factor
    record["anisotropy"], record["anisotropy_rotation"] = layer("anisotropy").strength, layer("anisotropy").rotation
    record["diffuse_transmission"] = layer("diffuse_transmission").factor
    record["diffuse_transmission_color"] = layer("diffuse_transmission").color_factor
    volume = layer("volume")
    if volume.thickness_factor > 0:
        flags |= Flag.THICK
        if volume.attenuation_distance:
            color = np.maximum(volume.attenuation_color, 1e-6)
            record["extinction"] = -np.log(color) / volume.attenuation_distance
        record["scattered"] = single_scatter_albedo(layer("volume_scatter").multiscatter_color)
        record["scatter_anisotropy"] = np.clip(layer("volume_scatter").anisotropy, -0.99, 0.99)
        record["dispersion"] = layer("dispersion").dispersion
    film = layer("iridescence")
    record["iridescence"], record["film_ior"] = film.factor, film.ior
    record["film_thinnest"], record["film_thickest"] = film.thickness_minimum, film.thickness_maximum
    if material.specular_glossiness is not None:
        flags |= Flag.GLOSSINESS
        record["base_color"] = material.specular_glossiness.diffuse_factor
        record["reflectance"] = material.specular_glossiness.specular_factor
        record["glossiness"] = material.specular_glossiness.glossiness_factor
    record["flags"] = flags


def single_scatter_albedo(color: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """What scatters at each collision, where `color` is what a medium sends back after all of them.

    As KHR_materials_volume_scatter gives it (Kulla and Conty 2017, "Revisiting Physically Based Shading at
    Imageworks").
    """
    c = np.clip(np.asarray(color, np.float64), 0, 1)
    lost = 4.09712 + 4.20863 * c - np.sqrt(9.59217 + 41.6808 * c + 17.7126 * c**2)
    return np.where(c > 0, np.clip(1 - lost**2, 0, 1), 0.0)


def _texture(info: TextureInfo, srgb: bool, known: dict[Any, int], textures: list[Texture]) -> int:
    image = info.texture.image or info.texture.fallback
    if image is None or not image.data:
        return NO_TEXTURE
    sampler = info.texture.sampler or Sampler()
    key = (id(image.data), srgb, sampler.wrap_s, sampler.wrap_t, sampler.mag_filter)
    if key not in known:
        try:
            texels = _rgba(eight_bit(image.pixels))
        except InvalidAsset as error:
            error.file = error.file or f"image {image.name or image.uri or ''}".strip()
            raise
        known[key] = len(textures)
        wraps = (_WRAPS[sampler.wrap_s], _WRAPS[sampler.wrap_t])
        textures.append(Texture(texels, srgb, wraps, sampler.mag_filter is Filter.NEAREST))
    return known[key]


def _rgba(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Four channels: grey is repeated, alpha is one where there is none."""
    height, width, channels = pixels.shape
    padded = in_four_bytes(pixels)
    if padded is not None and (padded[..., 3] == 255).all():
        return padded
    made = np.full((height, width, 4), 255, np.uint8)
    made[..., :3] = pixels[..., :1] if channels < 3 else pixels[..., :3]
    if channels in (2, 4):
        made[..., 3] = pixels[..., -1]
    return made


def _rows(info: TextureInfo) -> list[list[float]]:
    return [row[:3] for row in uv_rows(info)]
