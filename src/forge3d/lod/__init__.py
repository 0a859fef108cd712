"""Levels of detail: fewer triangles with a measured error, MSFT_lod, and when to switch."""

from .levels import Level, levels
from .msft import with_levels
from .switch import screen_coverage, switch_distance

__all__ = ["Level", "levels", "screen_coverage", "switch_distance", "with_levels"]
