"""Gathering faults instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..errors import Forge3DError
from .faults import Fault, Severity, fault_of


class Collector:
    """A list of faults, in which each rule is broken once at each place."""

    def __init__(self, first: Iterable[Fault]):
        self.faults: list[Fault] = list(first)
        self._seen: set[tuple[str, str]] = set()

    def add(self, code: str, pointer: str, message: str, severity: Severity = Severity.ERROR) -> None:
        self.extend([Fault(code, severity, pointer, message)])

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            if (fault.code, fault.pointer) not in self._seen:
                self._seen.add((fault.code, fault.pointer))
                self.faults.append(fault)

    @contextmanager
    def catching(self, pointer: str) -> Iterator[None]:
        """Turn an error of the block into a fault; `pointer` says where, if the error does not."""
        try:
            yield
        except Forge3DError as error:
            self.extend([fault_of(error, pointer)])
