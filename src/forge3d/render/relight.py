"""Baked light on the GPU, worked out for each frame's sky by relight.comp."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Image, Material, Sampler
from ..light.transfer import CELLS, cells
from .baking import MOST_TRIANGLES, VERTICES, Baked, bake, bakes
from .blocks import CELL_BLOCK, FRAME_BLOCK, RELIGHT_BLOCK
from .features import material_key, pack_material
from .gpu_scene import GpuScene, SceneUploader, accessors
from .kept import Kept
from .program import ProgramCache
from .refining import Shapes
from .scene import SceneState
from .shot import Shot

_KEPT_BYTES = 64 << 20
_GROUP = 64  # local_size_x
_SKY_ROUGHNESS = 0.3  # of the filtered sky that cells read: their width
_SHARPEST = 20.0  # lobe: narrower ones would fall between cells
_TOO_MANY = f"more than {MOST_TRIANGLES:,} triangles: surfaces hide no sky from each other; take quality high"
_POINTS_OF = 4  # storage buffer, see surface.vert


class BakedLight:
    """One pose's light, and the buffers it is worked out in."""

    def __init__(self, context: Any, baked: Baked):
        self._context, self._origin = context, baked.origin
        looks, count = baked.transfer.looks, len(baked.points.places)
        self._sites = count + baked.points.two_sided
        rows = np.zeros((self._sites, 4, 4), np.float32)
        backs = baked.points.places[: baked.points.two_sided] * np.array([1, 1, 1, -1, -1, -1], np.float32)
        places = np.concatenate([baked.points.places, backs])
        rows[:, 0, :3], rows[:, 0, 3] = places[:, :3], looks[:, 3]
        rows[:, 1, :3], rows[:, 2, :3], rows[:, 3, :3] = places[:, 3:], looks[:, :3], looks[:, 4:7]
        middles = np.zeros(1, CELL_BLOCK.dtype)
        middles["c_middles"][0, :, :3] = cells()
        sky = np.zeros((CELLS, 4), np.float32)
        # One more than there are: darkness, and never nothing.
        light = np.zeros((self._sites + 1, 4), np.float32)
        self._inputs = [
            self._buffer(rows, light), self._buffer(baked.transfer.starts.astype(np.uint32)),
            self._buffer(baked.transfer.entries, np.zeros(1, np.uint32)), self._buffer(sky), self._buffer(light),
        ]  # fmt: skip
        self._sent = [self._buffer(light), self._buffer(light)]
        self._lit = self._buffer(light, light)
        self._points_of = self._buffer(baked.read, np.zeros((1, 4), np.uint32))
        self._middles = self._buffer(middles)
        self._numbers = (count, baked.points.two_sided)
        self._block: Any = None
        self._sky: Any = None  # that the sites were lit by last
        buffers = (*self._inputs, *self._sent, self._lit, self._points_of)
        self.nbytes = sum(buffer.size for buffer in buffers)

    def _buffer(self, *parts: npt.NDArray[Any]) -> Any:
        return self._context.buffer(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))

    def use(self, programs: ProgramCache, shot: Shot) -> None:
        """Work out the light of a shot's sky, and bind it for surface.vert."""
        record = np.zeros(1, RELIGHT_BLOCK.dtype)
        back, view = np.linalg.inv(shot.turn), shot.view
        eye = back[:3, :3] @ view.eye + back[:3, 3] - self._origin
        record["r_to_world"] = shot.turn.T
        record["r_eye"] = [*(eye if view.perspective else back[:3, :3] @ view.axes[2]), float(view.perspective)]
        record["r_sites"], (record["r_points"], record["r_two_sided"]) = self._sites, self._numbers
        self._block = self._context.buffer(record.tobytes())  # kept: surface.vert reads it too
        self._block.bind_to_uniform_block(RELIGHT_BLOCK.binding)
        self._middles.bind_to_uniform_block(CELL_BLOCK.binding)
        shot.frame_buffer.bind_to_uniform_block(FRAME_BLOCK.binding)
        shot.environment.radiance.use(0)
        for binding, buffer in enumerate(self._inputs):
            buffer.bind_to_storage_buffer(binding)
        self._lit.bind_to_storage_buffer(7)
        one, other = self._sent
        sky = shot.environment, shot.sky  # the environment is kept, so that it is the same one as long as it is equal
        if sky != self._sky:
            self._sky = None
            self._run(programs, "SKY", CELLS)
            self._step(programs, "DIRECT", one, other)
            self._step(programs, "BOUNCE", other, one)
            self._sky = sky
        self._step(programs, "LAST", one, other)
        self._lit.bind_to_storage_buffer(3)
        self._points_of.bind_to_storage_buffer(_POINTS_OF)

    def _step(self, programs: ProgramCache, step: str, sent: Any, sending: Any) -> None:
        sent.bind_to_storage_buffer(5)
        sending.bind_to_storage_buffer(6)
        self._run(programs, step, self._sites)

    def _run(self, programs: ProgramCache, step: str, count: int) -> None:
        defines = {"CELLS": CELLS, "SKY_ROUGHNESS": _SKY_ROUGHNESS, "SHARPEST": _SHARPEST, step: 1}
        programs.compute("relight.comp", **defines).run(max(1, -(-count // _GROUP)))
        self._context.memory_barrier()


class BakedScenes:
    """Scenes on the GPU with their baked light, kept for the last poses."""

    def __init__(self, context: Any, uploader: SceneUploader):
        self._context, self._uploader = context, uploader
        self._kept: Kept[tuple[BakedLight, Shapes]] = Kept(_KEPT_BYTES)

    def upload(self, state: SceneState, meanwhile: Callable[[], object] = lambda: None) -> GpuScene:
        """`SceneUploader.upload` with meshes fine enough for baked light, and that light.

        Args:
            meanwhile: called where light is baked, while it is; work for this thread.
        """
        if not bakes(state):
            scene = self._uploader.upload(state)
            return replace(scene, warnings=(*scene.warnings, _TOO_MANY))
        key, owners, texels = pose_key(state)
        kept = self._kept.find(key, owners)
        if kept is not None:
            light, shapes = kept.made
            scene = self._uploader.upload(state, shapes)
        else:
            shapes = Shapes(state, VERTICES)
            self._uploader.decode(state, baked=True)
            with ThreadPoolExecutor(1) as pool:
                baking = pool.submit(bake, state, shapes)
                scene = self._uploader.upload(state, shapes)
                meanwhile()
                light = BakedLight(self._context, baking.result())
            self._kept.put(key, (light, shapes), light.nbytes, owners, texels)
        shapes.forget()
        self._kept.trim({key})
        draws, first = [], 0
        for draw in scene.draws:
            draws.append(replace(draw, first_vertex=first))
            first += draw.mesh.vertex_count * len(draw.worlds) if draw.mesh.mode == 4 else 0
        return replace(scene, draws=tuple(draws), light=light)

    def clear(self) -> None:
        self._kept.clear()


def pose_key(state: SceneState) -> tuple[Any, list[Any], list[Any]]:
    """What baked light follows from; the objects that count in it by identity; and texels that do.

    Materials count by value: they may be changed between two pictures, and primitives may get other accessors.
    """
    looks: dict[Material, Any] = {}
    rows: list[Any] = []
    owners: dict[Accessor | Image, None] = {}
    for draw in state.draws:
        if draw.material not in looks:
            looks[draw.material] = _look(draw.material)
            owners |= dict.fromkeys(image for image in _images(draw.material) if image is not None)
        found = accessors(draw.primitive)
        owners |= {accessor: None for _, accessor in found if accessor is not None}
        rows.append((
            draw.primitive.mode, *((name, id(accessor)) for name, accessor in found), looks[draw.material],
            draw.worlds.tobytes(), b"" if draw.joints is None else draw.joints.tobytes(), draw.weights,
        ))  # fmt: skip
    return tuple(rows), list(owners), [image.data for image in owners if isinstance(image, Image)]


def _images(material: Material) -> list[Image | None]:
    return [slot.info.texture.image or slot.info.texture.fallback for slot in material.textures()]


def _look(material: Material) -> Any:
    """A material's numbers, and its textures by the identity of what they hold."""
    textures = []
    for slot, image in zip(material.textures(), _images(material), strict=True):
        sampler = slot.info.texture.sampler or Sampler()
        held = None if image is None else id(image.data)
        textures.append((slot.path, held, sampler.wrap_s, sampler.wrap_t, sampler.mag_filter))
    return material_key(material), pack_material(material), material.double_sided, *textures
