from __future__ import annotations

from pathlib import Path

from forge3d.optimize.fixes import FIXES
from forge3d.validate import all_rules
from forge3d.validate.output.hints import HINTS
from forge3d.validate.output.mendable import MENDABLE
from forge3d.validate.output.reference import rules_page, specification

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_of_rules_is_current() -> None:
    """Write it anew with: python -m forge3d.validate.output.reference > docs/rules.md"""
    assert (DOCS / "rules.md").read_text("utf-8") == rules_page()


def test_every_rule_says_how_to_fix_what_it_finds() -> None:
    codes = {rule.code for rule in all_rules()}
    assert codes - set(HINTS) == set(), "say how to fix these in validate/output/hints.py"
    assert set(HINTS) - codes == set(), "these rules are gone"
    assert all(hint[0].isupper() and len(hint) < 200 for hint in HINTS.values())


def test_hints_name_fix_where_there_is_one() -> None:
    assert {code for fix in FIXES for code in fix.codes} == MENDABLE
    assert {code for code, hint in HINTS.items() if "--fix" in hint} == MENDABLE


def test_where_rules_are_written() -> None:
    sections = {rule.code: specification(rule) for rule in all_rules()}
    assert sections["NODE_LOOP"][0] == "glTF 2.0 §3.5.1"
    assert sections["KHR_MATERIALS_VOLUME_DOUBLE_SIDED"][1].endswith("/Khronos/KHR_materials_volume")
    assert sections["FORGE3D_MESHOPT_DATA_INVALID"][1].endswith("/Vendor/EXT_meshopt_compression")
    assert sections["UNUSED_OBJECT"] == ("", "")
