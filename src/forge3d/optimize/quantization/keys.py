"""Keys of animations, and inverse bind matrices, in fewer bits."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np

from ...document import Accessor, Channel, Document, Interpolation
from ...document.accessor import Array
from ...document.payload import MeshoptPayload
from ...gltf.codecs import exponential, quaternion
from ..reach import Reach, driven_by, longest_row
from ..vertices import with_array
from .texcoords import with_normalized
from .vectors import fractions, unit_vectors, within

_SPLINES = "splines"
_SHIFTS = 1 / 8  # of what is allowed: most models move few nodes along, whose bytes are few, with all that they carry


def quantize_keys(document: Document, levers: Reach | None, share: float) -> None:
    """Rotation keys, and keys of morph weights in [0, 1], as normalized 16-bit integers.

    A step is 3e-5 of a turn's quaternion, or less than a hundredth of a degree, and 1.5e-5 of a weight.

    Where no vertex may be moved by more than a `share` of the model's size, rotations become what meshopt's quaternion
    filter holds in as few bits as that allows, translations and scales what its exponential filter does, and weights 8
    bits where these do: each as its lever tells.
    """
    stored: dict[int, Accessor] = {}
    for output, uses in _outputs(document).values():
        paths = {path for path, _ in uses}
        if output.dtype != np.float32 or _SPLINES in paths or isinstance(output.payload, MeshoptPayload):
            continue
        allowed = [_allowed(channel, levers, share) for _, channel in uses]
        error = min(allowed) if all(allowed) else 0.0
        made = _stored(output, paths, error)
        if made is not None:
            stored[id(output)] = made
    for sampler in (sampler for animation in document.animations for sampler in animation.samplers):
        sampler.output = stored.get(id(sampler.output), sampler.output)


def _outputs(document: Document) -> dict[int, tuple[Accessor, list[tuple[str, Channel]]]]:
    """Every accessor of values of keys, with the channels that it drives and the properties there."""
    found: dict[int, tuple[Accessor, list[tuple[str, Channel]]]] = {}
    for channel in (channel for animation in document.animations for channel in animation.channels):
        splines = channel.sampler.interpolation == Interpolation.CUBICSPLINE
        node, _ = driven_by(channel)
        output = channel.sampler.output
        kind = _SPLINES if splines else channel.path if node is not None else "pointer"
        found.setdefault(id(output), (output, []))[1].append((kind, channel))
    return found


def _allowed(channel: Channel, levers: Reach | None, share: float) -> float:
    node, path = driven_by(channel)
    return (levers.tolerance(node, path, share) if levers is not None and node is not None else None) or 0.0


def _stored(output: Accessor, paths: set[str], error: float) -> Accessor | None:
    if paths == {"rotation"} and output.shape[1:] == (4,) and within([output], -1, 1):
        if _has_half_turns(output.array):
            return None
        bits = next((bits for bits in quaternion.BITS if quaternion.angle(bits) <= error), quaternion.BITS[-1])
        keys = quaternion.rounded(output.array, bits) if error else unit_vectors(output.array, 16)
        return with_normalized(output, keys)
    if error and paths <= {"translation", "scale"}:
        # Each number by so much moves a vector by the root of three times as much at most.
        return with_array(output, exponential.rounded(output.array, error * _SHIFTS / sqrt(3)))
    if paths == {"weights"} and within([output], 0, 1):
        return with_normalized(output, fractions(output.array, 8 if error >= 0.5 / 255 else 16))
    return None


def quantize_binds(document: Document, levers: Reach, share: float) -> None:
    """Inverse bind matrices as meshopt's exponential filter holds them, where no vertex may be moved by more than a
    `share` of the model's size."""
    far: dict[Accessor, float] = {}  # from a matrix to the world, by what an error of one moves a vertex
    for node in document.nodes:
        if node.skin is None or node.mesh is None or node.skin.inverse_bind_matrices is None:
            continue
        points = {p.attributes["POSITION"] for p in node.mesh.primitives if "POSITION" in p.attributes}
        deltas = {t["POSITION"] for p in node.mesh.primitives for t in p.targets if "POSITION" in t}
        longest = sum(max((longest_row(a.floats) for a in group), default=0.0) for group in (points, deltas))
        scale = max((levers.scale(joint) for joint in node.skin.joints), default=0.0)
        binds = node.skin.inverse_bind_matrices
        far[binds] = max(far.get(binds, 0.0), sqrt(3) * (sqrt(3) * longest + 1) * scale)
    made = {
        binds: with_array(binds, exponential.rounded(binds.array, share * levers.size / moved))
        for binds, moved in far.items()
        if 0 < moved < inf and binds.payload is None and np.isfinite(binds.array).all()
    }
    for skin in document.skins:
        if skin.inverse_bind_matrices in made:
            skin.inverse_bind_matrices = made[skin.inverse_bind_matrices]


def _has_half_turns(keys: Array) -> bool:
    """Whether two neighbouring quaternions `(n, 4)` are about 180° of rotation apart: their product is near zero."""
    products = np.einsum("ij,ij->i", keys[1:], keys[:-1])
    return bool((np.abs(products) < 1e-3).any())
