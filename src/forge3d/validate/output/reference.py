"""The page of rules, docs/rules.md, from the rules themselves.

python -m forge3d.validate.output.reference > docs/rules.md
"""

from __future__ import annotations

from collections.abc import Iterable

from ..rules import Rule, all_rules
from .hints import HINTS
from .words import specification

OURS = "FORGE3D_"
_HEAD = """\
# Rules

What `forge3d validate` looks for. `python -m forge3d.validate.output.reference > docs/rules.md` writes this page.

A team's own severities, and rules to leave out, go into [flags or `forge3d.toml`](validate.md#choosing-rules).
"""


def rules_page() -> str:
    """The page: the Khronos validator's rules, then ours."""
    rules = all_rules()
    khronos = [rule for rule in rules if not rule.code.startswith(OURS)]
    ours = [rule for rule in rules if rule.code.startswith(OURS)]
    return "\n".join(
        [
            _HEAD,
            f"## {len(khronos)} rules of the Khronos validator",
            "",
            "The same codes and severities, in the same circumstances; the words are ours.",
            "",
            *_table(khronos),
            "",
            f"## {len(ours)} rules of our own",
            "",
            "What the Khronos validator does not look at; their codes begin with `FORGE3D_`.",
            "",
            *_table(ours),
            "",
        ]
    )


def _table(rules: Iterable[Rule]) -> list[str]:
    lines = [
        "| Code | Severity | What is wrong | How to fix it | Where it is written |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rule in rules:
        section, link = specification(rule)
        place = f"[{section}]({link})" if link else ""
        cells = (f"`{rule.code}`", rule.severity.name.lower(), rule.summary, HINTS.get(rule.code, ""), place)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


if __name__ == "__main__":
    print(rules_page(), end="")
