"""A frame's facts as files: .npz (NumPy), .exr (OpenEXR, the extra `exr`), or a folder of 16-bit PNGs.

Channels of the .exr are named as compositing programs expect them: R, G, B, A (the picture, display-linear,
premultiplied), Z, N.X, N.Y, N.Z, P.X, …, albedo.R, …, alpha, uv.U, uv.V, objects, materials (uint32).
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import images
from ..document import Document
from ..document.output import make_folder, write_files
from ..errors import DependencyMissing, OutputError, RecipeError
from .frame import FACTS, Frame
from .tonemap import srgb_decoded, srgb_encoded

_CHANNELS = {
    "depth": ("Z",),
    "normals": ("N.X", "N.Y", "N.Z"),
    "positions": ("P.X", "P.Y", "P.Z"),
    "object_ids": ("objects",),
    "material_ids": ("materials",),
    "albedo": ("albedo.R", "albedo.G", "albedo.B"),
    "alpha": ("alpha",),
    "uvs": ("uv.U", "uv.V"),
}


def save(frame: Frame, path: Path, names: Sequence[str] = FACTS, document: Document | None = None) -> list[Path]:
    """Write facts; the suffix chooses the form, see above. Returns the paths written.

    A folder also gets `facts.json`: what the numbers of each picture mean, and, with the document, the names of nodes
    and materials by their ids.

    Raises:
        RecipeError: an unknown fact or suffix.
        DependencyMissing: .exr without the package OpenEXR.
        OutputError: a file cannot be written.
    """
    check(path, names)
    facts = {name: getattr(frame, name) for name in names}
    suffix = path.suffix.lower()
    if suffix == ".npz":
        out = io.BytesIO()
        np.savez_compressed(out, **facts)
        files = {path: out.getvalue()}
    elif suffix == ".exr":
        files = {path: _exr(frame, facts)}
    else:
        make_folder(path)
        files = _pictures(facts, path, document)
    write_files(files)
    return list(files)


def check(path: Path, names: Sequence[str]) -> None:
    """Raise `RecipeError` where a fact or the suffix is not known: before anything is drawn."""
    unknown = [name for name in names if name not in FACTS]
    if unknown or not names:
        raise RecipeError(f"facts {', '.join(unknown) or '(none)'}: takes {', '.join(FACTS)}")
    if path.suffix.lower() not in (".npz", ".exr", ""):
        raise RecipeError(f"{path}: facts take .npz, .exr, or a folder's name for PNGs")


def _exr(frame: Frame, facts: dict[str, npt.NDArray[Any]]) -> bytes:
    try:
        import OpenEXR
    except ImportError as error:
        raise DependencyMissing("EXR needs the package OpenEXR: pip install 'forge3d[exr]'") from error
    colour = srgb_decoded(frame.pixels[..., :3] / 255).astype(np.float32)
    alpha = frame.pixels[..., 3].astype(np.float32) / np.float32(255)
    channels = {name: np.ascontiguousarray(colour[..., i] * alpha) for i, name in enumerate("RGB")} | {"A": alpha}
    for name, values in facts.items():
        planes = values[..., None] if values.ndim == 2 else values
        channels |= {label: np.ascontiguousarray(planes[..., i]) for i, label in enumerate(_CHANNELS[name])}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with TemporaryDirectory() as folder, OpenEXR.File(header, channels) as file:
        path = Path(folder, "facts.exr")
        try:
            file.write(str(path))
        except RuntimeError as error:  # how the library tells of a full disk
            raise OutputError(f"{path} could not be written: {error}") from error
        return path.read_bytes()


def _pictures(facts: dict[str, npt.NDArray[Any]], folder: Path, document: Document | None) -> dict[Path, bytes]:
    files: dict[Path, bytes] = {}
    meanings: dict[str, Any] = {}
    for name, values in facts.items():
        pixels, meanings[name] = _as_picture(name, values)
        files[folder / f"{name}.png"] = images.encode(pixels, "png", srgb=name == "albedo")
    if document is not None:
        meanings["objects"] = {index: node.name for index, node in enumerate(document.nodes, 1)}
        meanings["materials"] = {index: material.name for index, material in enumerate(document.materials, 1)}
    return {**files, folder / "facts.json": json.dumps(meanings, indent=2).encode()}


def _as_picture(name: str, values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint16], dict[str, Any]]:
    """16-bit pixels, and what 0 and 65535 of them stand for."""
    if name in ("object_ids", "material_ids"):
        return np.minimum(values, 65535).astype(np.uint16)[..., None], {"unit": "id, 0 for none"}
    if name == "albedo":
        return _steps(srgb_encoded(values), 0, 1), {"unit": "sRGB", "black": 0, "white": 1}
    planes = values[..., None] if values.ndim == 2 else values
    if name == "uvs":
        planes = np.concatenate([planes, np.zeros_like(planes[..., :1])], axis=-1)  # a PNG has no two colours
    finite = planes[np.isfinite(planes)]
    low, high = {"normals": (-1.0, 1.0), "alpha": (0.0, 1.0)}.get(
        name, (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    )
    unit = {"depth": "metres", "positions": "metres"}.get(name, "")
    return _steps(planes, low, high), {"unit": unit, "black": low, "white": high}


def _steps(values: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint16]:
    parts = (np.clip(values, low, high) - low) / ((high - low) or 1.0)
    return np.asarray(parts * 65535 + 0.5).astype(np.uint16)
