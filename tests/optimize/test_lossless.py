"""`lossless` on real models: equal pictures to the last bit from six sides and at five times, and never a larger file.

Triangles are drawn in one canonical order, because the same triangles in another order give other pixels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d.compare.flip import flip
from forge3d.document import Document, Mode
from forge3d.document.geometry import triangles
from forge3d.errors import Forge3DError
from forge3d.optimize import PRESETS, Unweld
from forge3d.optimize.vertices import index_accessor
from forge3d.render import Orbit, Renderer

SHORT = ["khronos/CesiumMilkTruck", "khronos/AnimatedMorphCube", "khronos/RiggedSimple", "khronos/BoxInterleaved",
         "khronos/SimpleSparseAccessor", "blender-io/18_variants"]  # fmt: skip
SIDES = [(0, 0), (90, 0), (180, 0), (270, 0), (0, 90), (0, -90)]
TIMES = (0.0, 0.25, 0.5, 0.75, 1.0)


def canonical(document: Document) -> Document:
    """The document with its triangles unwelded, and sorted by the bytes of their corners."""
    document = document.copy()
    document.apply(*(step for step in PRESETS["web"][:1]), Unweld())
    for mesh in document.meshes:
        for part in mesh.primitives:
            if part.mode is not Mode.TRIANGLES or not part.attributes:
                continue
            corners = triangles(part)
            columns = [a.array for _, a in sorted(part.attributes.items())]
            columns += [a.array for target in part.targets for _, a in sorted(target.items())]
            rows = np.concatenate(
                [np.ascontiguousarray(c[corners]).reshape(len(corners), 3, -1).view(np.uint8) for c in columns], axis=2
            )
            whole = rows.reshape(len(corners), -1)
            order = np.lexsort(whole.T[::-1])
            part.indices = index_accessor(corners[order].reshape(-1).astype(np.uint32), None)
    return document


def duration(document: Document) -> float:
    ends = [float(s.input.floats.max()) for a in document.animations[:1] for s in a.samplers if len(s.input)]
    return max(ends, default=0.0)


def models_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".glb", ".gltf"))


def assert_lossless(renderer: Renderer, path: Path, size: int = 96) -> None:
    before = Document.read(path)
    after = before.copy()
    plain = len(before.to_bytes())
    after.apply(*PRESETS["lossless"])
    assert len(after.to_bytes()) <= plain, path.name
    end = duration(before)
    pair = canonical(before), canonical(after)
    for time in [end * share for share in TIMES] if end else [None]:
        for yaw, pitch in SIDES if time in (None, 0.0) else SIDES[:1]:
            camera = renderer.fit(pair[0], Orbit(yaw=yaw, pitch=pitch), (size, size))
            frames = [renderer.render(d, camera=camera, size=(size, size), time=time).pixels for d in pair]
            assert np.array_equal(*frames), f"{path.name} from {yaw}°, {pitch}° at {time}"


@pytest.mark.parametrize("name", SHORT)
def test_named_models(shared_assets: Path, name: str) -> None:
    with Renderer() as renderer:
        for path in models_in(shared_assets / "models" / name)[:1]:
            assert_lossless(renderer, path)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_model(shared_assets: Path) -> None:
    done = 0
    with Renderer() as renderer:
        for path in models_in(shared_assets / "models"):
            try:
                canonical(Document.read(path))
            except Forge3DError:
                continue  # broken on purpose
            assert_lossless(renderer, path, 64)
            done += 1
    assert done > 100


@pytest.mark.parametrize("name", ["khronos/CesiumMilkTruck", "khronos/BoxInterleaved", "khronos/RiggedSimple"])
def test_the_archive_looks_the_same(shared_assets: Path, name: str) -> None:
    pytest.importorskip("flip_evaluator")
    path = models_in(shared_assets / "models" / name)[0]
    before = Document.read(path)
    after = before.copy()
    after.apply(*PRESETS["archive"])
    after = Document.read(after.to_bytes())
    with Renderer() as renderer:
        for yaw, pitch in ((30, 20), (200, -20)):
            camera = renderer.fit(before, Orbit(yaw=yaw, pitch=pitch), (256, 256))
            a, b = (renderer.render(d, camera=camera, size=(256, 256)).pixels for d in (before, after))
            assert (a != b).any(axis=2).mean() <= 0.01
            error = flip(a, b)
            assert error is not None
            assert error <= 0.002
