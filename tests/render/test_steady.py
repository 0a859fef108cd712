"""The same input gives the same bytes in every process, and memory stays flat over many frames and scenes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from forge3d.document import AlphaMode, Document, Image, Material, Texture, TextureInfo
from forge3d.images import encode
from forge3d.render import Renderer, RenderSettings

from .shapes import node, placed, quad, sphere, unlit

SIZE = (64, 64)

DIGEST = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from forge3d.render import Renderer, RenderSettings
from forge3d.render.spin import each_frame
from tests.render.test_steady import varied
with Renderer() as renderer:
    frames = renderer.turntable(varied(3), frames=5, size=(96, 80), settings=RenderSettings(background="white"))
    files = list(each_frame(frames, lambda index, frame: frame.pixels.tobytes() + frame.encode("webp"), threads=3))
print(hashlib.sha256(b"".join(files)).hexdigest(), len(set(files)))
"""

GROWTH = """
import sys
sys.path.insert(0, sys.argv[1])
from forge3d.render import Renderer
from tests.render import test_steady
with Renderer(cache_bytes=int(sys.argv[2])) as renderer:
    for steps, count in zip(sys.argv[3::2], sys.argv[4::2]):
        print(test_steady.growth(getattr(test_steady, steps)(renderer), int(count)))
"""
ROOT = str(Path(__file__).parents[2])


def varied(number: int) -> Document:
    """A small scene that no other number gives: a textured ball, a pane and a wall."""
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 255, (16, 16, 3), np.uint8)
    texture = Texture(image=Image(data=encode(pixels, "png"), mime_type="image/png"))
    pane = unlit((0.2, 0.5, 0.9, 0.4), alpha_mode=AlphaMode.BLEND)
    wall = Material(base_color_texture=TextureInfo(texture=texture), roughness_factor=0.4)
    ball = Material(base_color_factor=(*rng.random(3), 1.0), roughness_factor=float(rng.random()))
    return placed(
        node(sphere(ball, radius=0.5 + 0.4 * float(rng.random()), rings=8)),
        node(quad(pane, size=1.2, z=1.1)),
        node(quad(wall, size=2.5, z=-1.1)),
    )


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(steps: Iterator[object], number: int) -> float:
    """Bytes that the process grew by over the last three quarters of so many steps."""
    before = 0
    for index, _ in zip(range(number), steps, strict=False):
        if index == number // 4:
            before = resident()
    return resident() - before


def frames(renderer: Renderer) -> Iterator[object]:
    document = varied(0)
    while True:
        yield from (frame.detach() for frame in renderer.turntable(document, frames=50, size=SIZE))


def scenes(renderer: Renderer) -> Iterator[object]:
    number = 0
    while True:
        number += 1
        yield renderer.render(varied(number), size=SIZE).detach()


def catalogue(renderer: Renderer) -> Iterator[object]:
    """Models with textures of many sizes, each seen once."""
    plain = RenderSettings(samples=1, occlusion=False)
    for number in count(1):
        side = (2048, 512, 1536, 1024)[number % 4]
        pixels = np.zeros((side, side, 3), np.uint8)
        pixels[number % side] = 200
        texture = Texture(image=Image(data=encode(pixels, "png"), mime_type="image/png"))
        document = placed(node(quad(Material(base_color_texture=TextureInfo(texture=texture)))))
        yield renderer.render(document, size=SIZE, settings=plain).detach()


def grown(cache_bytes: int, *steps: object) -> list[float]:
    """Bytes, see `growth`, in a process that does nothing else: what others let go of moves about in its memory too."""
    command = [sys.executable, "-c", GROWTH, ROOT, str(cache_bytes), *map(str, steps)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [float(line) for line in told.split()]


def test_two_processes_give_the_same_bytes() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", DIGEST, ROOT],
            env={**os.environ, "LP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "3")
    ]
    assert told[0] == told[1]
    assert told[0].split()[1] == "5"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("many", "few"), [(100, 16), pytest.param(10_000, 1_000, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_memory_stays_flat(many: int, few: int) -> None:
    of_frames, of_scenes = grown(1 << 20, "frames", many, "scenes", few)
    assert of_frames < 8 << 20
    assert of_scenes < 24 << 20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_models_that_are_gone_take_no_memory() -> None:
    """Though there is room for them: nobody can ask for them again. Begin and end are of one size."""
    (of_models,) = grown(1 << 30, "catalogue", 17)
    assert of_models < 24 << 20
