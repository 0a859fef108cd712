"""Cameras (specification §3.10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from typing import Any

from .judge import Clean, Judge
from .kinds import ONE_OF, Number
from .rules import ERROR, WARNING, rule
from .schema import UNDEFINED, Object, Property

SECTION = "5.12"
MAGNIFICATION_ZERO = rule("CAMERA_XMAG_YMAG_ZERO", ERROR, SECTION, "xmag and ymag must not be zero")
MAGNIFICATION_NEGATIVE = rule("CAMERA_XMAG_YMAG_NEGATIVE", WARNING, SECTION, "xmag and ymag should not be negative")
WIDE = rule("CAMERA_YFOV_GEQUAL_PI", WARNING, SECTION, "yfov should be less than π")
DEPTH = rule("CAMERA_ZFAR_LEQUAL_ZNEAR", ERROR, SECTION, "zfar must be greater than znear")


def check_camera(camera: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """The projection that `type` names is read, the other one is not."""
    if "perspective" in raw and "orthographic" in raw:
        judge.report(ONE_OF, pointer, "a camera is perspective or orthographic, not both")
    read_named(camera.get("type"), PROJECTIONS, raw, pointer, judge)


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


def read_named(name: Any, objects: Mapping[str, Object], raw: Clean, pointer: str, judge: Judge) -> None:
    """Read the property `name` of `raw`, which must be there, as what `objects` says; other names mean nothing."""
    if name in objects:
        if raw.get(name) is None:
            judge.report(UNDEFINED, pointer, f"property {name!r} must be defined")
        if name in raw:
            objects[name].read(raw[name], f"{pointer}/{name}", judge)


def _check_depth(projection: Clean, pointer: str, judge: Judge) -> None:
    near, far = projection.get("znear"), projection.get("zfar")
    if near is not None and far is not None and far <= near:
        judge.report(DEPTH, pointer, f"zfar {far:g} is not greater than znear {near:g}")


POSITIVE = Number(above=0)
PROJECTIONS = {
    "orthographic": Object("cameraOrthographic", {
        "xmag": Property(Number(), required=True), "ymag": Property(Number(), required=True),
        "zfar": Property(POSITIVE, required=True), "znear": Property(Number(0), required=True),
    }, check=check_orthographic),
    "perspective": Object("cameraPerspective", {
        "yfov": Property(POSITIVE, required=True), "znear": Property(POSITIVE, required=True),
        "aspectRatio": Property(POSITIVE), "zfar": Property(POSITIVE),
    }, check=check_perspective),
}  # fmt: skip
