"""One renderer for all pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer


@pytest.fixture(scope="package")
def renderer() -> Iterator[Renderer]:
    try:
        made = Renderer()
    except GpuUnavailable as error:
        pytest.skip(str(error))
    with made:
        yield made
