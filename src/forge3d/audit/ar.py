"""The check of readiness for augmented reality: what viewers on phones cannot show, and where that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..document import Material
from .check import Measured, check
from .profile import Viewers
from .report import Place
from .subject import Subject

_SMALLEST, _LARGEST = 0.01, 100.0  # metres, of the longest side; the Khronos asset auditor's recommended schema
_FARTHEST = 0.1  # of the longest side, from the origin to the box, or to the middle of its back
_CONTACT = 0.01  # of the longest side: a gap that is seen, or feet that sink into the floor
_MOST_PIXELS = 4096
_LAYERS = {
    "anisotropy", "diffuse_transmission", "dispersion", "iridescence", "sheen", "transmission", "volume",
    "volume_scatter",
}  # fmt: skip
"""What UsdPreviewSurface has no input for: its specification lists them. Of transmission it has opacity."""
_TOUCHES = {
    ("floor", True): "it floats {:.4g} m above the floor, which is at y = 0",
    ("floor", False): "it reaches {:.4g} m into the floor, which is at y = 0",
    ("wall", True): "its back is {:.4g} m off the wall, which is at z = 0",
    ("wall", False): "it reaches {:.4g} m into the wall, which is at z = 0",
}
_BESIDE = {
    "floor": "it stands {:.4g} m away from the place that people choose",
    "wall": "the middle of its back is {:.4g} m away from the place that people choose",
}

Reasons = Iterator[Place]


@check(
    fix="Mend what each reason names, or give that viewer a file of its own. `Center` moves a model to where it has to "
    "stand (`at=back` for the wall)."
)
def ar_ready(subject: Subject, limit: Viewers) -> Measured:
    """Reasons why one of the named viewers would not show the model as it is. All: a longest side under 1 cm or over
    100 m; with `placement = "floor"` a lowest point that is more than a hundredth of the longest side from y = 0, or
    an origin, which is put where people tap, more than a tenth beside the model; with `"wall"` a back more than a
    hundredth from z = 0, or with its middle more than a tenth from the origin. `scene-viewer`: textures in KTX2, or
    over 4,096 pixels. `quick-look`, which shows a USDZ made of the model: textures other than PNG and JPEG, animated
    morph targets, and material layers that UsdPreviewSurface does not have. `webxr` draws what the page's own renderer
    can."""
    items: list[tuple[float, Place | None]] = [(1, place) for place in _placement(subject, limit.placement)]
    for viewer in dict.fromkeys(limit.viewers):
        items += [(1, place) for place in _OWN[viewer](subject)]
    return Measured(len(items), items)


def _placement(subject: Subject, placement: str) -> Reasons:
    bounds = subject.bounds
    if bounds is None:
        yield Place("", None, "the scene shows nothing")
        return
    longest = float(bounds.extent.max())
    if not _SMALLEST <= longest <= _LARGEST:
        yield Place("", None, f"its longest side is {longest:.4g} m, which is shown in true size")
    touching = 1 if placement == "floor" else 2  # its lowest side or its back, and the plane y = 0 or z = 0
    gap = float(bounds.min[touching])
    if abs(gap) > _CONTACT * longest:
        yield Place("", None, _TOUCHES[placement, gap > 0].format(abs(gap)))
    along = [axis for axis in range(3) if axis != touching]
    if placement == "floor":
        outside = [max(0.0, float(bounds.min[axis]), -float(bounds.max[axis])) for axis in along]
    else:
        outside = [abs(float(bounds.center[axis])) for axis in along]
    if max(outside) > _FARTHEST * longest:
        yield Place("", None, _BESIDE[placement].format(max(outside)))


def _scene_viewer(subject: Subject) -> Reasons:
    for _, header, place in subject.headers:
        if header.format == "ktx2":  # github.com/google/model-viewer, issue 3911 (2022)
            yield Place(place.pointer, place.name, "Scene Viewer does not show KTX2")
        elif max(header.width, header.height) > _MOST_PIXELS:  # the same, issue 635 (2019)
            yield Place(place.pointer, place.name, f"Scene Viewer may not load {header.width} × {header.height} pixels")


def _quick_look(subject: Subject) -> Reasons:
    for _, header, place in subject.headers:
        if header.format not in ("png", "jpeg"):  # Apple, WWDC 2019, session 602
            yield Place(place.pointer, place.name, f"a USDZ for Quick Look holds PNG and JPEG, not {header.format}")
    for number, material in enumerate(subject.all(Material)):
        lost = sorted(name for name in _LAYERS if getattr(material, name) is not None)
        if lost:
            yield Place(f"/materials/{number}", material.name, f"UsdPreviewSurface has no {', '.join(lost)}")
    for number, animation in enumerate(subject.document.animations):
        if any(channel.path == "weights" for channel in animation.channels):  # Apple, WWDC 2018, session 603
            yield Place(
                f"/animations/{number}", animation.name, "Quick Look plays transforms and skeletons, not morphs"
            )


def _webxr(subject: Subject) -> Reasons:
    yield from ()


_OWN: dict[str, Callable[[Subject], Reasons]] = {
    "scene-viewer": _scene_viewer,
    "quick-look": _quick_look,
    "webxr": _webxr,
}
