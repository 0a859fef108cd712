"""Figures as people read them, and what the parts of the suite are called."""

from __future__ import annotations

from dataclasses import dataclass

from .result import Machine, Measurement, Result


@dataclass(frozen=True, slots=True)
class Chart:
    """What is shown together.

    Attributes:
        groups: one series each, and what it is called where there are several.
        along: what the axis counts; empty: the points are kinds of their own, and are shown as bars.
    """

    title: str
    groups: dict[str, str]
    along: str = ""
    note: str = ""


CHARTS = (
    Chart("By resolution", {"frames/resolution": ""}, "pixels a side"),
    Chart("By triangles", {"frames/triangles": ""}, "triangles"),
    Chart("By materials", {"frames/materials": ""}, "materials, each a draw of its own"),
    Chart("By lights", {"frames/lights": ""}, "point lights beside the studio"),
    Chart("By look", {"frames/look": ""}),
    Chart("By quality", {"frames/quality": ""}, note="High and reference are traced on the CPU."),
    Chart("Your model", {"model": ""}),
    Chart(
        "From nothing", {"start": ""}, note="Opening the context, the first picture of all, light never seen before."
    ),
    Chart("A new model", {"prepare": ""}, note="What its first frame takes beyond the next: upload and preparation."),
    Chart("Upload", {"upload": ""}, note="Geometry with its checks and tangents; decoded pictures with their mips."),
    Chart("Readback", {"readback": ""}, "pixels a side", note="Framebuffer to memory, nothing being drawn."),
    Chart("Encoding", {"encode/one-thread": "one thread", "encode/all-threads": "all threads"}),
    Chart("Spin to files", {"spin": ""}, note="Drawn, read back, encoded and written at once."),
)
"""Every group of the suite, in the order shown."""

_UNITS = {"pixels/s": "pixels/s", "bytes/s": "B/s"}


def figure(value: float, unit: str) -> str:
    """412 frames/s, 3.2 Gpixels/s, 18.4 GB/s, 4.2 ms."""
    if unit == "s":
        factor, name = (1, "s") if value >= 0.9995 else (1e3, "ms") if value >= 0.9995e-3 else (1e6, "µs")
        return f"{digits(value * factor)} {name}"
    if unit in ("frames/s", "pictures/s"):
        return f"{digits(value)} {unit}"
    return f"{scaled(value)}{_UNITS[unit]}" if value >= 1000 else f"{digits(value)} {_UNITS[unit]}"


def short(value: float, unit: str) -> str:
    """The same where the unit is known, but for seconds: 412, 3.2 G, 4.2 ms."""
    return figure(value, unit) if unit == "s" else scaled(value).strip()


def scaled(value: float) -> str:
    """With a prefix: 12 G, 3.4 M, 980 k."""
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * factor:
            return f"{digits(value / factor)} {prefix}"
    return f"{digits(value)} "


def digits(value: float) -> str:
    """Three digits that count, and no more: 1,234; 412; 41.2; 4.12; 0.04."""
    if value >= 99.95:
        return f"{value:,.0f}"
    text = f"{value:.{1 if value >= 9.995 else 2 if value >= 0.0995 else 3}f}"
    return text.rstrip("0").rstrip(".")


def point(name: str) -> str:
    """A point of an axis: 10 M, 4 k, first picture."""
    if not name.isdecimal():
        return {"png": "PNG", "jpeg": "JPEG", "webp": "WebP", "avif": "AVIF"}.get(name, name.replace("-", " "))
    count = int(name)
    return scaled(count).strip() if count % 1000 == 0 and count else name


def spread(found: Measurement) -> str:
    """How far the repetitions lie apart: ±3 %; empty for one alone."""
    if len(found.samples) < 2:
        return ""
    return f"±{50 * (found.high - found.low) / found.value:.0f} %"


def machine(about: Machine) -> list[tuple[str, str]]:
    """What it was measured on, by its parts."""
    return [
        ("GPU", f"{about.gpu} (software)" if about.software else about.gpu),
        ("OpenGL", about.gl),
        ("CPU", f"{about.cpu}, {about.cores} cores"),
        ("Memory", f"{about.memory_gib} GiB"),
        ("System", f"{about.system}, Python {about.python}"),
    ]


def headline(result: Result) -> str:
    """The one figure that stands for all: a warm spin with readback, at standard."""
    found = result.find(f"frames/resolution/{result.settings.size}") or result.find("frames/quality/standard")
    if found is None:
        return result.machine.gpu
    side = found.work["width"]
    share = found.readback_share or 0.0
    allowed = f", {share:.0%} of what readback allows" if share >= 0.01 else ""
    return f"{digits(found.value)} frames a second at {side}\u00a0×\u00a0{side}, standard quality{allowed}"
