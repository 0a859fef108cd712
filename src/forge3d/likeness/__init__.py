"""Files side by side: pictures, models drawn from several sides, folders of either, measured by `forge3d.compare`.

found = compare("before.glb", "after.glb", thresholds=Thresholds(max_flip=0.02))
found.passed, found.worst.flip
found.save("difference.html")
"""

from ..compare import Thresholds
from .comparing import compare
from .comparison import Comparison, Measured, Pair
from .views import Drawing, compare_models, sides

__all__ = ["Comparison", "Drawing", "Measured", "Pair", "Thresholds", "compare", "compare_models", "sides"]
