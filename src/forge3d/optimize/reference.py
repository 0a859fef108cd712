"""The page of transforms, docs/transforms.md, from the classes themselves.

python -m forge3d.optimize.reference > docs/transforms.md
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from ..document import Transform
from . import PRESETS, TRANSFORMS, merge, merge_variants, name_of, options_of, partition
from .options import Option

_HEAD = """\
# Transforms

What `forge3d optimize` can do to a model. `python -m forge3d.optimize.reference > docs/transforms.md` writes this page.

A transform is one step: `--step name:option=value,…` on the command line, a table of a recipe, or a class of
`forge3d.optimize` whose fields are the options. Each says what it may change:

- **exact**: the triangles in the world and every decoded texel stay equal to the bit;
- **invisible**: pixels may differ by rounding only;
- **lossy**: pixels may differ, as far as its options allow.

Steps leave alone what they cannot change without loss (compressed geometry, extensions that forge3d does not know,
extras), and say so.
"""
_FUNCTIONS: tuple[Callable[..., Any], ...] = (merge, merge_variants, partition)


def transforms_page() -> str:
    """The page: an overview, each transform by name, presets, and the functions that take or make several documents."""
    kinds = [TRANSFORMS[name] for name in sorted(TRANSFORMS)]
    lines = [_HEAD, "| Step | Changes | What it does |", "| --- | --- | --- |"]
    lines += [f"| [{name_of(kind)}](#{name_of(kind)}) | {kind.fidelity} | {_cell(_summary(kind))} |" for kind in kinds]
    for kind in kinds:
        lines += ["", *_section(kind)]
    lines += ["", "## Presets", ""]
    for name, steps in PRESETS.items():
        lines.append(f"- `{name}`: {', '.join(f'[{name_of(type(s))}](#{name_of(type(s))})' for s in steps)}")
    lines += ["", "## Functions", "", "What takes or makes several documents is a function of `forge3d.optimize`."]
    for function in _FUNCTIONS:
        lines += ["", *_function(function)]
    return "\n".join([*lines, ""])


def example_of(kind: type[Transform]) -> str:
    """The step as the command line takes it, with its first option where that is a number or a choice."""
    shown = next((o for o in options_of(kind) if o.type is not bool and o.default is not None), None)
    return name_of(kind) if shown is None else f"{name_of(kind)}:{shown.name}={shown.default}"


def _section(kind: type[Transform]) -> Iterator[str]:
    body, _, _ = inspect.cleandoc(kind.__doc__ or "").partition("\nArgs:\n")
    yield f"## {name_of(kind)}"
    yield ""
    yield from body.strip().splitlines()
    options = options_of(kind)
    if options:
        yield from ("", "| Option | Takes | Default | Meaning |", "| --- | --- | --- | --- |")
        yield from (_row(option) for option in options)
    yield from ("", f"    forge3d optimize model.glb small.glb --step {example_of(kind)}", "")
    yield f"In Python: `forge3d.optimize.{kind.__name__}`. What it changes: {kind.fidelity}."


def _row(option: Option) -> str:
    default = str(option.default).lower() if option.type is bool or option.default is None else option.default
    return f"| `{option.name}` | {_cell(option.takes)} | {default} | {_cell(option.doc)} |"


def _function(function: Callable[..., Any]) -> Iterator[str]:
    """Its signature, and its docstring with sections as headings of a list."""
    yield f"### {function.__name__}"
    yield ""
    yield f"`{function.__name__}{inspect.signature(function)}`"
    yield ""
    for line in inspect.cleandoc(function.__doc__ or "").splitlines():
        if line in ("Args:", "Raises:"):
            yield f"{line[:-1]}:" if line == "Args:" else "Errors:"
            yield ""
        elif line.startswith("    ") and not line.startswith("     "):
            yield f"- {line.strip()}"
        else:
            yield f"  {line.strip()}" if line.startswith("     ") else line


def _summary(kind: type[Transform]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(transforms_page(), end="")
