"""Metadata packets (KHR_xmp_json_ld)."""

from __future__ import annotations

from typing import Any

from ..gltf.json_access import at
from .judge import Clean, Judge
from .references import root_extension
from .rules import ERROR, rule

NAME = "KHR_xmp_json_ld"
NO_CONTEXT = rule("FORGE3D_XMP_NO_CONTEXT", ERROR, NAME, "a packet says by @context what its names mean")
UNDECLARED = rule("FORGE3D_XMP_UNKNOWN_PREFIX", ERROR, NAME, "a name's prefix is not in the packet's @context")
UNRESOLVED = rule("FORGE3D_XMP_PACKET_UNRESOLVED", ERROR, NAME, "there is no such packet")


def check_packets(extension: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """The root's packets: JSON-LD objects with a context for every prefix that they use."""
    for place, packet in enumerate(raw.get("packets") or () if isinstance(raw.get("packets"), list) else ()):
        here = f"{pointer}/packets/{place}"
        if not isinstance(packet, dict):
            continue
        context = packet.get("@context")
        if not isinstance(context, dict) or not context:
            judge.report(NO_CONTEXT, here)
            continue
        for name in packet:
            prefix, colon, _ = name.partition(":")
            if colon and prefix not in context:
                judge.report(UNDECLARED, at(here, name), f"{prefix!r} is not in @context")


def check_reference(extension: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """An object's packet is one of the root's."""
    packets: Any = (root_extension(judge, NAME) or {}).get("packets")
    count = len(packets) if isinstance(packets, list) else 0
    if "packet" in extension and extension["packet"] >= count:
        judge.report(UNRESOLVED, f"{pointer}/packet", f"{extension['packet']} where there are {count}")
