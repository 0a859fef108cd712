"""Path traces a scene with Blender Cycles; our own materials are set up there as glTF describes them.

python -m tests.fidelity.reference SCENES.json FOLDER [--scene NAME …] [--samples N] [--times N] [--environment FILE]

Writes NAME.webp, the mean of several renderings with other noise, and says how much noise they leave. Blender (3.4 and
its own glTF importer) must be on PATH. What the nodes are: `cycles.py`; the products' light: `room.py`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d import images
from forge3d.compare.picture import over
from forge3d.document import Document, Material, TextureInfo, Wrap
from forge3d.errors import UnsupportedFeature
from forge3d.render.tonemap import srgb_encoded

from .tables import WIDTHS, cloth_weights, mirror_albedos

Floats = npt.NDArray[np.float32]
UNKNOWN = ("anisotropy", "diffuse_transmission", "dispersion", "iridescence", "specular_glossiness", "volume_scatter")
"""Layers that no nodes are made for."""


def render(scene: dict[str, Any], model: Path, environment: Path, *, samples: int, seed: int = 0) -> Floats:
    """The scene's picture `(h, w, 4)`: linear light times alpha.

    Args:
        scene: an entry of scenes.json.
        samples: of each pixel; no noise is filtered out.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = Document.read(model)
        found = list(document.materials)
        described = [_described(material, folder, number) for number, material in enumerate(found)]
        bare = [Material(name=str(number)) for number in range(len(found))]
        for mesh in document.meshes:
            for primitive in mesh.primitives:
                primitive.variants = []
                primitive.material = None if primitive.material is None else bare[found.index(primitive.material)]
        document.materials, document.variants = bare, []
        document.textures, document.images, document.samplers = [], [], []
        document.write(folder / "model.glb")
        job = {
            **{key: scene[key] for key in ("orbit", "target", "vertical_fov", "size")},
            "model": str(folder / "model.glb"),
            "environment": str(environment.absolute()),
            "out": str(folder / "picture.npy"),
            "samples": samples,
            "seed": seed,
            "materials": described,
            "velvet": WIDTHS,
        }
        (folder / "job.json").write_text(json.dumps(job))
        # Blender comes with the system's Python: one of a virtual environment before it on PATH is not for it.
        path = os.pathsep.join(["/usr/bin", os.environ.get("PATH", "")])
        script = Path(__file__).with_name("cycles.py")
        command = [_blender(), "-b", "--factory-startup", "-noaudio", "--python-exit-code", "1", "-P", str(script)]
        done = subprocess.run(
            [*command, "--", str(folder / "job.json")],
            env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=3600, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"Blender: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return np.asarray(np.load(folder / "picture.npy"))


def shown(picture: Floats) -> npt.NDArray[np.uint8]:
    """What a viewer without a tone map shows: straight alpha, clipped at one, sRGB."""
    alpha = np.clip(picture[..., 3:], 0, 1)
    straight = srgb_encoded(np.clip(picture[..., :3] / np.maximum(alpha, 1e-6), 0, 1))
    return np.asarray(np.rint(np.concatenate([straight, alpha], -1) * 255), np.uint8)


def noise(pictures: Sequence[Floats]) -> float:
    """10 · log10 of the mean squared error left in their mean, by how far they are from each other, on white."""
    on_white = [over(shown(picture) / np.float32(255), 1.0) for picture in pictures]
    return 10 * math.log10(float(np.var(on_white, axis=0, ddof=1).mean()) / len(pictures))


def _blender() -> str:
    found = shutil.which("blender")
    if found is None:
        raise FileNotFoundError("blender is not on PATH (Debian: apt-get install blender)")
    return found


def _described(material: Material, folder: Path, number: int) -> dict[str, Any]:
    """What `cycles.py` needs to know of a material; pictures and tables lie in the folder."""
    for name, _ in material.layers():
        if name in UNKNOWN:
            raise UnsupportedFeature(name, "the reference knows no such layer")
    pictures = {}
    for slot in material.textures():
        if slot.path != "occlusion_texture":
            scale = slot.info.scale if slot.path.endswith("normal_texture") else 1.0
            pictures[slot.path] = _picture(slot.info, folder / f"{number}-{slot.path}", slot.srgb, scale)
    ior = material.ior.ior if material.ior else 1.5
    f0 = ((ior - 1) / (ior + 1)) ** 2
    strength = 1.0
    if material.specular is not None:
        if len(set(material.specular.color_factor)) > 1 or material.specular.color_texture is not None:
            raise UnsupportedFeature("specularColor", "the path-traced reference knows no coloured reflections")
        strength = material.specular.factor
        f0 = min(f0 * material.specular.color_factor[0], 1.0)
    described: dict[str, Any] = {
        "color": material.base_color_factor,
        "metallic": material.metallic_factor,
        "roughness": material.roughness_factor,
        "emissive": material.emissive_factor,
        "emissive_strength": material.emissive_strength.strength if material.emissive_strength else 1.0,
        "alpha": str(material.alpha_mode),
        "cutoff": material.alpha_cutoff,
        "unlit": material.unlit is not None,
        "ior": ior,
        "f0": f0,
        "specular": strength,
        "albedos": _saved(folder / f"{number}-albedos.npy", mirror_albedos(f0)),
        "pictures": pictures,
    }
    if (coat := material.clearcoat) is not None:
        described["coat"] = {"factor": coat.factor, "roughness": coat.roughness_factor}
        described["coat"]["albedos"] = _saved(folder / f"{number}-coat.npy", mirror_albedos(0.04))
    if (sheen := material.sheen) is not None:
        steps = [sheen.roughness_factor] if sheen.roughness_texture is None else np.linspace(0, 1, 16)
        tables = [np.column_stack(cloth_weights(roughness)).T for roughness in steps]
        described["sheen"] = {"color": sheen.color_factor, "roughness": sheen.roughness_factor}
        described["sheen"]["lobes"] = _saved(folder / f"{number}-sheen.npy", np.stack(tables, 1))
    if (transmission := material.transmission) is not None:
        described["transmission"] = transmission.factor
        volume = material.volume
        described["thick"] = volume is not None and volume.thickness_factor > 0
        if volume is not None and described["thick"] and volume.attenuation_distance:
            color = np.maximum(volume.attenuation_color, 1e-6)
            described["absorption"] = (-np.log(color) / volume.attenuation_distance).tolist()
    return described


def _saved(path: Path, table: Any) -> str:
    np.save(path, np.asarray(table, np.float32))
    return str(path)


def _picture(info: TextureInfo, path: Path, srgb: bool, scale: float) -> dict[str, Any]:
    if info.transform is not None:
        raise UnsupportedFeature("KHR_texture_transform", "the path-traced reference knows no such thing")
    assert info.texture is not None
    assert info.texture.image is not None
    pixels = np.asarray(info.texture.image.pixels)
    if scale != 1:  # the normal's x and y are scaled, not its strength
        normal = pixels[..., :3] / 255 * 2 - 1
        normal[..., :2] *= scale
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        pixels = np.rint((normal * 0.5 + 0.5) * 255).astype(np.uint8)
    path = path.with_suffix(".png")
    path.write_bytes(images.encode(pixels, "png", srgb=False))
    sampler = info.texture.sampler
    wrap = sampler.wrap_s if sampler is not None else Wrap.REPEAT
    return {"file": str(path), "uv": info.tex_coord, "srgb": srgb, "repeat": wrap != Wrap.CLAMP_TO_EDGE}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("folder", type=Path, help="where NAME.png are written")
    parser.add_argument("--scene", action="append", help="only this one")
    parser.add_argument("--samples", type=int, default=96)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--environment", type=Path, help="in place of the scenes' own")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for scene in json.loads(options.scenes.read_text()):
        if not options.scene or scene["name"] in options.scene:
            environment = options.environment or options.scenes.parent / scene["environment"]
            out = options.folder / f"{scene['name']}.webp"
            model = options.scenes.parent / scene["model"]
            pictures: list[Floats] = []
            for seed in range(options.times):
                pictures.append(render(scene, model, environment, samples=options.samples, seed=seed))
                out.write_bytes(images.encode(shown(np.mean(pictures, axis=0)), "webp", lossless=True))
                if seed:
                    print(f"{out}: {(seed + 1) * options.samples} samples, noise {noise(pictures):.1f} dB", flush=True)


if __name__ == "__main__":
    main()
