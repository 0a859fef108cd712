"""A frame's passes: each is a function that draws a list into a target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..document import AlphaMode
from .blending import Run, far_to_near
from .blocks import DRAW_BLOCK, FRAME_BLOCK
from .environment import GpuEnvironment
from .features import MATERIAL_BLOCK, MaterialKey
from .glass import GlassTarget
from .gpu_scene import GpuDraw
from .program import ProgramCache, ProgramKey
from .shot import Shot
from .targets import ColorTarget, ShadedTarget

_DEPTH_ONLY = MaterialKey()
_BEHIND, _BEYOND = 3, 4  # texture units, and more after them: see layers/transmission.glsl
_PUSHED_BACK = 0.1 * (1 << 24)  # steps of the depth buffer
_THIN = 8.0  # pixels: narrower surfaces are shaded in every triangle, as their colour may miss the middles of pixels
_NARROW = 1.0  # pixels: what is wider covers the middle of a pixel, of those about any sample of it
_MOST_FARNESS = 8.0  # of a far plane, where depth still grows nearly evenly


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """How a list is drawn: which fragment shader, with how many samples, and which part of what is blended: "solid" (as
    good as opaque), "sheer" (the rest) or "all". `backs`: the sides that are turned away, and no others; `far`: only
    what lies beyond the nearest body of glass."""

    stage: str
    samples: int = 1
    blended: str = "sheer"
    backs: bool = False
    far: bool = False


def draw_list(context: Any, programs: ProgramCache, shot: Shot, runs: Iterable[int | Run], kind: Pass) -> None:
    """Draw some of the shot's draws into the bound framebuffer, whole or in runs."""
    shot.frame_buffer.bind_to_uniform_block(FRAME_BLOCK.binding)
    bound = None
    for run in (Run(run) if isinstance(run, int) else run for run in runs):
        draw = shot.scene.draws[run.draw]
        material = _DEPTH_ONLY if kind.stage == "depth" else draw.material.key
        samples = kind.samples if material.alpha is AlphaMode.MASK and kind.stage == "color" else 1
        baked = kind.stage == "color" and shot.scene.light is not None and draw.mesh.mode == 4
        program = programs.surface(
            ProgramKey(kind.stage, material, draw.vertex, samples, kind.blended, baked, kind.far)
        )
        if bound is not draw.material:
            _bind_material(shot, draw)
            bound = draw.material
        _bind_buffers(shot, draw, run.draw)
        _set_sides(context, draw, kind)
        array = draw.mesh.vertex_array(program, None if run.order is None else draw.mesh.in_order(run.order))
        count = draw.mesh.count if run.order is None else 3 * len(run.order)
        array.render(draw.mesh.mode, count, instances=len(draw.worlds))


def color_passes(context: Any, programs: ProgramCache, shot: Shot, target: ColorTarget, samples: int) -> None:
    """The picture, linear and premultiplied: opaque, masked, blended from far to near, then what is seen through."""
    framebuffer = target.framebuffer
    framebuffer.use()
    framebuffer.depth_mask = True
    framebuffer.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
    context.enable_only(context.DEPTH_TEST | context.PROGRAM_POINT_SIZE)
    context.depth_func = "<="
    solid, clear, before = _stages(shot)
    _depth_pass(context, programs, shot, framebuffer, solid)
    bind_environment(shot.environment)
    _by_alpha(context, programs, shot, framebuffer, solid, samples)
    if clear and target.glass is not None:
        _behind_glass(context, programs, shot, target, target.glass, clear)
        bind_environment(shot.environment)
        framebuffer.use()
        _by_alpha(context, programs, shot, framebuffer, clear, samples)
        _by_alpha(context, programs, shot, framebuffer, before, samples)


def _behind_glass(
    context: Any, programs: ProgramCache, shot: Shot, target: ColorTarget, glass: GlassTarget, clear: list[int]
) -> None:
    """What glass is seen through with."""
    materials = {index: shot.scene.draws[index].material for index in clear}
    thick = [index for index in clear if "volume" in materials[index].key.features]
    bodies = [index for index in thick if not materials[index].blended]
    walls = [index for index in clear if index not in set(thick) and not materials[index].blended]
    frosted = any(material.frosted for material in materials.values())
    context.copy_framebuffer(glass.framebuffer, target.framebuffer)
    context.copy_framebuffer(glass.beyond_framebuffer, target.framebuffer)
    if frosted:
        glass.behind.build_mipmaps()
        _blurred_depth(context, programs, glass)
    glass.exit_framebuffer.use()
    glass.exit_framebuffer.clear(1.0, 0.0, 0.0, 0.0, depth=1.0)
    draw_list(context, programs, shot, thick, Pass("exit", backs=True))
    for unit, texture in enumerate((glass.behind, glass.behind, glass.depth, glass.exit, glass.deep), _BEHIND):
        texture.use(unit)
    glass.beyond_framebuffer.use()
    draw_list(context, programs, shot, walls, Pass("color", backs=True))
    draw_list(context, programs, shot, bodies, Pass("color", far=True))
    if frosted:
        glass.beyond.build_mipmaps()
    glass.beyond.use(_BEYOND)


