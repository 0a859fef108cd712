"""The `forge3d` program: its commands, and how an error becomes a message and an exit code."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Annotated, Any

import typer

from .. import __version__
from ..errors import Forge3DError

# The base of what is wrong with a command line, under whichever name typer has it.
_CommandLineError: Any = typer.BadParameter.__mro__[2]

_COMMANDS_OF = {
    "inspect": ("info",),
    "diff": ("diff",),
    "compare": ("compare",),
    "validate": ("validate",),
    "audit": ("audit",),
    "optimize": ("optimize",),
    "lod": ("lod",),
    "dress": ("dress",),
    "stage": ("stage",),
    "render": ("render",),
    "spin": ("turntable",),
    "pictures": ("pictures",),
    "export": ("export",),
    "build": ("build", "init"),
    "publish": ("publish", "versions", "rollback"),
    "keep": ("verify", "gc"),
    "sign": ("sign",),
    "policy": ("policy",),
    "doctor": ("doctor",),
    "bench": ("bench",),
}
_GROUP_OF = {command: group for group, commands in _COMMANDS_OF.items() for command in commands}
"""The file of each command, in the order that help shows them."""


def program(command: str | None = None) -> typer.Typer:
    """The program with the files of all commands, or only with that of the one that is asked for."""
    app = typer.Typer(
        name="forge3d",
        help="Make 3D products fast, correct and good-looking: validate, compress, level, render and publish glTF/GLB.",
        epilog="Exit codes: 0 good, 1 findings, 2 usage, 3 input unreadable or refused, 4 environment (GPU, disk, "
        "package), 5 remote or publish conflict, 70 a fault of forge3d, 130 interrupted.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for group in [_GROUP_OF[command]] if command in _GROUP_OF else _COMMANDS_OF:
        import_module(f".{group}", __package__).register(app)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"forge3d {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
) -> None:
    pass


def run() -> None:
    """Run the program and exit with the design's codes."""
    # Read before parsing: an error may come before, or instead of, the parsed options.
    debug, as_json = "--debug" in sys.argv, "--json" in sys.argv
    if not debug:  # what overflows is judged by our own errors; NumPy's remarks help nobody here
        warnings.simplefilter("ignore", RuntimeWarning)
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        code = program(arguments[0] if arguments else None)(args=arguments, prog_name="forge3d", standalone_mode=False)
        if code == 130:  # how typer tells of an interrupt
            raise KeyboardInterrupt
        sys.exit(code if isinstance(code, int) else 0)
    except _CommandLineError as error:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)
        if as_json:
            _print_json_error("UsageError", error.format_message())
        sys.exit(error.exit_code)
    except Forge3DError as error:
        if debug:
            raise
        _print_error(type(error).__name__, str(error), as_json)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        if debug:
            raise
        _print_error("Interrupted", "stopped; what was finished is kept", as_json)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (`forge3d … | head`): nothing is wrong, and nobody is there to be told.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        message = f"{type(error).__name__}: {error}. This is a fault of forge3d; run again with --debug and report it."
        _print_error("InternalError", message, as_json)
        sys.exit(70)


def _print_error(kind: str, message: str, as_json: bool) -> None:
    if as_json:
        _print_json_error(kind, message)
    print(f"forge3d: {message}", file=sys.stderr)


def _print_json_error(kind: str, message: str) -> None:
    import json

    print(json.dumps({"error": {"type": kind, "message": message}}))
