"""What a point of a surface sends to the eye under a sky, integrated: the formulas of glTF 2.0, appendix B, and of the
material extensions, written a second time in NumPy. No prefiltered environment, no table, no split sum.

Of a sphere that stands alone that is what a path tracer converges to. Multiple scattering between microfacets, which
the specification leaves open, widens nothing and scales the lobe: of light that meets the surface again the share √E
leaves it, E being the share that leaves at once. That is within 0.01 of what random walks between microfacets find
(Heitz et al. 2016, "Multiple-Scattering Microfacet BSDFs with the Smith Model", in Blender 3.4; roughness 0.5 to 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.document import Material
from forge3d.document.material import Anisotropy, Iridescence, Sheen

Array = npt.NDArray[np.float64]
Fresnel = Callable[[Array], Array]
"""Cosines `(p, n)` to reflectances `(p, n, 3)`."""
SAMPLES = 256
"""Directions that one point of a surface is lit from; a pixel is the mean of several points."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Surface points: `(p, 3)` unit vectors; columns of `frame` `(p, 3, 3)` are tangent, bitangent, normal.

    `shift` moves the directions that are tried, so that points of one pixel try others; a pixel tries `total`.
    """

    view: Array
    frame: Array
    shift: tuple[float, float] = (0.0, 0.0)
    total: int = SAMPLES

    def square(self) -> tuple[Array, Array]:
        """Points of the unit square `(SAMPLES,)`, evenly spread."""
        u, v = _hammersley()
        return (u + self.shift[0]) % 1, np.clip((v + self.shift[1]) % 1, 1e-6, 1 - 1e-6)

    def local(self, directions: Array) -> Array:
        return np.asarray(np.einsum("pij,pi->pj", self.frame, directions))

    def world(self, directions: Array) -> Array:
        return np.asarray(np.einsum("pij,pnj->pni", self.frame, directions))


class Sky:
    """A latitude-longitude picture to look into, `(h, w, 3)`, and ever coarser means of it."""

    def __init__(self, picture: npt.NDArray[np.float32]):
        levels = [picture.astype(np.float64)]
        while min(levels[-1].shape[:2]) > 2:
            fine = levels[-1]
            height, width = fine.shape[0] // 2 * 2, fine.shape[1] // 2 * 2
            area = np.sin((np.arange(height) + 0.5) / fine.shape[0] * np.pi)[:, None, None]
            blocks = [np.asarray(a[:height, :width]).reshape(height // 2, 2, -1, 2, 3) for a in
                      (fine[:height] * area, np.broadcast_to(area, fine[:height].shape))]  # fmt: skip
            levels.append(blocks[0].sum((1, 3)) / blocks[1].sum((1, 3)))
        self._levels = levels

    def __call__(self, directions: Array, density: Array, total: int) -> Array:
        """Light from each direction `(…, 3)`, over the solid angle of one of `total` samples of that density.

        So suns and windows come without noise (Křivánek and Colbert 2008); it blurs less than the lobe's own width.
        """
        height, width = self._levels[0].shape[:2]
        texel = 2 * np.pi / width * np.pi / height * np.sqrt(np.maximum(1 - directions[..., 1] ** 2, 1e-4))
        wanted = 0.5 * np.log2(np.maximum(1 / (total * np.maximum(density, 1e-9) * texel), 1e-9))
        level = np.clip(np.rint(np.broadcast_to(wanted, directions.shape[:-1])), 0, len(self._levels) - 1)
        out = np.empty(directions.shape)
        for number, picture in enumerate(self._levels):
            here = level == number
            out[here] = _bilinear(picture, directions[here])
        return out


def _bilinear(picture: Array, directions: Array) -> Array:
    height, width = picture.shape[:2]
    x = (np.arctan2(directions[:, 2], directions[:, 0]) / (2 * np.pi) + 0.5) * width - 0.5
    y = (0.5 - np.arcsin(np.clip(directions[:, 1], -1, 1)) / np.pi) * height - 0.5
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    rows = [np.clip(top + down, 0, height - 1) for down in (0, 1)]
    columns = [(left + right) % width for right in (0, 1)]
    upper, lower = (picture[row, columns[0]] * (1 - fx) + picture[row, columns[1]] * fx for row in rows)
    return np.asarray(upper * (1 - fy) + lower * fy)


def outgoing(material: Material, points: Points, sky: Sky) -> Array:
    """Radiance towards the eye, `(p, 3)`, of a closed convex surface of this material.

    Transmission through the surface is not known here.
    """
    base = np.array(material.base_color_factor[:3])
    f0, f90 = _dielectric(material)
    if material.specular_glossiness is not None:
        base, f0 = (np.array(c[:3]) for c in (
            material.specular_glossiness.diffuse_factor, material.specular_glossiness.specular_factor
        ))  # fmt: skip
        metallic, roughness = 0.0, 1 - material.specular_glossiness.glossiness_factor
    else:
        metallic, roughness = material.metallic_factor, material.roughness_factor
    mirror = _Mirror(points, sky, roughness, material.anisotropy)
    dielectric = _body(material, base, points, sky, schlick(f0, f90)) + mirror(schlick(f0, f90), f0)
    metal = mirror(schlick(base, 1.0), base)
    film = material.iridescence
    if film is not None and film.factor > 0 and film.thickness_maximum > 0:
        over_body, over_metal = thin_film(film, f0), thin_film(film, base)
        greyest = _greyest(over_body)
        body = _body(material, base, points, sky, greyest)
        facing = np.ones((1, 1))
        covered = body + mirror(over_body, over_body(facing)[0, 0])
        dielectric = (1 - film.factor) * dielectric + film.factor * covered
        metal = (1 - film.factor) * metal + film.factor * mirror(over_metal, over_metal(facing)[0, 0])
    color = (1 - metallic) * dielectric + metallic * metal
    if material.sheen is not None:
        color = _sheen(material.sheen, points, sky, color)
    emissive = np.array(material.emissive_factor)
    if material.emissive_strength is not None:
        emissive = emissive * material.emissive_strength.strength
    coat = material.clearcoat
    if coat is None or coat.factor == 0:
        return np.asarray(color + emissive)
    cosine = np.clip(points.local(points.view)[:, 2], 0, 1)
    share = coat.factor * schlick(np.full(3, 0.04), 1.0)(cosine[:, None])[:, 0]
    polished = _Mirror(points, sky, coat.roughness_factor, None)(lambda c: np.ones((*c.shape, 3)), np.ones(3))
    return np.asarray((1 - share) * (color + emissive) + share * polished)


def schlick(f0: Array, f90: float) -> Fresnel:
    return lambda cosine: f0 + (f90 - f0) * np.clip(1 - cosine, 0, 1)[..., None] ** 5


def _greyest(fresnel: Fresnel) -> Fresnel:
    return lambda cosine: np.repeat(fresnel(cosine).max(-1, keepdims=True), 3, -1)


def _dielectric(material: Material) -> tuple[Array, float]:
    ior = material.ior.ior if material.ior is not None else 1.5
    f0 = np.full(3, ((ior - 1) / (ior + 1)) ** 2 if ior else 1.0)
    if material.specular is None:
        return f0, 1.0
    strength = material.specular.factor
    return np.minimum(f0 * material.specular.color_factor, 1) * strength, strength


def _body(material: Material, base: Array, points: Points, sky: Sky, fresnel: Fresnel) -> Array:
    """Lambert's lobe under a dielectric surface, and what comes through from the other side."""
    u, v = points.square()
    flat = np.sqrt(v)
    lobe = np.stack([flat * np.cos(2 * np.pi * u), flat * np.sin(2 * np.pi * u), np.sqrt(1 - v)], -1)
    light, view = np.broadcast_to(lobe, (len(points.view), *lobe.shape)), points.local(points.view)[:, None]
    passed = 1 - fresnel(np.clip((_unit(light + view) * view).sum(-1), 0, 1))
    density = light[..., 2] / np.pi
    color = (base * passed * sky(points.world(light), density, points.total)).mean(1)
    through = material.diffuse_transmission
    if through is None:
        return np.asarray(color)
    behind = (passed * sky(points.world(light * [1, 1, -1]), density, points.total)).mean(1) * through.color_factor
    if material.volume is not None and material.volume.attenuation_distance:
        depth = material.volume.thickness_factor / material.volume.attenuation_distance
        behind = behind * np.array(material.volume.attenuation_color) ** depth
    return np.asarray((1 - through.factor) * color + through.factor * behind)


