"""The renderer of the render room's tests."""

from tests.render.conftest import renderer

__all__ = ["renderer"]
