"""Numbers of a comparison as people read them."""

from __future__ import annotations

from .comparison import Measured, Pair


def measured_text(found: Measured) -> str:
    """`FLIP 0.0123 · SSIM 0.991 · PSNR 38.2 dB · IoU 0.998`, without what was not measured."""
    values = {
        "FLIP {:.4f}": found.flip,
        "SSIM {:.4f}": found.ssim,
        "PSNR {:.1f} dB": found.psnr,
        "IoU {:.4f}": found.iou,
    }
    return " · ".join(text.format(value) for text, value in values.items() if value is not None)


def numbers(pair: Pair) -> str:
    """A pair's numbers, of the object where there is one; or what is wrong with it."""
    found = pair.difference
    if found is None:
        return pair.error or ""
    if found.identical:
        return "identical"
    values = found.object or found.picture
    return measured_text(Measured(values.flip, values.ssim, values.psnr, found.iou))
