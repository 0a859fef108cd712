"""Augmented reality: files for the viewers of iPhones and Android, and what they would not show as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ...audit import Profile, audit
from ...audit.profile import Placement
from ...document import Context, Document
from ...document.statistics import statistics
from ...errors import DependencyMissing, RecipeError, UnsupportedFeature
from ...export import usdz
from ...lod import levels as simplified
from ...optimize import Textures
from ..graph import Artifact, Facts, Result
from ..manifest import Finding, Severity
from ..recipe import Ar
from .levels import split
from .optimize import error_of, transforms
from .scene_viewer import scene_viewer

if TYPE_CHECKING:
    from ..product import Work

USDZ = "model/vnd.usdz+zip"
_QUALITY = 90  # of JPEG, which takes more for what WebP shows at the recipe's quality
_CHECKS = (
    "file_size", "triangles", "texture_width", "texture_height", "joint_influences", "animation_seconds", "ar_ready",
)  # fmt: skip


def check_ar(wanted: Ar) -> None:
    """Raise DependencyMissing where the recipe insists on a USDZ that cannot be made."""
    if wanted.usdz == "always" and find_spec("pxr") is None:
        raise DependencyMissing("ar.usdz = \"always\" needs usd-core: pip install 'forge3d[usdz]'")


def ar(work: Work) -> Result:
    """The USDZ and the GLB for Scene Viewer, what of the model they cannot carry, and limits that are not kept."""
    wanted, found, made = work.recipe.ar, list[Finding](), list[Artifact]()
    placement = wanted.place(work.path.name)
    broken = _Broken(placement)
    plain = model = work.results["optimize"]["model"].data
    if wanted.scene_viewer or wanted.usdz != "never":
        document, texture, error = _lightened(work, found)
    if wanted.scene_viewer:
        try:
            made.append(scene_viewer(document.copy(), texture, error=error))
            plain = made[0].data
        except UnsupportedFeature as why:
            found.append(_finding("warning", "NO_SCENE_VIEWER", why.message))
    broken.hold(plain, "google-scene-viewer")
    broken.hold(model, "webxr")
    if wanted.usdz != "never":
        try:
            package = usdz(document, name=work.path.stem)
            facts = Facts(triangles=statistics(document).triangles, error=error)
            made.append(Artifact("usdz", package.data, USDZ, "usdz", facts))
            broken.hold(document, "apple-ar")
            found += [_finding("information", "USDZ_APPROXIMATED", str(note)) for note in package.notes]
        except (DependencyMissing, RecipeError) as why:
            found.append(_finding("error" if wanted.usdz == "always" else "warning", "NO_USDZ", str(why)))
    return Result(tuple(made), {"placement": placement}, (*broken.findings(), *found))


def _lightened(work: Work, found: list[Finding]) -> tuple[Document, Textures, float]:
    """What the files for AR are made of, how its textures are stored, and by how many metres its surface may be off.

    It is the input as the recipe cleans it up, as neither file may have quantized geometry, within the triangles and
    texels of phones. Adds what the user should know.
    """
    most, context = work.recipe.ar.triangles, Context()
    clean, texture, _ = split(transforms(work.recipe.optimize))
    document = work.document().copy()
    error = error_of(document.apply(*clean))
    triangles = statistics(document).triangles
    if most and triangles > most:
        try:
            for level in simplified(document, triangles=(most,), context=context):
                document, error = level.document, error + level.error
                context.warn(f"has {level.triangles:,} of {triangles:,} triangles; ar.triangles is {most:,}")
        except UnsupportedFeature as why:  # the model has levels inside: it is delivered with the first
            context.warn(str(why))
    side = min(filter(None, (work.recipe.ar.texture_size, texture.max_size)))
    texture = replace(
        texture, max_size=side, format="jpeg", core=True, keep_jpeg=True, quality=_QUALITY, data_quality=None
    )
    document.apply(texture)
    found += [_finding("information", "AR_SIMPLIFIED", text) for text in context.warnings]
    return document, texture, error


@dataclass(slots=True)
class _Broken:
    """Limits of phones' viewers that are not kept, each with the viewers that set it."""

    placement: Placement
    _viewers: dict[str, list[str]] = field(default_factory=dict)

    def hold(self, model: bytes | Document, *profiles: str) -> None:
        """Hold a model against what built-in profiles say of AR."""
        for name in profiles:
            profile = Profile.named(name).with_placement(self.placement)
            chosen = Profile(title=profile.title, **{check: getattr(profile, check) for check in _CHECKS})
            for finding in audit(model, chosen).failed:
                # What materials lose on the way to USD is told by the notes of the package, more exactly.
                places = [place.detail for place in finding.where if not place.pointer.startswith("/materials")]
                told = places if finding.check == "ar_ready" and finding.where else [f"{finding.check} {finding.told}"]
                for text in told:
                    self._viewers.setdefault(text, []).append(profile.title)

    def findings(self) -> Iterator[Finding]:
        for text, viewers in self._viewers.items():
            yield _finding("warning", "NOT_AR_READY", f"{text}: {', '.join(viewers)}")


def _finding(severity: Severity, code: str, message: str) -> Finding:
    return Finding(severity=severity, code=code, message=message, step="ar")
