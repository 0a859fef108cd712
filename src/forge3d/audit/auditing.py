"""Runs a profile's checks over one model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..document import Document
from ..errors import InvalidAsset, LimitExceeded, RecipeError, ResourceRefused, UnsupportedFeature
from ..gltf import Source
from . import ar, counts, hidden, shape, textures, uvs
from .check import CHECKS, Check, NotTestable, judge
from .product import Product
from .profile import Limit, Profile, limit_types
from .report import Finding, Outcome, Report
from .subject import Subject

_ROOMS = (ar, counts, hidden, shape, textures, uvs)  # importing them fills `CHECKS`
DEFAULT = "khronos-3dc"


def audit(
    model: str | os.PathLike[str] | bytes | Source | Document,
    profile: str | os.PathLike[str] | Profile = DEFAULT,
    *,
    product: Product | Mapping[str, Any] | str | os.PathLike[str] | None = None,
    tolerance: float | None = None,
) -> Report:
    """Hold a model against a profile.

    Args:
        model: a path, the bytes of a glTF, an opened `Source`, or a document. What asks for the file itself (its size,
            its validity) is not tested for a document.
        profile: the name of one of `profiles()`, the path of a TOML file, or a `Profile`.
        product: the product's real size, or a JSON file of it: `{"dimensions": {"length": 2.02, …}}`, metres.
        tolerance: percent that each side may be off from the product's, in place of the profile's `product_dimensions`.

    Returns:
        A finding for each check there is. Those that the profile does not name are "not tested", but tell their value
        where that is cheap.

    Raises:
        RecipeError: the profile or the product's data cannot be used, or nobody says how far sides may be off.
        InvalidAsset, UnsupportedFeature, ResourceRefused, LimitExceeded: the model cannot be read.
    """
    given = None if product is None else Product.read(product)
    wanted = demanded(profile, given, tolerance)
    subject = Subject(model, given)
    with np.errstate(all="ignore"):  # a file may hold any number
        findings = [_finding(CHECKS[name], getattr(wanted, name), subject) for name in limit_types()]
    return Report(subject.name, wanted.title, findings)


def demanded(profile: str | os.PathLike[str] | Profile, product: Product | None, tolerance: float | None) -> Profile:
    """The profile that `audit` goes by.

    Raises:
        RecipeError: see `audit`.
    """
    wanted = profile if isinstance(profile, Profile) else Profile.named(os.fspath(profile))
    if tolerance is not None:
        wanted = wanted.with_tolerance(tolerance)
    if product is not None and wanted.product_dimensions is None:
        raise RecipeError(
            f"the profile {wanted.title!r} does not say how far the model may be off from the product: "
            "give a tolerance in percent, or add a [product_dimensions] table"
        )
    return wanted


def _finding(check: Check, limit: Limit | None, subject: Subject) -> Finding:
    if limit is None or not limit.wanted:
        return _without_limit(check, subject)
    try:
        return judge(check.name, check.measure(subject, limit), limit)
    except NotTestable as reason:
        outcome, message = Outcome.NOT_TESTED, str(reason)
    except (InvalidAsset, LimitExceeded, ResourceRefused, UnsupportedFeature) as error:
        # What cannot be read cannot be shown to keep the limit.
        outcome, message = Outcome.FAILED, f"cannot be tested: {error}"
    return Finding(check.name, outcome, limit=str(limit), message=message, source=limit.origin)


def _without_limit(check: Check, subject: Subject) -> Finding:
    message = "the profile does not ask for it"
    if not check.cheap:
        return Finding(check.name, Outcome.NOT_TESTED, message=message)
    try:
        return Finding(check.name, Outcome.NOT_TESTED, check.measure(subject, None).value, message=message)
    except (NotTestable, InvalidAsset, LimitExceeded, ResourceRefused, UnsupportedFeature) as reason:
        return Finding(check.name, Outcome.NOT_TESTED, message=f"{message}; {reason}")