class _Mirror:
    """The GGX lobe, sampled by its distribution of half vectors; `at`, `ab`: its widths along tangent and bitangent."""

    def __init__(self, points: Points, sky: Sky, roughness: float, anisotropy: Anisotropy | None):
        ab = max(roughness**2, 1e-3)
        at, turn = ab, 0.0
        if anisotropy is not None:
            at, turn = ab + (1 - ab) * anisotropy.strength**2, anisotropy.rotation
        u, v = points.square()
        slope = np.sqrt(v / (1 - v))
        across, up = at * slope * np.cos(2 * np.pi * u), ab * slope * np.sin(2 * np.pi * u)
        x, y = across * np.cos(turn) - up * np.sin(turn), across * np.sin(turn) + up * np.cos(turn)
        half = _unit(np.stack([x, y, np.ones_like(x)], -1))[None]
        view = points.local(points.view)[:, None]
        self.cosine = (half * view).sum(-1)
        light = 2 * self.cosine[..., None] * half - view
        along = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        wide = np.array([at, ab, 1.0])
        wide_light, wide_view = ((vector @ along.T) * wide for vector in (light, view))
        # Smith's visibility, height-correlated: 0.5 / (n·l |v stretched| + n·v |l stretched|).
        visibility = 0.5 / np.maximum(
            light[..., 2] * np.linalg.norm(wide_view, axis=-1) + view[..., 2] * np.linalg.norm(wide_light, axis=-1),
            1e-9,
        )
        good = (light[..., 2] > 0) & (self.cosine > 0)
        self.weight = np.where(good, visibility * 4 * self.cosine * light[..., 2] / half[..., 2], 0.0)
        slopes = sq(half[..., 0] * np.cos(turn) + half[..., 1] * np.sin(turn)) / at**2
        slopes = slopes + sq(half[..., 1] * np.cos(turn) - half[..., 0] * np.sin(turn)) / ab**2
        density = half[..., 2] / (np.pi * at * ab * sq(slopes + sq(half[..., 2])))
        self.seen = sky(points.world(light), density / np.maximum(4 * self.cosine, 1e-6), points.total)

    def __call__(self, fresnel: Fresnel, f0: Array) -> Array:
        weighed = self.weight[..., None] * fresnel(np.clip(self.cosine, 0, 1))
        kept = np.maximum(self.weight.mean(1, keepdims=True), 1e-3)
        leaving, mean = np.sqrt(kept), f0 + (1 - f0) / 21
        again = mean * (1 - kept) / (leaving * (1 - mean * (1 - leaving)))
        return np.asarray((weighed * self.seen).mean(1) * (1 + again))


