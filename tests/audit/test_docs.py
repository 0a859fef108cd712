"""docs/audit.md says what the code does: its tables are generated here, its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from forge3d.audit import CHECKS, Outcome, Profile, audit, profiles
from forge3d.audit.profile import Limit, limit_types

from .build import CUBE, CUBE_FACES, document, primitive

TEXT = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")
_COMMON = {field.name for field in msgspec.structs.fields(Limit)}


def check_table() -> str:
    rows = ["| check | keys of its table | what is measured |", "|---|---|---|"]
    for name, kind in limit_types().items():
        keys = [field.name for field in msgspec.structs.fields(kind) if field.name not in _COMMON]
        rows.append(f"| `{name}` | {', '.join(keys)} | {CHECKS[name].text} |")
    return "\n".join(rows)


def profile_table() -> str:
    rows = ["| profile | limits |", "|---|---|"]
    for name, profile in profiles().items():
        limits = {check: getattr(profile, check) for check in limit_types()}
        given = [
            f"{check} {limit}{' (third-party)' if limit.third_party else ''}"
            for check, limit in limits.items()
            if limit is not None and check != "valid"
        ]
        rows.append(f"| `{name}` | {'; '.join(given)} |")
    return "\n".join(rows)


@pytest.mark.parametrize("table", [check_table, profile_table])
def test_tables_are_those_of_the_code(table: object) -> None:
    assert callable(table)
    assert table() in TEXT, f"docs/audit.md should hold:\n{table()}"


def test_the_example_profile_can_be_read_and_used() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    report = audit(document(primitive(CUBE, CUBE_FACES)), Profile.parse(text))
    assert report["triangles"].outcome is Outcome.PASSED
    assert report["product_dimensions"].outcome is Outcome.NOT_TESTED
