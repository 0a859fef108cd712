"""Cameras (specification §3.10.3)."""

from __future__ import annotations

from math import pi

from .judge import Clean, Judge
from .kinds import ONE_OF
from .rules import ERROR, WARNING, rule
from .schema import UNDEFINED

SECTION = "5.12"
MAGNIFICATION_ZERO = rule("CAMERA_XMAG_YMAG_ZERO", ERROR, SECTION, "xmag and ymag must not be zero")
MAGNIFICATION_NEGATIVE = rule("CAMERA_XMAG_YMAG_NEGATIVE", WARNING, SECTION, "xmag and ymag should not be negative")
WIDE = rule("CAMERA_YFOV_GEQUAL_PI", WARNING, SECTION, "yfov should be less than π")
DEPTH = rule("CAMERA_ZFAR_LEQUAL_ZNEAR", ERROR, SECTION, "zfar must be greater than znear")


def check_camera(camera: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if "perspective" in camera and "orthographic" in camera:
        judge.report(ONE_OF, pointer, "a camera is perspective or orthographic, not both")
    kind = camera.get("type")
    if kind is not None and kind not in camera:
        judge.report(UNDEFINED, pointer, f"property {kind!r} must be defined")


def check_orthographic(orthographic: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    _check_depth(orthographic, pointer, judge)
    for key in ("xmag", "ymag"):
        magnification = orthographic.get(key)
        if magnification == 0:
            judge.report(MAGNIFICATION_ZERO, f"{pointer}/{key}")
        elif magnification is not None and magnification < 0:
            judge.report(MAGNIFICATION_NEGATIVE, f"{pointer}/{key}")


def check_perspective(perspective: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    _check_depth(perspective, pointer, judge)
    if perspective.get("yfov", 0) >= pi:
        judge.report(WIDE, pointer)


def _check_depth(projection: Clean, pointer: str, judge: Judge) -> None:
    near, far = projection.get("znear"), projection.get("zfar")
    if near is not None and far is not None and far <= near:
        judge.report(DEPTH, pointer, f"zfar {far:g} is not greater than znear {near:g}")
