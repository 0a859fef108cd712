"""Auditing: the checks that take thought, each alone, beside those of the published Khronos asset auditor.

    python -m benchmarks.auditing

Two nested tori, the inner one hidden, of 10, 100 and 500 thousand triangles in all, each with its own half of the
texture. A figure is the time of an audit that asks for one check, reading the file included,
after one that does not count. The auditor's is its own clock's, without the start of node; it gets 5 seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .harness import Comparison, Row, measure, save
from .validating import write_glb

NODE = ["node", "--max-old-space-size=8192", str(Path(__file__).parents[1] / "tests" / "peers" / "audit.mjs")]
TRIANGLES = (10_000, 100_000, 500_000)
PATIENCE = 5
CHECKS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "valid": ({"valid": {}}, {}),
    "uv_range": ({"uv_range": {}}, None),
    "uv_inverted": ({"uv_inverted": {}}, None),
    "uv_overlap": ({"uv_overlap": {}}, {"uvs": {"requireNotOverlapping": True}}),
    "uv_gutter": (
        {"uv_gutter": {"pixels": 8, "resolution": 1024}}, {"uvs": {"gutterWidth": {"resolution1024": 8}}},
    ),
    "manifold_edges": ({"manifold_edges": {}}, {"model": {"requireManifoldEdges": True}}),
    "beveled_edges": ({"beveled_edges": {}}, {"model": {"requireBeveledEdges": True}}),
    "dimensions": ({"dimensions": {}}, None),
    "hidden_geometry": ({"hidden_geometry": {"maximum": 100}}, None),
}  # fmt: skip
"""By check: the table of our profile, and what the auditor's schema demands, where it has such a check."""


def write_tori(path: Path, triangles: int) -> None:
    """A GLB of two nested tori of about so many triangles together."""
    side = round((triangles / 4) ** 0.5)
    u, v = (part.ravel() for part in np.meshgrid(*[np.linspace(0, 1, side + 1)] * 2, indexing="ij"))
    around, about = 2 * np.pi * u, 2 * np.pi * v
    normals = np.stack([np.cos(about) * np.cos(around), np.sin(about), np.cos(about) * np.sin(around)], axis=1)
    ring = np.stack([np.cos(around), np.zeros_like(u), np.sin(around)], axis=1)
    corner = np.arange((side + 1) ** 2).reshape(side + 1, side + 1)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    faces = np.stack([a, b, c, a, c, d], axis=-1).ravel()
    halves = [np.stack([0.49 * u + start, 1 - v], axis=1) for start in (0.0, 0.51)]
    write_glb(path, [
        np.concatenate([ring + radius * normals for radius in (0.4, 0.3)]).astype(np.float32),
        np.concatenate([normals, normals]).astype(np.float32),
        np.concatenate(halves).astype(np.float32),
        np.concatenate([faces, faces + len(u)]).astype(np.uint32),
    ])  # fmt: skip


def audit_forge3d(path: Path, table: dict[str, Any]) -> object:
    from forge3d.audit import Profile, audit

    return audit(path, Profile.of(table))


def audit_khronos(path: Path, demanded: dict[str, Any]) -> float:
    """Seconds by the auditor's own clock."""
    schema = path.with_suffix(".json")
    schema.write_text(json.dumps({"version": "1.0.5", **demanded}))
    order = json.dumps([[[str(path)], str(schema), None]])
    done = subprocess.run(NODE, input=order, capture_output=True, text=True, check=True, timeout=PATIENCE)
    (told,) = json.loads(done.stdout)
    if "error" in told:
        raise RuntimeError(told["error"])
    return float(told["milliseconds"]) / 1000


def row(path: Path, triangles: int, check: str, table: dict[str, Any], demanded: dict[str, Any] | None) -> Row:
    """One check on one mesh."""
    contender = {"forge3d": partial(audit_forge3d, path, table)}
    found = measure(f"{triangles:,} triangles: {check}", contender, turns=1)
    found.seconds["asset auditor"] = None
    if demanded is None:
        found.failures["asset auditor"] = "not a test of its own"
        return found
    try:
        found.seconds["asset auditor"] = audit_khronos(path, demanded)
    except (RuntimeError, subprocess.SubprocessError) as error:
        found.failures["asset auditor"] = type(error).__name__
    return found


def by_size(rows: list[Row]) -> str:
    """Milliseconds of each check by the mesh's size, as a table; `>` where the auditor did not come to an end."""
    heads = [f"{triangles:,}" for triangles in TRIANGLES]
    out = [f"| check | {' | '.join(heads)} | auditor {' | auditor '.join(heads)} |", "|---|" + "---:|" * 2 * len(heads)]
    for check in dict.fromkeys(row.name.partition(": ")[2] for row in rows):
        same = [row for row in rows if row.name.endswith(f": {check}")]
        ours = [f"{1e3 * (row.seconds['forge3d'] or 0):,.0f}" for row in same]
        out.append(f"| {check} | {' | '.join(ours)} | {' | '.join(map(_theirs, same))} |")
    return "\n".join(out)


def _theirs(row: Row) -> str:
    seconds = row.seconds["asset auditor"]
    if seconds is not None:
        return f"{1e3 * seconds:,.0f}"
    return f"> {PATIENCE:,},000" if row.failures["asset auditor"] == "TimeoutExpired" else "–"


def main() -> None:
    """Measure, and write results/auditing.md."""
    found = Comparison("Checks alone", "forge3d")
    with tempfile.TemporaryDirectory() as scratch:
        slow: set[str] = set()
        for triangles in TRIANGLES:
            path = Path(scratch) / f"{triangles}.glb"
            write_tori(path, triangles)
            for check, (table, demanded) in CHECKS.items():
                print(triangles, check, file=sys.stderr)
                found.rows.append(row(path, triangles, check, table, None if check in slow else demanded))
                if check in slow:  # what did not end on a smaller mesh does not on this one
                    found.rows[-1].failures["asset auditor"] = "TimeoutExpired"
                elif found.rows[-1].failures.get("asset auditor") == "TimeoutExpired":
                    slow.add(check)
    found.note = f"{(__doc__ or '').split(chr(10) * 2)[-1].strip()}\n\nMilliseconds:\n\n{by_size(found.rows)}"
    print(save("auditing", [found], ["forge3d", "numpy", "embreex"]))


if __name__ == "__main__":
    main()
