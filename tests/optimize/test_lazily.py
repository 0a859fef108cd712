"""What is imported late is there all the same, and only when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from forge3d import optimize
from forge3d.optimize.lazily import Lazily


def test_values_are_made_once_and_when_asked_for() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    table = Lazily(("b", "a"), make)
    assert list(table) == ["b", "a"]
    assert len(table) == 2
    assert "a" in table
    assert "c" not in table
    assert made == []
    assert table["a"] + table["a"] == "AA"
    assert made == ["a"]
    assert table.get("c") is None
    assert table == {"b": "B", "a": "A"}
    assert made == ["a", "b"]


@pytest.mark.parametrize("name", optimize.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(optimize, name) is not None
    assert name in dir(optimize)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        optimize.nothing_like_it  # noqa: B018


@pytest.mark.parametrize("first", ["forge3d.optimize.merge", "forge3d.optimize.partition", "forge3d.optimize.weld"])
def test_a_file_hides_no_function_of_its_name(first: str) -> None:
    asked = "from forge3d.optimize import Weld, merge, partition"
    code = f"import {first}; {asked}; print(callable(merge), callable(partition))"
    assert _printed(code) == "True True"


def test_a_preset_imports_its_own_transforms() -> None:
    code = """import sys
from forge3d.optimize.presets import preset
preset("lossless")
from forge3d.optimize import TRANSFORMS
print([step for step in TRANSFORMS if "forge3d.optimize." + step.replace("-", "_") in sys.modules])"""
    assert _printed(code) == "['dedup', 'prune', 'weld', 'reorder', 'resample', 'sparse']"


def _printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
