"""Documents as files of other kinds: USDZ, which AR Quick Look shows in the shopper's room."""

from .notes import Note
from .usd_faults import Fault, faults
from .usdz import Usdz, usdz

__all__ = ["Fault", "Note", "Usdz", "faults", "usdz"]
