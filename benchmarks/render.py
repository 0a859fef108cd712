"""The GPU suite of `forge3d bench` on this machine, as JSON, a page with charts and Markdown tables.

python -m benchmarks.render [--quick] [--device gpu]
"""

from __future__ import annotations

import argparse
import sys

from forge3d.bench import Options, Result, bench, page
from forge3d.bench.markdown import markdown

from .harness import RESULTS


def main() -> None:
    """Measure; rewrites `results/render.json`, `.html` and `.md`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--device")
    arguments = parser.parse_args()
    options = Options(quick=arguments.quick, device=arguments.device)

    def keep(result: Result) -> None:
        RESULTS.mkdir(exist_ok=True)
        for suffix, data in (("json", result.encode()), ("html", page(result)), ("md", markdown(result).encode())):
            (RESULTS / f"render.{suffix}").write_bytes(data)

    bench(options, progress=lambda done, name: print(f"{done:4.0%} {name}", file=sys.stderr), keep=keep)


if __name__ == "__main__":
    main()
