"""The rooms import one way, heavy packages are imported where they are needed, and the program starts quickly."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.document import Accessor, Document, Image, Material, Mesh, Node, Primitive, Scene, Texture, TextureInfo

PACKAGE = Path(__file__).parent.parent / "src" / "forge3d"

_MAKERS = {"optimize", "lod", "audit", "render", "export"}
_CORE = {"gltf", "images", "document"}
ALLOWED = {
    "errors": set(),
    "workers": set(),
    "cache": set(),
    "webpage": set(),
    "heap": set(),
    "skus": set(),
    "judging": {"gltf", "validate", "audit"},
    "gltf": set(),
    "images": {"native"},
    "validate": {
        "workers",
        "gltf",
        "images.headers",
        "images.ktx2_header",
        "images.ktx2_layout",
        "images.basis",
        "images.webp_chunks",
        "images.avif_items",
        "images.av1_header",
    },
    "compare": set(),
    "native": set(),
    "surface": {"native"},
    "light": {"native"},
    "document": {"gltf", "images", "native"},
    "optimize": _CORE | {"native", "surface"},
    "lod": _CORE | {"native", "surface", "optimize"},
    "audit": _CORE | {"validate", "surface"},
    "render": _CORE | {"surface", "light", "cache", "heap"},
    "export": _CORE,
    "stage": _CORE | {"native", "render"},
    "dress": _CORE | {"native", "surface", "optimize"},
    "likeness": _CORE | {"compare", "render", "webpage"},
    "bench": _CORE | {"render", "webpage"},
    "pipeline": _CORE | _MAKERS | {"dress", "validate", "compare", "workers", "cache", "heap", "skus", "webpage"},
    "cli": _CORE
    | _MAKERS
    | {"validate", "compare", "likeness", "dress", "stage", "bench", "pipeline", "aws", "farm", "serve"},
}
for outer in ("aws", "farm", "serve"):
    ALLOWED[outer] = _CORE | {"pipeline", "validate", "skus"}

# Optional or slow to import: only inside the function that needs them.
HEAVY = {"moderngl", "glcontext", "trimesh", "pygltflib", "DracoPy", "meshopt", "opengl_basisu",
         "embreex", "av", "OpenEXR", "flip_evaluator", "xatlas", "boto3", "celery", "pxr", "rich"}  # fmt: skip


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Every absolute module name that a file imports, and whether at its top level (run when it is imported)."""
    tree = ast.parse(path.read_text())
    package = ("forge3d", *path.relative_to(PACKAGE).parts[:-1])
    lazy = {
        id(node)
        for holder in ast.walk(tree)
        if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef) or _is_type_checking(holder)
        for node in ast.walk(holder)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in lazy
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            for alias in node.names:
                module = f"{base}{node.module or ''}".rstrip(".")
                yield (f"{module}.{alias.name}" if module.startswith("forge3d") else module), id(node) not in lazy


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room == "__init__":
        return  # the front door names every room
    allowed = ALLOWED[room]
    for name, _ in imported(path):
        parts = name.split(".")
        if parts[0] != "forge3d" or len(parts) == 1:
            continue
        target = parts[1]
        reached = {target, ".".join(parts[1:3])}
        public = {"errors", "__version__", room}
        assert reached & (allowed | public), (
            f"{path.relative_to(PACKAGE)} imports {name}: {room} may use {sorted(allowed)}"
        )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions(path: Path) -> None:
    for name, at_top in imported(path):
        assert not (at_top and name.split(".")[0] in HEAVY), f"{path.name} imports {name} when it is imported itself"


def test_every_room_is_in_the_rules() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms <= set(ALLOWED)


def test_import_brings_nothing_heavy() -> None:
    code = "import sys, forge3d; print([m for m in sys.modules if m.split('.')[0] in %r])" % (HEAVY | {"numpy", "PIL"})
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def brought(*arguments: str | Path) -> set[str]:
    """The modules that are there when a command ends, packages and their parts; its output is no terminal."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('modules:', *sys.modules))\n"
        "from forge3d.cli import main; main()"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(out.rpartition("modules: ")[2].split())


def test_help_brings_nothing_heavy() -> None:
    # The time itself is measured by hand; what makes it slow is importing these.
    assert not brought("--help") & ((HEAVY - {"rich"}) | {"numpy", "PIL"})


def test_a_command_brings_its_own_file_only() -> None:
    alone = {name.rpartition(".")[2] for name in brought("info", "--help") if name.startswith("forge3d.cli.")}
    assert alone >= {"app", "inspect"}
    assert not alone & {"audit", "build", "diff", "doctor", "lod", "optimize", "render", "validate"}
    assert not brought("optimize", "--help") & {"numpy", "forge3d.document", "forge3d.optimize"}


def test_optimizing_geometry_brings_what_it_uses(tmp_path: Path) -> None:
    """What is drawn on terminals, what reads pictures, other codecs and other rooms stay out until they are needed."""
    source, plain = tmp_path / "a.glb", ("--step", "prune:solid=1", "--step", "dedup", "--step", "weld")
    source.write_bytes(textured())
    modules = brought("optimize", source, tmp_path / "b.glb", *plain, "--step", "quantize", "--step", "compress")
    assert "meshopt" in modules
    assert not modules & {"rich", "PIL", "DracoPy", "trimesh", "moderngl", "hashlib", "tempfile", "logging"}
    assert not modules & {
        f"forge3d.{room}" for room in ("audit", "lod", "pipeline", "render", "validate", "images.ktx2")
    }
    assert "forge3d.optimize.simplify" not in modules
    assert "PIL" in brought("optimize", source, tmp_path / "c.glb", "--step", "textures:format=webp")


def textured() -> bytes:
    """A triangle with a picture of noise, too large to be one of a single colour."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    texture = Texture(image=Image(images.encode(noise, "png")))
    part = Primitive(
        attributes={"POSITION": Accessor(positions), "TEXCOORD_0": Accessor(positions[:, :2])},
        indices=Accessor(np.arange(3, dtype=np.uint16)),
        material=Material(base_color_texture=TextureInfo(texture=texture)),
    )
    node = Node(mesh=Mesh(primitives=[part]))
    return Document(nodes=[node], scenes=[Scene(nodes=[node])]).to_bytes()
