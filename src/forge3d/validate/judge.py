"""The state of one validation: the file, what of it is usable, what is used, and the issues so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..gltf import Severity, Source
from .report import Issue
from .rules import Rule

Clean = dict[str, Any]
"""A glTF object that holds only properties of the right type and range, and references that resolve."""


class TooManyIssues(Exception):
    """The file breaks rules in more places than `Limits.max_issues`."""


@dataclass(slots=True)
class Judge:
    """Collects issues, and what the rules tell each other about the file.

    Attributes:
        source: the file.
        known: the table of extensions; see `extensions`.
        root: the cleaned root object.
        used: (list, index) of every object that something refers to, such as ("nodes", 3).
        purposes: what each used accessor and buffer view is for, by (list, index).
        extensions: names in extensionsUsed.
    """

    source: Source
    known: Mapping[str, Mapping[str, Any]]
    root: Clean = field(default_factory=dict)
    used: set[tuple[str, int]] = field(default_factory=set)
    purposes: dict[tuple[str, int], str] = field(default_factory=dict)
    extensions: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def report(self, rule: Rule, pointer: str, message: str = "", count: int = 1) -> None:
        """Note that `rule` is broken at `pointer`; `message` says how, the rule's summary where it is empty."""
        self._keep(Issue(rule.code, rule.severity, message or rule.summary, pointer or "/", count=count))

    def add(self, code: str, severity: Severity, pointer: str, message: str) -> None:
        """Note what a decoder of `forge3d.gltf` found."""
        self._keep(Issue(code, severity, message, pointer))

    def _keep(self, issue: Issue) -> None:
        if len(self.issues) >= self.source.limits.max_issues:
            raise TooManyIssues
        self.issues.append(issue)

    def objects(self, name: str) -> list[Clean | None]:
        """The cleaned root list `name`, such as "meshes"; None stands for an entry that is not an object."""
        entries: list[Clean | None] = self.root.get(name) or []
        return entries

    def entries(self, name: str) -> list[tuple[int, Clean, str]]:
        """(index, object, pointer) of each usable entry of a root list."""
        return [(i, entry, f"/{name}/{i}") for i, entry in enumerate(self.objects(name)) if entry is not None]

    def get(self, name: str, index: int | None) -> Clean | None:
        """The entry of a root list, or None when there is no such thing or it is not usable."""
        entries = self.objects(name)
        return entries[index] if index is not None and 0 <= index < len(entries) else None