def _blurred_depth(context: Any, programs: ProgramCache, glass: GlassTarget) -> None:
    width, height = glass.deep.size
    glass.depth.use(0)
    glass.deep.bind_to_image(0, read=False, write=True)
    programs.compute("deep.comp").run(-(-width // 8), -(-height // 8))
    context.memory_barrier()
    glass.deep.build_mipmaps()


def shaded_once(shot: Shot) -> bool:
    """Whether `shaded_passes` can draw it: no lines, no glass, no masks, whose edges are in textures."""
    return (
        not shot.scene.glassy
        and shot.farness <= _MOST_FARNESS
        and all(draw.mesh.mode == 4 and draw.material.key.alpha is not AlphaMode.MASK for draw in shot.scene.draws)
    )


def shaded_passes(context: Any, programs: ProgramCache, shot: Shot, target: ShadedTarget) -> str:
    """The picture's parts: opaque surfaces shaded once a pixel, depth of every sample, and what is blended over them.

    Returns:
        where the last is, and surfaces that are thin: "" (there are none), "VEIL" (in `target.color`) or "LAYER".
    """
    keys = [draw.material.key.alpha for draw in shot.scene.draws]
    solid = [index for index, mode in enumerate(keys) if mode is AlphaMode.OPAQUE]
    blended = [index for index, mode in enumerate(keys) if mode is AlphaMode.BLEND]
    thin = [index for index in solid if shot.pixels_wide(index, target.color.size[1]) < _THIN]
    opaque = [index for index in solid if index not in set(thin)]
    context.enable_only(context.DEPTH_TEST | context.PROGRAM_POINT_SIZE)
    context.depth_func = "<="
    for framebuffer, drawn in ((target.coverage_framebuffer, solid), (target.framebuffer, opaque)):
        framebuffer.use()
        framebuffer.depth_mask = True
        framebuffer.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        _depth_pass(context, programs, shot, framebuffer, drawn)
    bind_environment(shot.environment)
    opaque.sort(key=lambda i: shot.depths[i])
    draw_list(context, programs, shot, opaque, Pass("color"))
    # What is thinner than a pixel covers samples of pixels whose middle it misses: outlines have its colour there. They
    # stand so far back that pixels of the surface itself, where it has any, are nearer to its samples.
    context.wireframe, context.polygon_offset = True, (0.0, _PUSHED_BACK)
    draw_list(context, programs, shot, _narrow(shot, opaque, target.color.size), Pass("color"))
    context.wireframe, context.polygon_offset = False, (0.0, 0.0)
    if not blended and not thin:
        return ""
    if not thin and all(shot.scene.draws[index].material.cut_out for index in blended):
        # What ends where its texture says needs no more than one sample a pixel. Sorted triangles hide each other as
        # they should: only where they reach through one another depth would help.
        _blend(context, programs, shot, target.framebuffer, blended, Pass("color", blended="all"))
        return "VEIL"
    framebuffer = target.layer_framebuffer
    framebuffer.use()
    framebuffer.depth_mask = False
    framebuffer.clear(0.0, 0.0, 0.0, 0.0)
    framebuffer.depth_mask = True
    _by_alpha(context, programs, shot, framebuffer, [*thin, *blended], 1)
    return "LAYER"


def _narrow(shot: Shot, indices: Iterable[int], size: tuple[int, int]) -> list[Run]:
    """The triangles that are narrower than `_NARROW` pixels, and so all that parts so thin consist of; and those at the
    picture's edge, where what is left of them may be. Where joints, targets or instances place them they are all
    taken."""
    runs, half = [], np.array(size, np.float32) / 2
    for index in indices:
        draw = shot.scene.draws[index]
        if draw.joints is not None or draw.targets or len(draw.worlds) > 1:
            runs.append(Run(index))
            continue
        places = shot.pixels(index, draw.mesh.places, size)
        a, b, c = (places[corner] for corner in draw.mesh.triangles.T)
        ends = np.stack([b - a, c - b, a - c])
        longest = np.sqrt((ends**2).sum(2).max(0))
        area = abs(ends[0, :, 0] * ends[1, :, 1] - ends[0, :, 1] * ends[1, :, 0])
        taken = area < _NARROW * longest
        if (abs(places) > half).any():
            low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
            taken |= (((low < half) & (high > half)) | ((low < -half) & (high > -half))).any(1)
        order = np.flatnonzero(taken).astype(np.uint32)
        runs += [Run(index, order)] if len(order) else []
    return runs


def _stages(shot: Shot) -> tuple[list[int], list[int], list[int]]:
    """Draws that may be seen through others, those that are seen through, and blended ones that stand before these."""
    draws = shot.scene.draws
    clear = [index for index, draw in enumerate(draws) if "transmission" in draw.material.key.features]
    nearest = min((shot.depths[index] for index in clear), default=-np.inf)
    rest = sorted(set(range(len(draws))) - set(clear))
    before = [index for index in rest if draws[index].material.blended and shot.depths[index] < nearest]
    return [index for index in rest if index not in set(before)], clear, before


def _depth_pass(context: Any, programs: ProgramCache, shot: Shot, framebuffer: Any, indices: list[int]) -> None:
    """Depth of what is opaque, so that the colour pass shades each visible pixel once."""
    opaque = [index for index in indices if shot.scene.draws[index].material.key.alpha is AlphaMode.OPAQUE]
    opaque.sort(key=lambda i: shot.depths[i])
    if not framebuffer.color_attachments:
        draw_list(context, programs, shot, opaque, Pass("depth"))
        return
    framebuffer.color_mask = (False,) * 4
    draw_list(context, programs, shot, opaque, Pass("depth"))
    framebuffer.color_mask = (True,) * 4


def _by_alpha(
    context: Any, programs: ProgramCache, shot: Shot, framebuffer: Any, indices: list[int], samples: int
) -> None:
    kinds: dict[AlphaMode, list[int]] = {mode: [] for mode in AlphaMode}
    for index in indices:
        kinds[shot.scene.draws[index].material.key.alpha].append(index)
    front_to_back = sorted(kinds[AlphaMode.OPAQUE], key=lambda i: shot.depths[i])
    back_to_front = sorted(kinds[AlphaMode.BLEND], key=lambda i: -shot.depths[i])
    draw_list(context, programs, shot, front_to_back, Pass("color"))
    draw_list(context, programs, shot, kinds[AlphaMode.MASK], Pass("color", samples=samples))
    draw_list(context, programs, shot, back_to_front, Pass("color", blended="solid"))
    _blend(context, programs, shot, framebuffer, back_to_front, Pass("color"))


def _blend(
    context: Any, programs: ProgramCache, shot: Shot, framebuffer: Any, indices: Iterable[int], kind: Pass
) -> None:
    framebuffer.depth_mask = False
    context.enable(context.BLEND)
    context.blend_func = context.ONE, context.ONE_MINUS_SRC_ALPHA
    draw_list(context, programs, shot, far_to_near(shot, indices), kind)
    context.disable(context.BLEND)
    framebuffer.depth_mask = True


def aov_pass(context: Any, programs: ProgramCache, shot: Shot, target: Any) -> None:
    """What `Frame` tells beside the picture, one sample a pixel."""
    target.use()
    target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
    context.enable_only(context.DEPTH_TEST | context.PROGRAM_POINT_SIZE)
    context.depth_func = "<="
    bind_environment(shot.environment)
    draw_list(context, programs, shot, range(len(shot.scene.draws)), Pass("aov"))


def bind_environment(environment: GpuEnvironment) -> None:
    environment.radiance.use(0)
    environment.irradiance.use(1)
    environment.albedo.use(2)


def _bind_material(shot: Shot, draw: GpuDraw) -> None:
    shot.scene.materials.bind_to_uniform_block(
        MATERIAL_BLOCK.binding, offset=draw.material.block, size=MATERIAL_BLOCK.dtype.itemsize
    )
    for unit, texture, sampler in draw.material.textures:
        texture.use(unit)
        sampler.use(unit)


def _bind_buffers(shot: Shot, draw: GpuDraw, index: int) -> None:
    shot.draw_buffer.bind_to_uniform_block(
        DRAW_BLOCK.binding, offset=index * shot.stride, size=DRAW_BLOCK.dtype.itemsize
    )
    if draw.joints is not None:
        shot.joint_buffer.bind_to_storage_buffer(0)
    if draw.vertex.morphed:
        draw.mesh.deltas.bind_to_storage_buffer(1)
    if draw.vertex.instanced:
        shot.instance_buffer.bind_to_storage_buffer(2)


def _set_sides(context: Any, draw: GpuDraw, kind: Pass) -> None:
    context.front_face = "cw" if draw.mirrored else "ccw"
    context.cull_face = "front" if kind.backs else "back"
    if (draw.material.double_sided and not kind.backs) or draw.mesh.mode != 4:
        context.disable(context.CULL_FACE)
    else:
        context.enable(context.CULL_FACE)
