"""What the formats for people have in common: grouping, counting, and names that can do no harm."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...gltf import Severity
from ..report import Issue
from ..rules import Rule, all_rules
from .hints import HINTS

# Control characters could write over a terminal, break a line or begin a command; unpaired surrogates cannot be
# encoded; the bidirectional ones turn what follows around.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SPECIFICATION = "https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html"
_EXTENSIONS = "https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0"
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "hint"}


def visible(text: object) -> str:
    """Text from a file in one line, every character that could do harm as its escape, such as \\x1b."""
    return _HARMFUL.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What a command judges by, as its reports tell it.

    Attributes:
        command: such as `forge3d validate`.
        tool: the name under which review tools keep its results.
        rules: by code.
        hints: how to fix what breaks each, by code.
    """

    command: str
    tool: str
    rules: Mapping[str, Rule]
    hints: Mapping[str, str]


def khronos() -> Rulebook:
    """What `forge3d validate` judges by."""
    return Rulebook("forge3d validate", "forge3d", {rule.code: rule for rule in all_rules()}, HINTS)


@dataclass(slots=True)
class Group:
    """The issues of one rule in one file, or in all."""

    code: str
    severity: Severity
    rulebook: Rulebook
    issues: list[Issue] = field(default_factory=list)

    @property
    def rule(self) -> Rule | None:
        return self.rulebook.rules.get(self.code)

    @property
    def summary(self) -> str:
        """What is wrong, by the rule."""
        return self.rule.summary if self.rule else self.issues[0].message

    @property
    def hint(self) -> str:
        """How to fix it."""
        return self.rulebook.hints.get(self.code, "")


def grouped(issues: Iterable[Issue], rulebook: Rulebook | None = None) -> list[Group]:
    """Issues by severity and code, the worst first, in the order in which the codes came."""
    rulebook = rulebook or khronos()
    groups: dict[tuple[Severity, str], Group] = {}
    for issue in issues:
        key = (issue.severity, issue.code)
        groups.setdefault(key, Group(issue.code, issue.severity, rulebook)).issues.append(issue)
    return sorted(groups.values(), key=lambda group: group.severity)


def place(issue: Issue) -> str:
    """Where: the JSON pointer, or the byte of the GLB."""
    return visible(issue.pointer or "/") if issue.offset is None else f"byte {issue.offset}"


def counted(counts: Counter[Severity]) -> str:
    """Such as `2 errors, 1 warning`; `no issues` where there are none."""
    parts = [
        f"{counts[severity]:,} {_NOUNS.get(severity, 'information')}"
        + ("s" if counts[severity] != 1 and severity in _NOUNS else "")
        for severity in Severity
        if counts[severity]
    ]
    return ", ".join(parts) or "no issues"


def tally(issues: Iterable[Issue]) -> Counter[Severity]:
    """How many issues of each severity."""
    return Counter(issue.severity for issue in issues)


def specification(rule: Rule) -> tuple[str, str]:
    """Where a rule is written, in words, and a link to it; both empty where it stands in no specification."""
    if not rule.section:
        return "", ""
    if rule.section[0].isdigit():
        return f"glTF 2.0 §{rule.section}", _SPECIFICATION
    owner = "Khronos" if rule.section.startswith("KHR_") else "Vendor"
    return rule.section, f"{_EXTENSIONS}/{owner}/{rule.section}"