def _sheen(sheen: Sheen, points: Points, sky: Sky, below: Array) -> Array:
    """Charlie's distribution with Ashikhmin's visibility; what is below keeps 1 − max(color) E."""
    alpha = max(sheen.roughness_factor, 0.07) ** 2
    u, v = points.square()
    flat = np.sqrt(1 - v**2)
    light = np.stack([flat * np.cos(2 * np.pi * u), flat * np.sin(2 * np.pi * u), v], -1)[None]
    view = points.local(points.view)[:, None]
    sine2 = np.clip(1 - _unit(light + view)[..., 2] ** 2, 0, 1)
    distribution = (2 + 1 / alpha) * sine2 ** (0.5 / alpha) / (2 * np.pi)
    cosines = view[..., 2] + light[..., 2] - view[..., 2] * light[..., 2]
    lobe = distribution / np.maximum(4 * cosines, 1e-5) * light[..., 2] * 2 * np.pi
    uniform = np.full(lobe.shape, 0.5 / np.pi)
    light = points.world(np.broadcast_to(light, (*lobe.shape, 3)))
    seen = (lobe[..., None] * sky(light, uniform, points.total)).mean(1)
    albedo = lobe.mean(1)[:, None]
    return np.asarray(below * (1 - max(sheen.color_factor) * albedo) + np.array(sheen.color_factor) * seen)


