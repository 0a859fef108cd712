"""The GPU benchmark: what a device draws, uploads, reads back and encodes a second; for choosing hardware."""

from .comparing import Comparison, compare
from .page import page
from .result import Measurement, Result, schema
from .suite import Options, bench

__all__ = ["Comparison", "Measurement", "Options", "Result", "bench", "compare", "page", "schema"]
