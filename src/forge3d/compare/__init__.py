"""How alike two pictures are: FLIP, SSIM, PSNR, silhouettes. Arrays in, numbers out.

found = difference(reference, test)
found.picture.flip, found.object.ssim, found.iou
Thresholds(max_flip=0.02).missed(found)

The package itself can be called too: importing it anywhere makes it the attribute `forge3d.compare`, where users expect
the function for files, folders and models; what is called then is `forge3d.likeness.compare`.

forge3d.compare("before.glb", "after.glb").save("difference.html")
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from .difference import Difference, Values, difference
from .flip import flip
from .heat import heat_map
from .psnr import IDENTICAL, psnr
from .silhouette import silhouette_iou
from .ssim import ssim
from .thresholds import Thresholds

__all__ = [
    "IDENTICAL", "Difference", "Thresholds", "Values", "difference", "flip", "heat_map", "psnr", "silhouette_iou",
    "ssim",
]  # fmt: skip


class _CallablePackage(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        # By its name: this room stands below what it is the front of here.
        return import_module("forge3d.likeness").compare(*arguments, **options)


sys.modules[__name__].__class__ = _CallablePackage
