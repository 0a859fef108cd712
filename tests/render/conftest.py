"""One renderer for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    try:
        made = Renderer()
    except GpuUnavailable as error:
        pytest.skip(f"no OpenGL on this machine: {error}")
    with made:
        yield made
