"""Presets: named tuples of transforms, in the order in which they run. Nothing is hidden in a preset but its tuple."""

from __future__ import annotations

from ..document import Transform
from .compress import Compress
from .decompress import Decompress
from .dedup import Dedup
from .prune import Prune
from .quantize import Quantize
from .reorder import Reorder
from .textures import Textures
from .weld import Weld

LOSSLESS: tuple[Transform, ...] = (Prune(), Weld(), Reorder(), Dedup())
"""Exact transforms only: every picture stays equal to the last bit. The default."""

WEB: tuple[Transform, ...] = (
    Decompress(),
    Prune(),
    Dedup(geometry=False),
    Textures(max_size=2048, format="webp"),
    Weld(),
    Quantize(position=None, octahedral=True),
    Weld(),
    Reorder(),
    Dedup(),
    Compress("meshopt", extension="EXT", rotation=12),
)
"""For browsers: WebP of at most 2048 pixels, quantized geometry in EXT_meshopt_compression. Triangles all stay."""

PRESETS: dict[str, tuple[Transform, ...]] = {"lossless": LOSSLESS, "web": WEB}
