"""The uniform blocks that Python fills and GLSL reads, each written down once."""

from __future__ import annotations

from .layout import block

MAX_LIGHTS = 64
MAX_TARGETS = 64
"""Morph targets with a weight other than zero at one time."""

FRAME_BLOCK = block(
    "Frame",
    0,
    f_view_projection="mat4",  # of positions relative to the camera
    f_environment="mat4",  # world direction to environment direction
    f_back="vec4",  # xyz: from the target to the camera; w: 1 for perspective
    f_light="vec4",  # environment intensity, radiance mips, exposure factor, point size in pixels
    f_background="vec4",  # display-linear
    f_parts="float",  # how many times as wide as what is drawn the whole picture is
    f_light_count="int",
    f_lights=f"vec4[{MAX_LIGHTS * 4}]",  # see punctual.glsl
)

DRAW_BLOCK = block(
    "Draw",
    1,
    d_model="mat4",  # mesh to camera-relative world
    d_object="uint",
    d_material="uint",
    d_first_joint="uint",
    d_joints="uint",
    d_first_instance="uint",
    d_vertices="uint",
    d_first_vertex="uint",  # the first instance's, among all that have baked light
    d_targets="int",
    d_scale="float",  # mean scale of d_model
    d_extent="float",  # mean side of the mesh's box in the world
    d_morph=f"vec4[{MAX_TARGETS}]",  # x: target, y: weight
)

LOBE_BLOCK = block("Lobe", 3, lobe="vec4[1024]")

CELL_BLOCK = block("Cells", 5, c_middles="vec4[128]")
"""Of the sky, see light/transfer.py: a uniform block, as all sites read the same cell at a time."""

RELIGHT_BLOCK = block(
    "Relight",
    4,
    r_to_world="mat4",  # of the sites' directions
    r_eye="vec4",  # among the sites; without perspective: the direction to it; w: 1 for perspective
    r_sites="uint",
    r_points="uint",
    r_two_sided="uint",  # of the points
)
"""See relight.comp."""
