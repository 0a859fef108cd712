"""`python -m forge3d.aws.intake OUT.zip`: write the function's zip."""

from __future__ import annotations

import sys
from pathlib import Path

from ...errors import Forge3DError
from .packing import HANDLER, write_zip


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].endswith(".zip"):
        print("usage: python -m forge3d.aws.intake OUT.zip", file=sys.stderr)
        return 2
    try:
        path = write_zip(Path(arguments[0]))
    except Forge3DError as error:
        print(f"forge3d: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{path}: {path.stat().st_size:,} bytes, handler {HANDLER}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
