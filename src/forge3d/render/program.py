"""GLSL programs: chunks put together by includes, generated from the feature table, compiled once per key."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import Forge3DError
from .blocks import CELL_BLOCK, DRAW_BLOCK, FRAME_BLOCK, LOBE_BLOCK, RELIGHT_BLOCK
from .features import FEATURES, MATERIAL_BLOCK, MaterialKey

_SHADERS = Path(__file__).parent / "shaders"
_INCLUDE = re.compile(r'^\s*#include "([^"]+)"\s*$')
_PROGRAMS_KEPT = 256
FIRST_TEXTURE_UNIT = 8
"""Units below this hold the environment and what is behind glass; the material's textures follow in the key's order."""


@dataclass(frozen=True, slots=True)
class VertexKey:
    """What a mesh brings to the vertex shader.

    Attributes:
        semantics: attributes in the vertex buffer.
        morphed, instanced: whether the draw has morph targets, or instance transforms.
    """

    semantics: tuple[str, ...]
    morphed: bool = False
    instanced: bool = False

    @property
    def skin_sets(self) -> int:
        return sum(f"JOINTS_{n}" in self.semantics and f"WEIGHTS_{n}" in self.semantics for n in (0, 1))


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """One compiled permutation. `stage` names the fragment shader; `samples` counts for MASK in the colour stage;
    `baked`: whether light between surfaces comes with the vertices; `far`: only what lies beyond the nearest body of
    glass."""

    stage: str
    material: MaterialKey
    vertex: VertexKey
    samples: int = 1
    blended: str = "sheer"
    baked: bool = False
    far: bool = False


class ProgramCache:
    """Compiles each permutation once. Owned by one renderer, used on its thread.

    Args:
        texture_bias: added to the mip level of every material texture.
    """

    def __init__(self, context: Any, texture_bias: float):
        self._context, self._texture_bias = context, texture_bias
        self._programs: OrderedDict[Any, Any] = OrderedDict()

    def surface(self, key: ProgramKey) -> Any:
        """The program that draws meshes under `key`."""
        if key not in self._programs:
            defines, generated = surface_sources(key)
            defines["TEXTURE_BIAS"] = str(self._texture_bias)
            vertex = assemble("surface.vert", defines, generated)
            fragment = assemble(f"{key.stage}.frag", defines, generated)
            self._programs[key] = self._compile(str(key), vertex_shader=vertex, fragment_shader=fragment)
        return self._latest(key)

    def screen(self, fragment: str, **defines: str | int) -> Any:
        """A program that fills the target with `fragment`."""
        key = (fragment, tuple(sorted(defines.items())))
        if key not in self._programs:
            lines = {name: str(value) for name, value in defines.items()}
            self._programs[key] = self._compile(
                str(key),
                vertex_shader=assemble("screen.vert", {}, {}),
                fragment_shader=assemble(fragment, lines, {"blocks": FRAME_BLOCK.declaration}),
            )
        return self._latest(key)

    def compute(self, name: str, **defines: str | int | float) -> Any:
        """A compute shader."""
        key = (name, tuple(sorted(defines.items())))
        if key not in self._programs:
            blocks = "".join(block.declaration for block in (FRAME_BLOCK, LOBE_BLOCK, RELIGHT_BLOCK, CELL_BLOCK))
            source = assemble(name, {define: str(value) for define, value in defines.items()}, {"blocks": blocks})
            try:
                self._programs[key] = self._context.compute_shader(source)
            except Exception as error:
                raise _broken(name, str(error)) from error
        return self._latest(key)

    def clear(self) -> None:
        self._programs.clear()

    def _latest(self, key: Any) -> Any:
        """The program of a key, used last of all; the one used longest ago goes where there are too many."""
        self._programs.move_to_end(key)
        while len(self._programs) > _PROGRAMS_KEPT:
            self._programs.popitem(last=False)
        return self._programs[key]

    def _compile(self, label: str, **sources: str) -> Any:
        try:
            return self._context.program(**sources)
        except Exception as error:
            raise _broken(label, str(error)) from error


def _broken(label: str, log: str) -> Forge3DError:
    return Forge3DError(f"the driver refused the shader {label}; please report this with its log:\n{log}")


def surface_sources(key: ProgramKey) -> tuple[dict[str, str], dict[str, str]]:
    """The defines and generated chunks of a surface program."""
    material, vertex = key.material, key.vertex
    defines = {f"USE_{name.upper()}": "1" for name in material.features}
    defines |= {f"HAS_{slot.upper()}": "1" for slot, _, _ in material.slots}
    defines[f"ALPHA_{material.alpha}"] = "1"
    if key.samples > 1:
        defines["SAMPLES"] = str(key.samples)
    if key.baked:
        defines["BAKED"] = "1"
    if key.far:
        defines["FAR"] = "1"
    defines[f"BLENDED_{key.blended.upper()}"] = "1"
    for semantic in ("NORMAL", "TANGENT"):
        if semantic in vertex.semantics:
            defines[f"HAS_{semantic}"] = "1"
    if "COLOR_0" in vertex.semantics:
        defines["HAS_COLOR"] = "1"
    if vertex.skin_sets:
        defines["SKIN_SETS"] = str(vertex.skin_sets)
    if vertex.morphed:
        defines["MORPHED"] = "1"
    if vertex.instanced:
        defines["INSTANCED"] = "1"
    tangent_uv = tangent_uv_set(material)
    if tangent_uv is not None:
        defines["TANGENT_UV"] = f"v_uv{tangent_uv}"
    used = {uv for _, uv, _ in material.slots} | ({tangent_uv} if tangent_uv is not None else set())
    if key.stage == "aov" and "TEXCOORD_0" in vertex.semantics:
        defines["HAS_UV"] = "1"
        used.add(0)
    uv_sets = sorted(used)
    generated = {
        "blocks": FRAME_BLOCK.declaration + DRAW_BLOCK.declaration + RELIGHT_BLOCK.declaration,
        "material": MATERIAL_BLOCK.declaration,
        "uv_inputs": _uv_inputs(uv_sets, vertex.semantics),
        "textures": _textures(uv_sets, material),
        "layers": _layers(material),
    }
    return defines, generated


def tangent_uv_set(material: MaterialKey) -> int | None:
    """The TEXCOORD set along which tangents run: the normal map's, else the first; None: nothing needs tangents."""
    for wanted in ("normal_texture", "clearcoat_normal_texture", "anisotropy_texture"):
        for slot, uv, _ in material.slots:
            if slot == wanted:
                return uv
    return 0 if "anisotropy" in material.features else None


