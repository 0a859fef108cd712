"""Numbers as people read them, and text made safe for HTML."""

from __future__ import annotations

from html import escape


def text(value: object) -> str:
    """Any value as HTML text, also inside a quoted attribute."""
    return escape(str(value), quote=True)


def size(count: float) -> str:
    """Bytes: 640 B, 56.7 kB, 3.77 MB."""
    if count < 1000:
        return f"{count:.0f} B"
    for power, unit in enumerate(("kB", "MB", "GB"), 1):
        if count < 999.5 * 1000**power or unit == "GB":
            break
    return f"{_three_digits(count / 1000**power)} {unit}"


def amount(count: float) -> str:
    """A count: 812, 15.5 k, 1.24 M."""
    if count < 10_000:
        return f"{count:,.0f}"
    return f"{_three_digits(count / 1e3)} k" if count < 999_500 else f"{_three_digits(count / 1e6)} M"


def length(metres: float) -> str:
    """A length: 82 cm, 1.24 m, 0.35 mm."""
    if metres >= 1:
        return f"{_three_digits(metres)} m"
    if metres >= 0.01:
        return f"{_three_digits(metres * 100)} cm"
    return f"{_three_digits(metres * 1000)} mm"


def duration(seconds: float) -> str:
    """A time: < 0.01 s, 0.42 s, 12.4 s, 3 min 20 s."""
    if seconds < 0.01:
        return "< 0.01 s"
    if seconds < 120:
        return f"{_three_digits(seconds)} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def change(before: float, after: float) -> str:
    """How much less: −84 %, +3 %, ±0 %. Empty where there was nothing."""
    if not before:
        return ""
    percent = round((after / before - 1) * 100)
    sign = "−" if percent < 0 else "+" if percent > 0 else "±"
    return f"{sign}{abs(percent)} %"


def _three_digits(value: float) -> str:
    decimals = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    number = f"{value:.{decimals}f}"
    return number.rstrip("0").rstrip(".") if "." in number else number
