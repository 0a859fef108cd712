"""One renderer for all tests, as in a worker that lives long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    try:
        made = Renderer()
    except GpuUnavailable as error:
        pytest.skip(f"no OpenGL on this machine: {error}")
    with made:
        yield made
