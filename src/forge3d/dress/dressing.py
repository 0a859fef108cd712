"""A product on a body: one document that stands, moves and is rendered like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..document import Context, Document, Node
from ..errors import NotWearable
from ..native.threads import each
from ..optimize.merge import merge
from ..optimize.uninstance import Uninstance
from .attaching import attach
from .body import Body
from .covering import covered, remove
from .fitting import inside
from .garment import fit, garment, write
from .poses import chosen, poses
from .rig import VRM, Naming, Rig, best_rig, declared_bones
from .wear import Wear

_ALIKE, _EQUAL = 2e-3, 1e-4  # of the body's height: poses so near are fitted to, or looked at, once
_FITTED = 16  # poses that cloth is fitted to at most
_INSIDE = 0.005  # of what is worn: more of its vertices inside the body shows


@dataclass(slots=True, eq=False)
class Dressed:
    """What became of a product and a body.

    Attributes:
        document: both together.
        bones: of the body, by name, that were understood.
        folded: joints of the product that the body lacks → the bones that took their place.
        moved: metres by which fitting moved cloth, at most.
        scale: of what hangs on a bone, against its file.
        hidden: triangles of the body that were removed.
        inside: of each pose that was looked at, the part of the product's vertices that lie inside the body, 0 to 1.
        warnings: what was left as it was or left out, and why.
    """

    document: Document
    bones: list[str]
    folded: dict[str, str] = field(default_factory=dict)
    moved: float = 0.0
    scale: float = 1.0
    hidden: int = 0
    inside: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """All but the document, for machines."""
        names = ("bones", "folded", "moved", "scale", "hidden", "inside", "warnings")
        return {name: getattr(self, name) for name in names}


def dress(
    product: Document,
    body: Document,
    wear: Wear | None = None,
    *,
    progress: Callable[[float, str], None] | None = None,
) -> Dressed:
    """Put a garment or a wearable on a rigged body. Neither document is changed.

    The body keeps its poses and animations, and what is worn follows them. Variants of both stay. Of the product's own
    animations stays what does not move its skeleton.

    Args:
        product: cloth with a skeleton of its own, or without one but modelled where it is worn; or anything that hangs
            on a bone, see `Wear.attach`.
        body: has a skin whose joints are named as VRM, Mixamo or the like name them, see `Wear.joints`.
        wear: default: cloth that bends with the body.
        progress: called with the part done and its name; what it raises stops the work.

    Raises:
        NotWearable: the body has no skin or no known joints, or the product's joints are none of the body's.
        UnsupportedFeature: an unknown extension pins a file's numbering.
    """
    wear, tell = wear or Wear(), progress or (lambda part, label: None)
    plain = [_plain(body), _plain(product)]
    together, count = merge(plain), len(plain[0].nodes)
    standing, added = together.nodes[:count], together.nodes[count:]
    naming = [_naming(wear, file, nodes) for file, nodes in ((body, standing), (product, added))]
    rig = _rig(together, len(body.skins), naming[0])
    tell(0.1, "body")
    surface = Body(together, standing, rig, naming[0])
    names, placed = zip(*poses(together, rig, together.animations[: len(body.animations)]), strict=True)
    smaller = np.diag(
        [*[1 / surface.unit] * 3, 1.0]
    )  # from the world's metres to the units that the body is modelled in
    moments = [smaller @ matrices for matrices in placed]
    result = Dressed(together, [*rig.bones])
    strange = wear.joints.keys() - {node.name for node in together.nodes}
    result.warnings += [f"no joint is called {name!r}, as the recipe has it" for name in sorted(strange)]
    tell(0.2, "fit")
    if wear.attach:
        worn, scale = attach(together, added, naming[1], wear, rig, surface)
        result.scale = scale or 1.0
        if scale is None:
            result.warnings.append("part of it stays inside the body at every size: give an offset or a scale")
    else:
        worn, result.folded = garment(together, added, naming[1], wear, rig, surface)
        few = dict.fromkeys(chosen(surface, moments, _ALIKE * surface.height, _FITTED))
        result.moved = fit(worn, surface, [moments[number] for number in few], wear.clearance)
        result.warnings += write(together, added, worn, rig.skin)
        together.skins[:] = together.skins[: len(body.skins)]
        tell(0.8, "covered skin")
        if wear.hide:
            result.hidden, kept = remove(together, surface, covered(surface, worn.corners))
            result.warnings += dict.fromkeys(kept)
    tell(0.9, "poses")
    stands = chosen(surface, moments, _EQUAL * surface.height)
    looked = [*dict.fromkeys(stands)]
    found = each(lambda number: inside(worn.posed(moments[number]), surface.posed(moments[number])), looked)
    shares = dict(zip(looked, found, strict=True))
    result.inside = {name: shares[number] for name, number in zip(names, stands, strict=True)}
    pose, share = max(result.inside.items(), key=lambda item: item[1])
    if share > _INSIDE:
        result.warnings.append(f"{share:.1%} of it lies inside the body ({pose}): it shows")
    tell(1.0, "done")
    return result


def _plain(document: Document) -> Document:
    """A copy without what says which node is which bone (VRM), with every instance a node and a name for each joint."""
    plain = document.copy()
    for skin in plain.skins:
        for number, joint in enumerate(skin.joints):
            joint.name = joint.name or f"joint {number}"
    for name in VRM:
        plain.extensions.pop(name, None)
    for names in (plain.extensions_used, plain.extensions_required):
        names[:] = [name for name in names if name not in VRM]
    if plain.pinned is not None and set(plain.pinned.extensions) <= set(VRM):
        plain.pinned = None
    Uninstance()(plain, Context())
    return plain


def _naming(wear: Wear, file: Document, nodes: list[Node]) -> Naming:
    declared = {nodes[number]: bone for number, bone in declared_bones(file).items() if 0 <= number < len(file.nodes)}
    return Naming(wear.joints, declared)


def _rig(document: Document, skins: int, naming: Naming) -> Rig:
    rig = best_rig(document, document.skins[:skins], naming)
    if rig is None:
        raise NotWearable("the body has no skeleton: export it with its skin (joints and weights)")
    if not rig.bones:
        names = ", ".join(joint.name or "without a name" for joint in rig.skin.joints[:6])
        raise NotWearable(
            f"none of the body's joints is known ({names}, …): name them as VRM or Mixamo does, or in the recipe, "
            'such as [wear.joints] "joint name" = "hips"'
        )
    return rig
