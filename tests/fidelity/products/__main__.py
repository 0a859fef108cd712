"""Writes the products: `python -m tests.fidelity.products FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from . import NAMES, product

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name in NAMES:
    path = folder / f"{name}.glb"
    product(name).write(path)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
