"""Draw the pictures of docs/light.md and docs/output.md: `python -m examples.doc_pictures FOLDER [STUDIO …]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

if __package__ in (None, ""):  # run as a file, not with -m
    sys.path.insert(0, str(Path(__file__).parent.parent))

import forge3d
from forge3d import images
from forge3d.render.closeups import CloseUps
from forge3d.render.matrix import Matrix, pictures
from forge3d.render.studio import STUDIOS

MODELS = Path(__file__).parent / "models"
SHOWN = (
    ("lounge_chair", "Oat"), ("headphones", "Silver and cognac"), ("headphones", "Graphite"), ("neon_jacket", "Cyan"),
)  # fmt: skip
SIZE = 300
BACKGROUNDS = {"dark": "#121214"}
NEAR = CloseUps(("Seat", "Pillow", "Base"), (3, 2))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.doc_pictures", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write studio_NAME.webp and closeups.webp")
    parser.add_argument("names", nargs="*", metavar="studio", help="only these; all, and the close-ups, by default")
    options = parser.parse_args(arguments)
    with forge3d.Renderer() as renderer:
        for studio in options.names or STUDIOS:
            save(options.folder / f"studio_{studio}.webp", np.concatenate(in_studio(renderer, studio), 1))
        if not options.names:
            made = close_ups(renderer)
            save(
                options.folder / "closeups.webp",
                np.concatenate([np.concatenate(made[at : at + 5], 1) for at in (0, 5)]),
            )


def in_studio(renderer: forge3d.Renderer, studio: str) -> list[np.ndarray]:
    """The example products side by side."""
    settings = forge3d.RenderSettings(quality="high", background=BACKGROUNDS.get(studio, "white"))
    camera = forge3d.Orbit(yaw=30, pitch=12, fill=0.86)
    return [
        renderer.render(
            forge3d.load(MODELS / f"{name}.glb"),
            camera=camera,
            environment=studio,
            size=(SIZE, SIZE),
            settings=settings,
            variant=variant,
        ).pixels
        for name, variant in SHOWN
    ]


def close_ups(renderer: forge3d.Renderer) -> list[np.ndarray]:
    """The armchair, three of its nodes, and the six parts of a grid."""
    chair = forge3d.load(MODELS / "lounge_chair.glb")
    matrix = Matrix({"hero": (35.0, 15.0)}, ((SIZE, SIZE),), close_ups=NEAR)
    settings = forge3d.RenderSettings(quality="high", background="white")
    return [made.pixels for made in pictures(renderer, chair, matrix, environment="softbox", settings=settings)]


def save(path: Path, pixels: np.ndarray) -> None:
    path.write_bytes(images.encode(pixels[..., :3], "webp", quality=85))
    print(path)


if __name__ == "__main__":
    main()
