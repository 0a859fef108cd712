"""What the three sizes measure."""

from __future__ import annotations

from dataclasses import dataclass

STATURE = 1.76  # of the medium size, in whose metres the tables of `form`, `skeleton`, `hand` and `foot` are written


@dataclass(frozen=True)
class Measures:
    """Body measures in metres, taken as tailors do (EN 13402-1): girths with a level tape that spans hollows.

    Attributes:
        name: of the size.
        height: of the body, from the floor to the top of the head.
        bust: girth under the armpits, over the fullest part.
        waist: girth at its narrowest, between the ribs and the hip bones.
        hip: girth at the fullest part of the seat.
        limb: girth of arms and legs beside the medium size's.
    """

    name: str
    height: float
    bust: float
    waist: float
    hip: float
    limb: float

    @property
    def scale(self) -> float:
        """Lengths beside the medium size's."""
        return self.height / STATURE


# Girths are columns of EN 13402-3's scale for women (bust, waist and hip in steps of 4 cm), one for each of its letter
# codes S (bust 82–90 cm), M (90–98) and L (98–107), as summaries of the standard give them, not its text.
# Statures are those of shop mannequins, taller than the public.
SMALL = Measures("Small", 1.70, 0.84, 0.68, 0.92, 0.95)
MEDIUM = Measures("Medium", 1.76, 0.92, 0.76, 1.00, 1.0)
LARGE = Measures("Large", 1.82, 1.00, 0.84, 1.08, 1.05)
SIZES = {"small": SMALL, "medium": MEDIUM, "large": LARGE}