def _uv_inputs(uv_sets: list[int], semantics: tuple[str, ...]) -> str:
    lines, body = [], []
    for n in uv_sets:
        present = f"TEXCOORD_{n}" in semantics
        lines += [f"in vec2 a_uv{n};"] if present else []
        lines.append(f"out vec2 v_uv{n};")
        body.append(f"v_uv{n} = {f'a_uv{n}' if present else 'vec2(0.0)'};")
    return "\n".join([*lines, f"void pass_uvs() {{ {' '.join(body)} }}", ""])


def _textures(uv_sets: list[int], material: MaterialKey) -> str:
    lines = [f"in vec2 v_uv{n};" for n in uv_sets]
    for unit, (slot, uv, mirrored) in enumerate(material.slots, FIRST_TEXTURE_UNIT):
        rows = f"m_{slot}_uv"
        lines += [
            f"layout(binding = {unit}) uniform sampler2D t_{slot};",
            f"vec4 sample_{slot}() {{",
            f"    vec3 uv = vec3(v_uv{uv}, 1.0);",
            f"    vec2 at = vec2(dot({rows}[0].xyz, uv), dot({rows}[1].xyz, uv));",
            *(f"    at.{axis} = abs(mod(at.{axis} + 1.0, 2.0) - 1.0);" for axis in mirrored),
            f"    return texture(t_{slot}, at, TEXTURE_BIAS);",
            "}",
        ]
    return "\n".join([*lines, ""])


_HOOKS = {
    "surface": ("inout Surface s", "s"),
    "body": ("Surface s, inout vec3 body", "s, body"),
    "body_light": ("Surface s, Light l, inout vec3 body", "s, l, body"),
    "film": (
        "Surface s, vec2 cosines, float kept, vec3 body, vec3 mirrored, inout vec3 dielectric, inout vec3 metal",
        "s, cosines, kept, body, mirrored, dielectric, metal",
    ),
    "environment": ("Surface s, inout vec3 color", "s, color"),
    "light": ("Surface s, Light l, inout vec3 color", "s, l, color"),
    "emission": ("Surface s, inout vec3 emissive", "s, emissive"),
}


def _layers(material: MaterialKey) -> str:
    """The active features' chunks, and for each hook the function that calls them in table order."""
    active = [feature for feature in FEATURES if feature.layer in material.features]
    lines = [f'#include "layers/{feature.layer}.glsl"' for feature in active if _has_chunk(feature.layer)]
    for hook, (parameters, arguments) in _HOOKS.items():
        calls = [f"{feature.layer}_{hook}({arguments});" for feature in active if hook in feature.hooks]
        lines.append(f"void layers_{hook}({parameters}) {{ {' '.join(calls)} }}")
    return "\n".join([*lines, ""])


def _has_chunk(layer: str) -> bool:
    return (_SHADERS / "layers" / f"{layer}.glsl").exists()


def assemble(name: str, defines: dict[str, str], generated: dict[str, str]) -> str:
    """The full text of a shader: version, defines, and `name` with every include pasted in once.

    Args:
        generated: text of the chunks that are included as `"<name>"`.
    """
    head = ["#version 430 core", *(f"#define {key} {value}" for key, value in defines.items())]
    return "\n".join([*head, *_expanded(name, generated, [])])


def _expanded(name: str, generated: dict[str, str], seen: list[str]) -> list[str]:
    """Lines of a chunk. A chunk that was pasted before is left out, which also ends cycles."""
    if name in seen:
        return []
    seen.append(name)
    text = generated[name[1:-1]] if name.startswith("<") else _read(name)
    number = len(seen)
    lines = [f"#line 1 {number} // {name}"]
    for at, line in enumerate(text.splitlines(), 1):
        match = _INCLUDE.match(line)
        if match:
            lines += [*_expanded(match[1], generated, seen), f"#line {at + 1} {number} // {name}"]
        else:
            lines.append(line)
    return lines


@cache
def _read(name: str) -> str:
    return (_SHADERS / name).read_text(encoding="utf-8")
