"""Which line of a .gltf file a JSON pointer leads to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

# A file with its geometry inside may be large; a line number is not worth reading all of that.
_LONGEST = 16 << 20
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def find_lines(path: Path, pointers: Iterable[str | None]) -> dict[str, int]:
    """The line, from 1, of each pointer's value in a .gltf; those of what is missing are its nearest ancestor's.

    Empty for a GLB, which has no lines, and for a file that cannot be read as text.
    """
    wanted = {pointer for pointer in pointers if pointer}
    if not wanted or path.suffix.lower() != ".gltf":
        return {}
    try:
        if path.stat().st_size > _LONGEST:
            return {}
        text = path.read_text("utf-8")
    except (OSError, ValueError):  # no text, or a name that no file can have
        return {}
    known = _lines(text, {ancestor for pointer in wanted for ancestor in _ancestors(pointer)})
    return {
        pointer: next((known[ancestor] for ancestor in _ancestors(pointer) if ancestor in known), 1)
        for pointer in wanted
    }


def _ancestors(pointer: str) -> list[str]:
    """The pointer, its parent, and so on up to the root, ""."""
    parts = pointer.rstrip("/").split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _lines(text: str, wanted: set[str]) -> dict[str, int]:
    """Line of each wanted pointer: a property's is that of its name. Text that is not JSON gives what was found."""
    lines, line, at = {"": 1}, 1, 0
    stack: list[tuple[str, int | None]] = []  # pointer of each open array or object; the array's index, or None
    here, name = "", ""
    for token in _TOKEN.finditer(text):
        line, at = line + text.count("\n", at, token.start()), token.start()
        first = text[at]
        if first in "}]":
            if not stack:
                break
            stack.pop()
        elif first == ",":
            if stack and (index := stack[-1][1]) is not None:
                stack[-1] = (stack[-1][0], index + 1)
        elif first == ":":
            name = here
        else:
            parent, index = stack[-1] if stack else ("", None)
            if index is not None:
                here = f"{parent}/{index}"
            elif name:
                here, name = name, ""
                if first in "{[":
                    stack.append((here, 0 if first == "[" else None))
                continue
            elif first == '"':
                here = f"{parent}/{_key(token[0])}"
            else:
                here = parent
            if here in wanted:
                lines.setdefault(here, line)
            if first in "{[":
                stack.append((here, 0 if first == "[" else None))
    return lines


def _key(token: str) -> str:
    """A name as JSON pointers write it (RFC 6901 §3)."""
    try:
        name = str(json.loads(token))
    except ValueError:
        name = token[1:-1]
    return name.replace("~", "~0").replace("/", "~1")
