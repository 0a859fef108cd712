"""Say in the file whose it is."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar

from ..document import Change, Context, Document, Fidelity, Transform
from ..document.members import members
from ..document.property import XmpPacket
from ..errors import RecipeError
from .graph import pinned

_DC = ("dc", "http://purl.org/dc/elements/1.1/")
_RDF = ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*")  # lower-case BCP 47, as KHR_xmp_json_ld asks


@dataclass(frozen=True, slots=True)
class Stamp(Transform):
    """Write who made the model and who may use it: `asset.copyright`, and a metadata packet (KHR_xmp_json_ld). Exact.

    Metadata that are there already stay, but for what is given here. Where other objects share the asset's packet, the
    asset gets one of its own.

    Args:
        copyright: a line such as `2026 Example Ltd.`, for `asset.copyright`.
        title: of the model (Dublin Core `title`), in `language`.
        description: in `language` (Dublin Core `description`).
        creator: who made it (Dublin Core `creator`); several with `;` between them, in their order.
        rights: licence or terms of use, in `language` (Dublin Core `rights`).
        identifier: such as an article number or a URN (Dublin Core `identifier`).
        language: of the texts, as BCP 47 in lower case, such as en or pt-br.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    copyright: str | None = None
    title: str | None = None
    description: str | None = None
    creator: str | None = None
    rights: str | None = None
    identifier: str | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        if not _LANGUAGE.fullmatch(self.language):
            raise RecipeError(f"stamp: language={self.language!r}, but it must be BCP 47 in lower case, such as pt-br")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("stamp")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        if self.copyright is not None:
            document.asset.copyright = self.copyright
        texts = {"title": self.title, "description": self.description, "rights": self.rights}
        if any(text is not None for text in (*texts.values(), self.creator, self.identifier)):
            packet = _own_packet(document)
            for name, text in texts.items():
                if text is not None:
                    self._set_text(packet, name, text)
            if self.creator is not None:
                names = [name.strip() for name in self.creator.split(";")]
                packet[f"{_prefix(packet, _DC)}:creator"] = {"@list": names}
            if self.identifier is not None:
                packet[f"{_prefix(packet, _DC)}:identifier"] = self.identifier
        return change

    def _set_text(self, packet: dict[str, Any], name: str, text: str) -> None:
        """Set a property in one language; what stands there in others stays."""
        rdf, key = _prefix(packet, _RDF), f"{_prefix(packet, _DC)}:{name}"
        old = packet.get(key)
        alternatives = old if isinstance(old, dict) and old.get("@type") == f"{rdf}:Alt" else {}
        values = [value for slot, value in sorted(alternatives.items()) if slot.startswith(f"{rdf}:_")]
        others = [v for v in values if isinstance(v, dict) and v.get("@language") != self.language]
        new = [{"@language": self.language, "@value": text}, *others]
        packet[key] = {"@type": f"{rdf}:Alt", **{f"{rdf}:_{n}": value for n, value in enumerate(new, 1)}}


def _own_packet(document: Document) -> dict[str, Any]:
    """The JSON of a packet that describes the asset alone; what the asset's old one said is in it."""
    old = document.asset.xmp
    data = deepcopy(old.data) if old is not None else {"@context": {}}
    new = document.asset.xmp = XmpPacket(data=data)
    if old in document.xmp_packets and old is not None and not _shared(document, old):
        document.xmp_packets[document.xmp_packets.index(old)] = new
    else:
        document.xmp_packets.append(new)
    return data


def _shared(document: Document, packet: XmpPacket) -> bool:
    """Whether an object other than the asset has this packet."""
    owners = [owner for kind, found in members(document).items() if kind is not XmpPacket for owner in found]
    return any(owner.xmp is packet for owner in owners)


def _prefix(packet: dict[str, Any], namespace: tuple[str, str]) -> str:
    """The prefix that the packet has for a namespace, of which it may have only one; declared where it is missing."""
    usual, address = namespace
    context = packet.get("@context")
    if not isinstance(context, dict):
        context = packet["@context"] = {}
    known = next((prefix for prefix, meant in context.items() if meant == address), None)
    if known is not None:
        return str(known)
    prefix = next(name for name in (usual, *(f"{usual}{n}" for n in range(2, 1000))) if name not in context)
    context[prefix] = address
    return prefix
