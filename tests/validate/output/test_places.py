from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.validate.output.places import find_lines

TEXT = """{
  "asset": {"version": "2.0"},
  "nodes": [
    {"name": "a, [b] {c}: \\"d\\""},
    {
      "a/b": [1,
        2], "~": null
    }
  ]
}
"""


def test_lines_of_pointers(tmp_path: Path) -> None:
    path = tmp_path / "a.gltf"
    path.write_text(TEXT)
    expected = {
        "/": 1, "/asset": 2, "/asset/version": 2, "/nodes": 3, "/nodes/0": 4, "/nodes/0/name": 4, "/nodes/1": 5,
        "/nodes/1/a~1b": 6, "/nodes/1/a~1b/0": 6, "/nodes/1/a~1b/1": 7, "/nodes/1/~0": 7,
        "/nodes/1/missing/deep": 5, "/meshes": 1,
    }  # fmt: skip
    assert find_lines(path, expected) == expected


def test_what_has_no_lines(tmp_path: Path) -> None:
    binary = tmp_path / "a.gltf"
    binary.write_bytes(b"\xff\xfe")
    assert find_lines(binary, ["/nodes"]) == {}
    assert find_lines(tmp_path / "missing.gltf", ["/nodes"]) == {}
    assert find_lines(tmp_path / "a.glb", ["/nodes"]) == {}
    binary.write_text('{"nodes": [}]')
    assert find_lines(binary, ["/nodes/0", "/x"]) == {"/nodes/0": 1, "/x": 1}


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def pointers(value: Any, here: str = "") -> list[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [here] if here else []
    for name, member in members:
        found += pointers(member, f"{here}/{str(name).replace('~', '~0').replace('/', '~1')}")
    return found


@settings(max_examples=100, deadline=None)
@given(value=st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_each_value_has_a_line_of_its_own_where_each_is_written_on_one(value: Any, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("places") / "a.gltf"
    path.write_text(json.dumps(value, indent=1))
    wanted = [pointer for pointer in pointers(value) if pointer.rstrip("/") == pointer]
    lines = find_lines(path, wanted)
    assert len(set(lines.values())) == len(set(wanted))
    assert sorted(wanted, key=lines.__getitem__) == wanted
