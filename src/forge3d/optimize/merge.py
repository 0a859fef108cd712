"""One document out of several: side by side, or as variants of one product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..document import Accessor, Context, Document, Material, Primitive, Variant, VariantMapping
from ..document.accessor import Array
from ..document.geometry import flat_indices
from ..errors import InvalidAsset, UnsupportedFeature
from .dedup import Dedup
from .graph import substitute
from .materials import materials_of, needs_tangents, uv_sets

_LISTS = (
    "nodes", "meshes", "materials", "textures", "images", "samplers", "skins", "animations", "cameras", "lights",
    "variants", "accessors", "xmp_packets",
)  # fmt: skip


def merge(documents: Sequence[Document], *, one_scene: bool = True) -> Document:
    """The documents' contents together in a new document; the given ones stay as they are.

    Nothing is renamed or thrown away, and equal objects stay apart: `Dedup` finds them. Variants of the same name
    become one, so that choosing it changes all parts. Copyright notices are all kept; of other values that a file has
    once (generator, extras of the asset), the first document's stay where they disagree.

    Args:
        documents: at least one.
        one_scene: put what the default scenes show into the first document's. Otherwise every scene stays a scene of
            its own, and the first default scene is the default.

    Raises:
        InvalidAsset: no document was given.
        UnsupportedFeature: an extension stands at the root of several files or on a scene that would go, or one that
            forge3d does not know pins a file's numbering.
    """
    if not documents:
        raise InvalidAsset("merging needs at least one document")
    for document in documents:
        refuse_pinned(document, "be merged")
    result = documents[0].copy()
    for document in documents[1:]:
        _append(result, document.copy(), one_scene)
    return result


def merge_variants(documents: Mapping[str, Document]) -> Document:
    """One product whose looks came as a file each: the first document with KHR_materials_variants.

    The files must hold the same geometry: primitives are paired by their positions and triangles, in any order, and
    the other attributes that a look's materials read must be equal or missing in the first file, which then takes them.
    Everything but materials comes from the first document, which is the default look. Equal images, textures and
    materials become one.

    Args:
        documents: variant name → the file that shows it, in the order in which they are listed.

    Raises:
        InvalidAsset: no document was given, or geometry without a partner, or different attributes.
        UnsupportedFeature: a file has variants already, or an unknown extension pins its numbering.
    """
    if not documents:
        raise InvalidAsset("merging variants needs at least one document")
    for name, document in documents.items():
        refuse_pinned(document, "become a variant")
        if document.variants:
            raise UnsupportedFeature("KHR_materials_variants", f"{name!r} has variants of its own already")
    names = list(documents)
    result = documents[names[0]].copy()
    ours = _by_geometry(result)
    for name in names:
        variant = Variant(name=name)
        result.variants.append(variant)
        look = result if name == names[0] else documents[name].copy()
        theirs = ours if name == names[0] else _by_geometry(look)
        _check_partners(name, ours, theirs)
        for key, group in ours.items():
            for mine, other in zip(group, theirs[key], strict=True):
                material = other.material or _default(result)
                if other is not mine:
                    _take_attributes(name, mine, other)
                _map(mine, material, variant)
        if look is not result:
            for kind in ("materials", "textures", "images", "samplers"):
                getattr(result, kind).extend(getattr(look, kind))
            _declare(result, look)
    Dedup(names=False, geometry=False)(result, Context())
    return result


def refuse_pinned(document: Document, what: str) -> None:
    """Raise UnsupportedFeature where an unknown extension may point to anything by number."""
    if document.pinned is not None:
        name = document.pinned.extensions[0]
        raise UnsupportedFeature(name, f"the file cannot {what}: forge3d does not know what this extension refers to")


def _append(result: Document, other: Document, one_scene: bool) -> None:
    """Put what `other` holds, a copy that nobody else has, into `result`."""
    shared = sorted(name for name in other.extensions if name in result.extensions)
    if shared:
        raise UnsupportedFeature(shared[0], "several of the files have it at their root, where there is place for one")
    known = {variant.name: variant for variant in result.variants}
    same = {id(variant): known[variant.name] for variant in other.variants if variant.name in known}
    if same:
        substitute(other, same)
    scene = other.scene or (other.scenes[0] if other.scenes else None)
    target = result.scene or (result.scenes[0] if result.scenes else None)
    if one_scene and scene is not None and target is not None:
        if scene.extensions:
            name = next(iter(scene.extensions))
            raise UnsupportedFeature(name, "it stands on a scene that would go; merge with one_scene=False")
        target.nodes = [*target.nodes, *scene.nodes]
        other.scenes.remove(scene)
        scene = None
    for kind in ("scenes", *_LISTS):
        getattr(result, kind).extend(getattr(other, kind))
    result.scene = result.scene or scene
    result.extensions |= other.extensions
    result.extras = _both(result.extras, other.extras)
    result.asset.extras = _both(result.asset.extras, other.asset.extras)
    result.asset.copyright = _notices(result.asset.copyright, other.asset.copyright)
    if result.encoding != other.encoding:
        result.encoding = None
    result.source_files = tuple(dict.fromkeys((*result.source_files, *other.source_files)))
    _declare(result, other)


def _declare(result: Document, other: Document) -> None:
    for kind in ("extensions_used", "extensions_required"):
        names = getattr(result, kind)
        names += [name for name in getattr(other, kind) if name not in names]


def _both(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {**second, **first}
    return first if first is not None else second


def _notices(*notices: str | None) -> str | None:
    return "; ".join(dict.fromkeys(notice for notice in notices if notice)) or None


def _by_geometry(document: Document) -> dict[bytes, list[Primitive]]:
    """Primitives by what they draw: topology, positions and the order of their vertices."""
    from hashlib import sha256

    found: dict[bytes, list[Primitive]] = {}
    for primitive in dict.fromkeys(p for mesh in document.meshes for p in mesh.primitives):
        digest = sha256(repr(primitive.mode).encode())
        if "POSITION" in primitive.attributes:
            digest.update(np.ascontiguousarray(primitive.attributes["POSITION"].floats).data)
        digest.update(np.ascontiguousarray(flat_indices(primitive)).data)
        found.setdefault(digest.digest(), []).append(primitive)
    return found


def _check_partners(name: str, ours: dict[bytes, list[Primitive]], theirs: dict[bytes, list[Primitive]]) -> None:
    lost = sum(abs(len(ours.get(key, [])) - len(theirs.get(key, []))) for key in {*ours, *theirs})
    if lost:
        raise InvalidAsset(f"variant {name!r} has other geometry: {lost} primitives have no partner of their shape")


def _take_attributes(name: str, mine: Primitive, other: Primitive) -> None:
    """Let the primitive have what the look's materials read."""
    read: set[str] = {"COLOR_0"}
    for material in materials_of(other):
        read |= {f"TEXCOORD_{number}" for number in uv_sets(material)}
        read |= {"TANGENT"} if needs_tangents(material) else set()
    for semantic in sorted(read & other.attributes.keys()):
        given: Accessor = other.attributes[semantic]
        own = mine.attributes.get(semantic)
        if own is None and semantic != "COLOR_0":
            mine.attributes = {**mine.attributes, semantic: given}
        elif own is None or not _equal(own.floats, given.floats):
            raise InvalidAsset(f"variant {name!r} has another {semantic} than the first, which materials cannot show")


def _equal(a: Array, b: Array) -> bool:
    return a.shape == b.shape and bool(np.array_equal(a, b))


def _map(primitive: Primitive, material: Material, variant: Variant) -> None:
    for mapping in primitive.variants:
        if mapping.material is material:
            mapping.variants = [*mapping.variants, variant]
            return
    primitive.variants = [*primitive.variants, VariantMapping(material=material, variants=[variant])]


def _default(document: Document) -> Material:
    """A listed material that looks like no material."""
    material = Material(name="default")
    document.materials.append(material)
    return material
