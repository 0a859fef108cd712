"""How alike two pictures are. Stands on NumPy alone."""

from .psnr import IDENTICAL, psnr

__all__ = ["IDENTICAL", "psnr"]
