"""How alike two pictures are: FLIP, SSIM, PSNR, silhouettes. Arrays in, numbers out.

found = difference(reference, test)
found.picture.flip, found.object.ssim, found.iou
Thresholds(max_flip=0.02).missed(found)

`forge3d.likeness.compare` does so for files, folders and models.
"""

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
