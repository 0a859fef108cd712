"""FLIP errors as colours: magma (S. van der Walt and N. Smith, CC0), the map that FLIP's own tools use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .picture import Floats

# Every 17th of magma's 256 colours; straight lines between them are off by 2/255 at most.
_MAGMA = (
    "000004 0b0924 20114b 3b0f70 57157e 721f81 8c2981 a8327d c43c75 de4968 f1605d fa7f5e fe9f6d febf84 fddea0 fcfdbf"
)


def heat_map(errors: Floats) -> npt.NDArray[np.uint8]:
    """Errors `(h, w)`, 0 to 1, as colours `(h, w, 3)`: black is equal, pale yellow as different as can be."""
    steps = np.linspace(0, 1, len(_COLOURS))
    channels = [np.interp(errors, steps, _COLOURS[:, channel]) for channel in range(3)]
    return (np.stack(channels, axis=-1) + 0.5).astype(np.uint8)


_COLOURS = np.array([list(bytes.fromhex(colour)) for colour in _MAGMA.split()], np.float64)
