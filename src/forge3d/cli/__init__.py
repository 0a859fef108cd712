"""The command line: parses, calls the library, prints. One file per command group, no logic of its own."""

from __future__ import annotations

from .app import main

__all__ = ["main"]
