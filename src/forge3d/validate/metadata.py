"""Metadata packets (KHR_xmp_json_ld): JSON-LD, as far as glTF allows it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ..gltf.json_access import at
from .judge import Clean, Judge
from .references import root_extension
from .rules import ERROR, WARNING, rule

NAME = "KHR_xmp_json_ld"
NO_PACKET = rule("FORGE3D_XMP_PACKET_TYPE", ERROR, NAME, "a packet is a JSON object")
NO_CONTEXT = rule("FORGE3D_XMP_NO_CONTEXT", ERROR, NAME, "a packet says by @context what its names mean")
CONTEXT = rule(
    "FORGE3D_XMP_CONTEXT", ERROR, NAME, "@context gives one prefix of letters, digits and _ to each namespace"
)
LOCAL_CONTEXT = rule("FORGE3D_XMP_LOCAL_CONTEXT", ERROR, NAME, "only a packet itself has a @context")
UNDECLARED = rule("FORGE3D_XMP_UNKNOWN_PREFIX", ERROR, NAME, "a name's prefix is not in the packet's @context")
ARRAY = rule("FORGE3D_XMP_ARRAY", WARNING, NAME, "an array is the value of @list or @set")
LANGUAGE = rule("FORGE3D_XMP_LANGUAGE", WARNING, NAME, "a language alternative has both @language and @value")
UNRESOLVED = rule("FORGE3D_XMP_PACKET_UNRESOLVED", ERROR, NAME, "there is no such packet")

PREFIX = re.compile(r"[A-Za-z0-9_]+")
MAX_DEPTH = 64


def check_packets(extension: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """The root's packets: JSON-LD objects with a context for every prefix that they use."""
    for place, packet in enumerate(raw.get("packets") or () if isinstance(raw.get("packets"), list) else ()):
        here = f"{pointer}/packets/{place}"
        if not isinstance(packet, dict):
            judge.report(NO_PACKET, here)
            continue
        context = packet.get("@context")
        if not isinstance(context, dict) or not context:
            judge.report(NO_CONTEXT, here)
            continue
        _check_context(context, f"{here}/@context", judge)
        rest = {name: value for name, value in packet.items() if name != "@context"}
        _check_object(rest, context, here, judge, MAX_DEPTH)


def _check_context(context: dict[str, Any], pointer: str, judge: Judge) -> None:
    uses = Counter(value for value in context.values() if isinstance(value, str))
    for prefix, value in context.items():
        if not isinstance(value, str):
            judge.report(CONTEXT, at(pointer, prefix), "only the namespace itself can stand here")
        elif PREFIX.fullmatch(prefix) is None:
            judge.report(CONTEXT, at(pointer, prefix), f"{prefix!r} is no prefix")
        elif uses[value] > 1:
            judge.report(CONTEXT, at(pointer, prefix), f"{value} has more prefixes than this")


def _check_object(value: dict[str, Any], context: dict[str, Any], pointer: str, judge: Judge, depth: int) -> None:
    if not depth:
        return
    if ("@value" in value or "@language" in value) and not {"@value", "@language"} <= value.keys():
        judge.report(LANGUAGE, pointer)
    for name, entry in value.items():
        here = at(pointer, name)
        prefix, colon, _ = name.partition(":")
        if name == "@context":
            judge.report(LOCAL_CONTEXT, here)
            continue
        if colon and prefix not in context:
            judge.report(UNDECLARED, here, f"{prefix!r} is not in @context")
        if isinstance(entry, list):
            if name not in ("@list", "@set", "@type"):
                judge.report(ARRAY, here)
            for place, element in enumerate(entry):
                if isinstance(element, dict):
                    _check_object(element, context, f"{here}/{place}", judge, depth - 1)
        elif isinstance(entry, dict):
            _check_object(entry, context, here, judge, depth - 1)


def check_reference(extension: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """An object's packet is one of the root's."""
    packets: Any = (root_extension(judge, NAME) or {}).get("packets")
    count = len(packets) if isinstance(packets, list) else 0
    if "packet" in extension and extension["packet"] >= count:
        judge.report(UNRESOLVED, f"{pointer}/packet", f"{extension['packet']} where there are {count}")
