"""The main job: products in, bundles and a report out."""

from __future__ import annotations

from .build import BuildResult, build
from .events import Event, Failure, ProductResult
from .manifest import Finding, Manifest
from .recipe import NAME as RECIPE_NAME
from .recipe import Recipe
from .recipe_text import commented

__all__ = [
    "RECIPE_NAME", "BuildResult", "Event", "Failure", "Finding", "Manifest", "ProductResult", "Recipe", "build",
    "commented",
]  # fmt: skip
