"""The zip: the same bytes each time, nothing native, and nothing missing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge3d.aws.intake import packing
from forge3d.aws.intake.__main__ import main
from forge3d.errors import DependencyMissing, OutputError


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packing.write_zip(tmp_path_factory.mktemp("package") / "intake.zip")


def test_the_same_files_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = packing.write_zip(tmp_path / "again.zip")
    assert again.read_bytes() == package.read_bytes()
    assert os.listdir(tmp_path) == ["again.zip"]


def test_it_is_small_and_pure(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
    assert package.stat().st_size < 2_000_000
    assert {name.rpartition("/")[2].rpartition(".")[2] for name in names if ".dist-info/" not in name} == {"py"}
    licences = [name for name in names if name.endswith("LICENSE")]
    assert {name.partition("-")[0] for name in licences} == {"aws_lambda_powertools", "jmespath", "typing_extensions"}


def _imports(name: str, source: str) -> Iterator[str]:
    """Modules that a file names in imports, but for those that only type checkers follow, and for what packages' front
    doors import when they are asked for it: the function asks for none."""
    package = name.rpartition("/")[0].replace("/", ".")
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.FunctionDef) and name.endswith("__init__.py"):
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def test_its_modules_import_nothing_that_is_not_in_it(package: Path) -> None:
    runtime = {"boto3", "botocore"}  # of AWS's own Python runtime
    with zipfile.ZipFile(package) as archive:
        mine = {name for name in archive.namelist() if name.startswith("forge3d/")}
        sources = {name: archive.read(name).decode() for name in mine}
    for name, source in sources.items():
        for module in set(_imports(name, source)):
            top = module.partition(".")[0]
            if top == "forge3d":
                path = module.replace(".", "/")
                assert {f"{path}.py", f"{path}/__init__.py"} & mine, f"{name} imports {module}"
            else:
                known = sys.stdlib_module_names | runtime | {"aws_lambda_powertools"}
                assert top in known, f"{name} imports {module}"


def test_a_missing_dependency_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_VENDORED", ("no-such-distribution",))
    with pytest.raises(DependencyMissing, match=r"forge3d\[intake\]"):
        packing.write_zip(tmp_path / "intake.zip")
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken.zip").mkdir()
    with pytest.raises(OutputError, match=r"taken\.zip"):
        packing.write_zip(tmp_path / "taken.zip")
    assert os.listdir(tmp_path) == ["taken.zip"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "intake.zip")]) == 0
    assert packing.HANDLER in capsys.readouterr().out
    assert main([]) == main(["intake.tar"]) == 2
    assert main([str(tmp_path / "nowhere" / "intake.zip")]) == 4
    command = [sys.executable, "-m", "forge3d.aws.intake", str(tmp_path / "other.zip")]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    assert (tmp_path / "other.zip").read_bytes() == (tmp_path / "intake.zip").read_bytes()
