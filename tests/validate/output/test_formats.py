"""Terminal, JSON, GitHub and Markdown: what each says, and that no name in a file can say anything itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from forge3d.gltf import Severity
from forge3d.validate import Issue, Report
from forge3d.validate.many import Verdict
from forge3d.validate.output import FORMATS
from forge3d.validate.output.markdown import cell
from forge3d.validate.output.words import visible

Written = Callable[..., str]


def test_terminal_groups_by_rule_with_a_hint(written: Written) -> None:
    assert written("terminal").splitlines()[:11] == [
        "✗ chair one.glb  2 errors, 1 information, 1 hint",
        "  error ACCESSOR_INVALID_FLOAT: a number is NaN or infinite",
        "    /accessors/2  3 numbers are not finite",
        "    /accessors/5  1 number is not finite",
        "    fix: Look for divisions by zero and missing values in what made the data.",
        "  information NODE_EMPTY: a node with nothing on it and no purpose",
        "    /nodes/0",
        "    fix: Remove the node, or keep it if something finds it by its name; `forge3d optimize` removes it.",
        "  hint BUFFER_VIEW_TARGET_MISSING: a buffer view for drawing should say its target",
        "    /bufferViews/0  its target is missing",
        "    fix: Set target: 34962 for vertex attributes, 34963 for indices. `forge3d validate --fix OUT` does so "
        "where it is safe.",
    ]


def test_terminal_ends_with_a_line_over_all_files(written: Written) -> None:
    last = written("terminal").splitlines()[-1]
    assert last == "4 files, 1 failed, 1 could not be judged, 2 errors, 2 warnings, 1 information, 1 hint"


def test_terminal_shows_a_few_places_of_many(written: Written) -> None:
    issues = [Issue("NODE_EMPTY", Severity.INFORMATION, "empty", f"/nodes/{i}") for i in range(1007)]
    text = written("terminal", [Verdict(Path("a.glb"), Report("a.glb", "model/gltf-binary", issues))])
    assert "    and 1,002 more places; --format json lists them all\n" in text
    assert text.splitlines()[0] == "✓ a.glb  1,007 information"


def test_json_is_a_list_of_khronos_reports(written: Written) -> None:
    text = written("json")
    chair, nasty, good, lost = json.loads(text)
    assert text == json.dumps(json.loads(text), indent=2) + "\n"
    assert chair["issues"]["numErrors"] == 2
    assert chair["issues"]["messages"][0] == {
        "code": "ACCESSOR_INVALID_FLOAT",
        "message": "3 numbers are not finite",
        "severity": 0,
        "pointer": "/accessors/2",
    }
    assert nasty["issues"]["messages"][1]["offset"] == 120
    assert good["issues"]["messages"] == []
    assert lost["uri"] == "lost.glb"
    assert lost["error"]["type"] == "InvalidAsset"
    assert json.loads(written("json", [])) == []


def test_github_has_one_command_a_rule_and_file(written: Written) -> None:
    lines = written("github").splitlines()
    assert lines[0] == (
        "::error file=chair one.glb,title=ACCESSOR_INVALID_FLOAT::/accessors/2: 3 numbers are not finite%0A"
        "/accessors/5: 1 number is not finite%0A"
        "Fix: Look for divisions by zero and missing values in what made the data."
    )
    assert [line.split(" ")[0] for line in lines] == [
        "::error", "::notice", "::notice", "::warning", "::warning", "::error",
    ]  # fmt: skip


def test_github_says_the_line_of_a_text_file(written: Written, tmp_path: Path) -> None:
    path = tmp_path / "a,b.gltf"
    path.write_text('{"asset": {},\n "nodes": [\n  {}\n ]}')
    issues = [Issue("NODE_EMPTY", Severity.INFORMATION, "empty", "/nodes/0")]
    (line,) = written("github", [Verdict(path, Report("a.gltf", "model/gltf+json", issues))]).splitlines()
    assert line.startswith(f"::notice file={str(path).replace(',', '%2C')},line=3,title=NODE_EMPTY::/nodes/0: empty")


def test_github_commands_cannot_be_forged(written: Written, nasty: str) -> None:
    for line in written("github").splitlines():
        assert re.match(r"::(error|warning|notice) file=[^:]*::", line), line
    name = visible(nasty)
    assert "\n" not in name
    assert "\x1b" not in name


def test_markdown_counts_files_and_rules(written: Written) -> None:
    lines = written("markdown").splitlines()
    assert lines[2] == "4 files, **2 failed**, 2 errors, 2 warnings, 1 information, 1 hint"
    assert lines[6] == "| chair one.glb | ❌ | 2 | 0 | 1 | 1 |"
    assert "good.glb" not in "".join(lines)
    rule = next(line for line in lines if "ACCESSOR_INVALID_FLOAT" in line)
    assert rule.startswith("| Error | `ACCESSOR_INVALID_FLOAT` | 2 | 1 | a number is NaN or infinite |")


def test_markdown_tables_keep_their_columns(written: Written) -> None:
    tables: list[set[int]] = [set()]
    for line in written("markdown").splitlines():
        if line.startswith("|"):
            tables[-1].add(len(re.findall(r"(?<!\\)\|", line)))
        elif tables[-1]:
            tables.append(set())
    assert [columns for columns in tables if columns] == [{7}, {7}]
    assert cell("<b>a|b`c`</b>") == r"\<b\>a\|b\`c\`\</b\>"


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_control_characters_through(written: Written, name: str) -> None:
    text = written(name)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", text)
    text.encode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_formats_take_their_verdicts_as_they_come(written: Written, name: str) -> None:
    from io import StringIO

    from forge3d.validate.selection import Selection

    from .conftest import verdicts

    streamed = StringIO()
    FORMATS[name](iter(verdicts()), Selection(), streamed)
    assert streamed.getvalue() == written(name)
