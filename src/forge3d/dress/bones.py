"""The bones of a humanoid, and what rigs call them.

The names are those of VRM 1.0 (VRMC_vrm, humanoid). Mixamo's, Unreal's, Blender's and VRoid's are understood too: a
name is split into its side and its core, and the core looked up.
"""

from __future__ import annotations

import re
from itertools import pairwise

PARENT: dict[str, str | None] = {
    "hips": None, "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest", "head": "neck",
    "leftEye": "head", "rightEye": "head", "jaw": "head",
}  # fmt: skip
"""Each bone's parent; bones that a rig may lack (chest, upperChest, neck, shoulders, toes, fingers) are skipped."""

_LIMBS = {
    "Shoulder": "upperChest", "UpperArm": "Shoulder", "LowerArm": "UpperArm", "Hand": "LowerArm",
    "UpperLeg": "hips", "LowerLeg": "UpperLeg", "Foot": "LowerLeg", "Toes": "Foot",
}  # fmt: skip
_FINGERS = dict.fromkeys(("Index", "Middle", "Ring", "Little"), ("Proximal", "Intermediate", "Distal"))
_FINGERS["Thumb"] = ("Metacarpal", "Proximal", "Distal")

for _side in ("left", "right"):
    for _limb, _above in _LIMBS.items():
        PARENT[_side + _limb] = _above if _above in PARENT else _side + _above
    for _finger, _parts in _FINGERS.items():
        for _part, _above in zip(_parts, ("Hand", *(_finger + part for part in _parts)), strict=False):
            PARENT[_side + _finger + _part] = _side + _above

NEXT = {
    "hips": "spine", "spine": "chest", "chest": "upperChest", "upperChest": "neck", "neck": "head",
    **{f"{side}{a}": f"{side}{b}" for side in ("left", "right") for a, b in (
        ("Shoulder", "UpperArm"), ("UpperArm", "LowerArm"), ("LowerArm", "Hand"),
        ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"), ("Foot", "Toes"))},
}  # fmt: skip
"""The bone that each points to: where its flesh ends."""
for _finger, _parts in _FINGERS.items():
    for _a, _b in pairwise(_parts):
        NEXT |= {f"{side}{_finger}{_a}": f"{side}{_finger}{_b}" for side in ("left", "right")}

_MIDDLE = {
    "hips": "hips", "hip": "hips", "pelvis": "hips",
    "spine": "spine", "spine01": "spine",
    "spine1": "chest", "spine02": "chest", "chest": "chest",
    "spine2": "upperChest", "spine03": "upperChest", "upperchest": "upperChest",
    "neck": "neck", "neck01": "neck", "head": "head", "jaw": "jaw",
}  # fmt: skip
_SIDED = {
    "shoulder": "Shoulder", "clavicle": "Shoulder", "collar": "Shoulder",
    "upperarm": "UpperArm", "arm": "UpperArm", "uparm": "UpperArm",
    "lowerarm": "LowerArm", "forearm": "LowerArm",
    "hand": "Hand", "wrist": "Hand",
    "upperleg": "UpperLeg", "upleg": "UpperLeg", "thigh": "UpperLeg",
    "lowerleg": "LowerLeg", "leg": "LowerLeg", "calf": "LowerLeg", "shin": "LowerLeg",
    "foot": "Foot", "ankle": "Foot", "toes": "Toes", "toe": "Toes", "toebase": "Toes", "ball": "Toes",
    "eye": "Eye", "faceeye": "Eye",
}  # fmt: skip
for _finger, _parts in _FINGERS.items():
    for _number, _part in enumerate(_parts, 1):
        for _name in (_finger, "Pinky") if _finger == "Little" else (_finger,):
            for _digit in (str(_number), f"0{_number}", _part):
                for _prefix in ("", "hand"):
                    _SIDED[f"{_prefix}{_name}{_digit}".lower()] = _finger + _part

_PREFIX = re.compile(r"^(?:.*:|mixamorig\d*[:_]?|j_bip_|j_adj_|bip\d*[ _]|def[-_.]|org[-_.])", re.IGNORECASE)
_SIDES = {"left": "left", "right": "right", "l": "left", "r": "right"}


def bone_of(name: str | None) -> str | None:
    """The humanoid bone that a joint of this name is, or None.

    >>> [bone_of(name) for name in ("leftUpperArm", "mixamorig:LeftForeArm", "thigh_r", "J_Bip_C_UpperChest")]
    ['leftUpperArm', 'leftLowerArm', 'rightUpperLeg', 'upperChest']
    """
    if not name:
        return None
    if name in PARENT:
        return name
    side, core = _parted(_PREFIX.sub("", name))
    if side is None:
        return _MIDDLE.get(core)
    sided = _SIDED.get(core)
    return None if sided is None else side + sided


def _parted(name: str) -> tuple[str | None, str]:
    """Side and core: `LeftUpLeg` → left, upleg; `upper_arm.R` → right, upperarm; `C_Hips` → None, hips."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)
    if words and words[0].lower() in ("c", "center"):
        words = words[1:]
    for place in (0, -1):
        if len(words) > 1 and words[place].lower() in _SIDES:
            side = _SIDES[words.pop(place).lower()]
            return side, "".join(words).lower()
    return None, "".join(words).lower()
