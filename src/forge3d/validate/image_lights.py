"""Image-based lights (EXT_lights_image_based)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .judge import Clean, Judge
from .kinds import ARRAY_LENGTH, NOTHING, Kind, is_filled_list
from .nodes import QUATERNION_TOLERANCE
from .references import Index, root_extension
from .rules import ERROR, rule

NAME = "EXT_lights_image_based"
UNRESOLVED = rule("FORGE3D_IMAGE_LIGHT_UNRESOLVED", ERROR, NAME, "there is no such light")
SIZE = rule("FORGE3D_IMAGE_LIGHT_SIZE", ERROR, NAME, "specularImageSize is no power of two, or has fewer levels")
ROTATION = rule("FORGE3D_IMAGE_LIGHT_ROTATION_NON_UNIT", ERROR, NAME, "the rotation is not a unit quaternion")

FACES = 6


@dataclass(frozen=True, slots=True)
class Rows:
    """An array of arrays, `count` of them unless that is None."""

    each: Kind
    count: int | None

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        if self.count is not None and len(value) != self.count:
            judge.report(ARRAY_LENGTH, pointer, f"{len(value)} rows where {self.count} are expected")
            return NOTHING
        rows = [self.each.read(row, f"{pointer}/{place}", judge) for place, row in enumerate(value)]
        return NOTHING if any(row is NOTHING for row in rows) else rows


class Faces:
    """The images of a cube's six faces; opposite ones may share an image."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        if len(value) != FACES:
            judge.report(ARRAY_LENGTH, pointer, f"{len(value)} images where a cube has {FACES}")
        faces = [Index("images").read(entry, f"{pointer}/{place}", judge) for place, entry in enumerate(value)]
        return NOTHING if any(face is NOTHING for face in faces) else faces


def check_image_light(light: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    size, levels = light.get("specularImageSize"), len(light.get("specularImages", ()))
    if size is not None and (size & (size - 1) or size >> max(levels - 1, 0) < 1):
        judge.report(SIZE, f"{pointer}/specularImageSize", f"{size} pixels with {levels} levels")
    rotation = light.get("rotation", [0, 0, 0, 1])
    if abs(sum(number * number for number in rotation) ** 0.5 - 1) > QUATERNION_TOLERANCE:
        judge.report(ROTATION, f"{pointer}/rotation")


def check_scene_light(extension: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    lights: Any = (root_extension(judge, NAME) or {}).get("lights")
    count = len(lights) if isinstance(lights, list) else 0
    if "light" in extension and extension["light"] >= count:
        judge.report(UNRESOLVED, f"{pointer}/light", f"{extension['light']} where there are {count}")
