"""Reports in the formats that people, pipelines and review tools read.

    from forge3d.validate.output import FORMATS

    FORMATS["sarif"](validate_many(paths), Selection(), file)

A format is a function of the verdicts, the selection that was applied to them, and a text file to write to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from ..many import Verdict
from ..selection import Selection
from .annotations import write_annotations
from .json_list import write_json
from .junit import write_junit
from .markdown import write_markdown
from .sarif import write_sarif
from .terminal import write_terminal

Format = Callable[[Iterable[Verdict], Selection, TextIO], None]

FORMATS: dict[str, Format] = {
    "terminal": write_terminal,
    "json": write_json,
    "sarif": write_sarif,
    "junit": write_junit,
    "github": write_annotations,
    "markdown": write_markdown,
}

__all__ = ["FORMATS", "Format"]
