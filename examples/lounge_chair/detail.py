"""How finely the chair is built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """How finely the chair is built: samples a tuft, points along the wall's sides, and around outlines."""

    tuft: int = 7
    side: int = 10
    outline: int = 126
    cord: int = 8
    texture: int = 1024
    occlusion: int = 1024
    directions: int = 96


FULL = Detail()
SMALL = Detail(tuft=2, side=3, outline=40, cord=4, texture=64, occlusion=64, directions=12)