def thin_film(film: Iridescence, base_f0: Array) -> Fresnel:
    """KHR_materials_iridescence by brute force: Airy's formula at each wavelength, seen by the CIE 1931 observer.

    The observer is the multi-lobe fit of Wyman, Sloan and Shirley 2013 ("Simple Analytic Approximations to the CIE XYZ
    Color Matching Functions"); reflectances are Schlick's, as the extension asks for.
    """
    wave = np.linspace(380, 780, 101)
    xyz = _observer(wave)
    rgb = xyz @ _XYZ_TO_SRGB.T
    rgb /= rgb.sum(0)
    ior, nanometres = film.ior, film.thickness_maximum
    root = np.sqrt(np.clip(base_f0, 0, 0.9999))
    base_ior = (1 + root) / (1 - root)

    def fresnel(cosine: Array) -> Array:
        inner = np.sqrt(np.clip(1 - (1 - cosine**2) / ior**2, 0, 1))
        r12 = schlick(np.array([((ior - 1) / (ior + 1)) ** 2]), 1.0)(cosine)
        r23 = schlick(((base_ior - ior) / (base_ior + ior)) ** 2, 1.0)(inner)
        phase = 2 * np.pi * 2 * ior * nanometres * inner[..., None] / wave
        turned = np.pi + np.where(base_ior < ior, np.pi, 0.0)
        r = np.sqrt(np.clip(r12 * r23, 0, 0.9999))
        out = np.empty((*cosine.shape, 3))
        for channel in range(3):
            amplitude, shift = r[..., channel, None], phase + turned[channel]
            steady = (1 - r12) ** 2 * r23[..., channel, None] / (1 - amplitude**2)
            # The sum of the cosines of all orders, closed.
            series = (amplitude * np.cos(shift) - amplitude**2) / (1 - 2 * amplitude * np.cos(shift) + amplitude**2)
            total = r12 + steady + 2 * (steady - (1 - r12)) * series
            out[..., channel] = total @ rgb[:, channel]
        return np.clip(out, 0, 1)

    def tabled(cosine: Array) -> Array:
        grid = np.linspace(0, 1, 257)
        table = fresnel(grid[None])[0]
        return np.stack([np.interp(cosine, grid, table[:, channel]) for channel in range(3)], -1)

    return tabled


_XYZ_TO_SRGB = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)


def _observer(wave: Array) -> Array:
    def lobe(height: float, middle: float, left: float, right: float) -> Array:
        return np.asarray(height * np.exp(-0.5 * ((wave - middle) * np.where(wave < middle, left, right)) ** 2))

    x = lobe(0.362, 442.0, 0.0624, 0.0374) + lobe(1.056, 599.8, 0.0264, 0.0323) - lobe(0.065, 501.1, 0.0490, 0.0382)
    y = lobe(0.821, 568.8, 0.0213, 0.0247) + lobe(0.286, 530.9, 0.0613, 0.0322)
    z = lobe(1.217, 437.0, 0.0845, 0.0278) + lobe(0.681, 459.0, 0.0385, 0.0725)
    return np.stack([x, y, z], -1)


def _hammersley() -> tuple[Array, Array]:
    index = np.arange(SAMPLES)
    bits = SAMPLES.bit_length() - 1
    reverse = np.array([int(f"{i:0{bits}b}"[::-1], 2) for i in index]) / SAMPLES
    return (index + 0.5) / SAMPLES, reverse + 0.5 / SAMPLES


def sq(x: Array) -> Array:
    return x * x


def _unit(vectors: Any) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))
