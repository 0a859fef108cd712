"""Write the example models as GLB files: `python -m examples.make OUTDIR [NAME …]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __package__ in (None, ""):  # run as a file, not with -m
    sys.path.insert(0, str(Path(__file__).parent.parent))

from examples import NAMES, product


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.make", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; made if it is not there")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which models: {', '.join(NAMES)}; all by default")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(NAMES))
    if unknown:
        parser.error(f"no model is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or NAMES:
        document = product(name).document()
        path = options.folder / f"{name}.glb"
        document.write(path)
        triangles = sum(len(p.indices) // 3 for m in document.meshes for p in m.primitives if p.indices is not None)
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {triangles:,} triangles")


if __name__ == "__main__":
    main()
