"""Levels of detail: fewer triangles with a measured error, MSFT_lod, and when to switch."""

from .chain import Chain, LevelFile, halved, write_chain
from .levels import Level, levels
from .msft import with_levels
from .switch import View, allowed_error, screen_coverage, switch_distance

__all__ = [
    "Chain",
    "Level",
    "LevelFile",
    "View",
    "allowed_error",
    "halved",
    "levels",
    "screen_coverage",
    "switch_distance",
    "with_levels",
    "write_chain",
]
