"""What a validator finds, mended in the file as it is: only what has one right answer, and nothing else is touched.

    mended = mend(data, lambda source: [(issue.code, issue.pointer) for issue in validate(source).issues])
    mended.changes, mended.left, mended.state.data

Unlike `Repair`, which changes a `Document`, this works on files too broken to become one, and leaves every byte that it
does not mend where it is.
"""

from .engine import FIXES, Change, Mended, Placement, mend
from .fix import Fix

__all__ = ["FIXES", "Change", "Fix", "Mended", "Placement", "mend"]
