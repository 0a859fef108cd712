"""`forge3d validate` as a pipeline meets it: formats, files, rules chosen, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from forge3d.cli import main
from forge3d.validate.output import FORMATS


@dataclass
class Run:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path, cwd: Path) -> Run:
    """The program in this process, which is quicker than starting one for each case."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["forge3d", "validate", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    return Run(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One faultless model, one with an error, one with information only."""
    (tmp_path / "good.gltf").write_text('{"asset": {"version": "2.0"}}')
    (tmp_path / "bad.gltf").write_text('{"asset": {"version": "2.0"}, "scene": 3}')
    (tmp_path / "idle.gltf").write_text('{"asset": {"version": "2.0"}, "nodes": [{}], "scenes": [{"nodes": [0]}]}')
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.gltf"], 0),
        (["bad.gltf"], 1),
        (["."], 1),
        (["idle.gltf"], 0),
        (["idle.gltf", "--fail-on", "information"], 1),
        (["idle.gltf", "--fail-on", "warning"], 0),
        (["idle.gltf", "--severity", "NODE_EMPTY=error"], 1),
        (["bad.gltf", "--ignore", "UNRESOLVED_*"], 0),
        (["bad.gltf", "--only", "NODE_*"], 0),
        (["bad.gltf", "--ignore", "NO_SUCH_RULE"], 2),
        (["bad.gltf", "--severity", "NODE_EMPTY"], 2),
        (["bad.gltf", "--severity", "NODE_EMPTY=fatal"], 2),
        (["bad.gltf", "--format", "xml"], 2),
        (["bad.gltf", "--json", "--format", "sarif"], 2),
        (["bad.gltf", "--report", "sarif"], 2),
        (["missing.gltf"], 3),
        (["good.gltf", "--output", "good.gltf"], 4),
        (["good.gltf", "--report", "json=missing/report.json"], 4),
    ],
)
def test_exit_codes(arguments: list[str], code: int, folder: Path) -> None:
    result = run(*arguments, cwd=folder)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert (folder / "good.gltf").read_text() == '{"asset": {"version": "2.0"}}'


def test_a_file_that_cannot_be_read_leaves_the_others_their_turn(folder: Path) -> None:
    os.mkfifo(folder / "a.glb")
    result = run("a.glb", "bad.gltf", cwd=folder)
    assert result.returncode == 3
    lines = result.stdout.splitlines()
    assert lines[0] == "✗ a.glb: is not a regular file"
    assert lines[1].startswith("✗ bad.gltf")
    result = run("missing.glb", "bad.gltf", "--json", cwd=folder)
    assert result.returncode == 3
    bad, missing = json.loads(result.stdout)
    assert bad["issues"]["numErrors"] == 1
    assert missing["error"]["message"] == "missing.glb: cannot be read: No such file or directory"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_goes_to_standard_output_or_a_file(name: str, folder: Path) -> None:
    printed = run(".", "--format", name, cwd=folder)
    written = run(".", "--format", name, "--output", "report", cwd=folder)
    assert (printed.returncode, written.returncode) == (1, 1)
    assert written.stdout == ""
    if name != "junit":  # it holds times
        assert (folder / "report").read_text("utf-8") == printed.stdout
    assert "UNRESOLVED_REFERENCE" in printed.stdout


def test_several_reports_of_one_run(folder: Path) -> None:
    result = run(".", "--format", "github", "--report", "sarif=a.sarif", "--report", "junit=a.xml", cwd=folder)
    assert result.returncode == 1
    assert result.stdout.startswith("::error file=bad.gltf,line=1,title=UNRESOLVED_REFERENCE::/scene")
    found = json.loads((folder / "a.sarif").read_text())["runs"][0]["results"]
    assert {entry["ruleId"] for entry in found} == {"UNRESOLVED_REFERENCE", "NODE_EMPTY"}
    assert ElementTree.parse(folder / "a.xml").getroot()[0].attrib["failures"] == "1"


def test_json_stays_what_it_was(folder: Path) -> None:
    result = run("bad.gltf", "--json", cwd=folder)
    assert result.stdout == run("bad.gltf", "--format", "json", cwd=folder).stdout
    (report,) = json.loads(result.stdout)
    assert report["issues"]["numErrors"] == 1


def test_a_pipe_gets_the_report_as_it_is(folder: Path) -> None:
    program = [sys.executable, "-c", "from forge3d.cli import main; main()"]
    command = [*program, "validate", "bad.gltf", "--format", "json", "--output", "/dev/stdout"]
    result = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)
    assert result.returncode == 1
    assert json.loads(result.stdout)[0]["uri"] == "bad.gltf"


def test_an_interrupt_ends_the_workers_too(folder: Path) -> None:
    for i in range(2000):
        (folder / f"{i}.gltf").write_text('{"asset": {"version": "2.0"}}')
    code = "from forge3d.cli import main; main()"
    command = [sys.executable, "-u", "-c", code, "validate", ".", "--jobs", "2"]

    def heed() -> None:  # a test run in the background hands on that it ignores interrupts
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, preexec_fn=heed) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the first file is judged
        threads = Path(f"/proc/{process.pid}/task").glob("*/children")
        workers = [worker for thread in threads for worker in thread.read_text().split()]
        assert workers
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(30) == 130
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_the_recipe_s_keys_count_and_flags_come_on_top(folder: Path) -> None:
    recipe = folder / "forge3d.toml"
    recipe.write_text('[validate]\nignore = ["UNRESOLVED_*"]\nseverity = { NODE_EMPTY = "warning" }\n')
    assert run(".", cwd=folder).returncode == 0
    assert run(".", "--fail-on", "warning", cwd=folder).returncode == 1
    assert run(".", "--fail-on", "warning", "--severity", "NODE_EMPTY=hint", cwd=folder).returncode == 0
    recipe.write_text('[validate]\nfail_on = "information"\n')
    assert run("idle.gltf", cwd=folder).returncode == 1
    recipe.rename(folder / "other.toml")
    assert run("idle.gltf", "--recipe", "other.toml", cwd=folder).returncode == 1
    (folder / "other.toml").write_text('[validate]\nfail_on = "never"\n')
    result = run("idle.gltf", "--recipe", "other.toml", cwd=folder)
    assert result.returncode == 2
    assert "validate.fail_on = 'never', but it takes one of error, hint, information, warning" in result.stderr


def test_workers_give_the_same_output(folder: Path) -> None:
    alone, many = (run(".", "--format", "sarif", "--jobs", jobs, cwd=folder).stdout for jobs in ("1", "3"))
    assert alone == many
    assert alone == run(".", "--format", "sarif", cwd=folder).stdout


def test_formats_are_those_of_the_library() -> None:
    from forge3d.cli.validate import Format, Level
    from forge3d.validate.selection import SEVERITIES

    assert [str(name) for name in Format] == list(FORMATS)
    assert [str(name) for name in Level] == list(SEVERITIES)
