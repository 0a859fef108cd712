"""The root's declarations: version and extensions (specification §3.2, §3.12)."""

from __future__ import annotations

import re

from ..gltf.json_access import shown
from .judge import Clean, Judge
from .kinds import DEPENDENCY, NOTHING, TYPE, Texts
from .rules import ERROR, INFORMATION, WARNING, rule
from .schema import UNDEFINED

MAJOR = rule("UNKNOWN_ASSET_MAJOR_VERSION", ERROR, "3.2", "only glTF 2 is known")
MINOR = rule("UNKNOWN_ASSET_MINOR_VERSION", WARNING, "3.2", "the minor version is newer than what is known")
MIN_VERSION = rule("ASSET_MIN_VERSION_GREATER_THAN_VERSION", ERROR, "3.2", "minVersion is above version")
NAME_FORMAT = rule(
    "INVALID_EXTENSION_NAME_FORMAT", WARNING, "3.12", "an extension's name begins with a vendor's prefix"
)
UNSUPPORTED = rule("UNSUPPORTED_EXTENSION", INFORMATION, "3.12", "the extension cannot be judged")
UNUSED_REQUIRED = rule(
    "UNUSED_EXTENSION_REQUIRED", ERROR, "3.12", "a required extension must be listed in extensionsUsed"
)
NOT_REQUIRED = rule("NON_REQUIRED_EXTENSION", ERROR, "3.12", "the extension must be required, not just used")

PREFIX = re.compile(r"[A-Z0-9]+_[A-Za-z0-9_]+")
ALWAYS_REQUIRED = ("KHR_mesh_quantization",)


def read_asset(judge: Judge) -> Clean | None:
    """The cleaned `asset`; None when the file does not say that it is glTF 2, so that nothing else can be judged."""
    from .tables import ASSET

    value = judge.source.json.get("asset")
    if value is None:
        judge.report(UNDEFINED, "", "property 'asset' must be defined")
    if type(value) is not dict:
        if "asset" in judge.source.json:
            judge.report(TYPE, "/asset", "the asset is not an object")
        return None
    asset: Clean = ASSET.read(value, "/asset", judge)
    if "version" not in asset:
        return None
    version = _numbers(asset["version"])
    if "minVersion" in asset and _numbers(asset["minVersion"]) > version:
        judge.report(MIN_VERSION, "/asset/minVersion")
    if version[0] != 2:
        judge.report(MAJOR, "/asset/version", f"version {asset['version']} is not 2.x")
        return None
    if version[1] > 0:
        judge.report(MINOR, "/asset/version", f"version {asset['version']} is judged as 2.0")
    return asset


def read_names(judge: Judge) -> dict[str, list[str]]:
    """The root's lists of extensions; empty where they are not there or spoiled."""
    names: dict[str, list[str]] = {}
    for key in ("extensionsUsed", "extensionsRequired"):
        read = Texts().read(judge.source.json[key], f"/{key}", judge) if key in judge.source.json else NOTHING
        names[key] = [] if read is NOTHING else read
    return names


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)


def check_declarations(judge: Judge, used: list[str], required: list[str]) -> None:
    """The lists of extensions."""
    needed, seen = set(required), set[str]()
    for index, name in enumerate(used):
        pointer = f"/extensionsUsed/{index}"
        if PREFIX.fullmatch(name) is None:
            judge.report(NAME_FORMAT, pointer, f"{shown(name)} does not begin with a prefix such as EXT_")
        if name not in judge.known:
            judge.report(UNSUPPORTED, pointer, f"{shown(name)} is not known here")
        if name in ALWAYS_REQUIRED and name not in needed:
            judge.report(NOT_REQUIRED, pointer, f"{name} must be listed in extensionsRequired")
        seen.add(name)
    if "extensionsRequired" in judge.source.json and "extensionsUsed" not in judge.source.json:
        judge.report(DEPENDENCY, "/extensionsRequired", "extensionsRequired needs extensionsUsed")
    for index, name in enumerate(required):
        if name not in seen:
            judge.report(UNUSED_REQUIRED, f"/extensionsRequired/{index}", f"{shown(name)} is not in extensionsUsed")
