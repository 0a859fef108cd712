"""Verify: everything that readers may be led to is there, in every region, and is what it should be.

From the pointer to the record of each generation that can be rolled back to, and from there to each object. What is
missing or damaged can be repaired from older versions or from another region; what was repaired is looked at again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from ..errors import RemoteError
from ..skus import is_sku
from .abreast import abreast
from .checking import Finding, Product
from .layout import POINTERS
from .replicas import check_replicas
from .store import Store, open_store


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at in all regions together, and what was wrong.

    Attributes:
        objects: files, records and pointers, each once in each region.
        bytes: of the files.
    """

    products: int = 0
    objects: int = 0
    bytes: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong, or no longer."""
        return all(finding.repaired for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 where all is well, 1 where something is wrong still."""
        return 0 if self.is_sound else 1

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "sound": self.is_sound,
            "products": self.products,
            "objects": self.objects,
            "bytes": self.bytes,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def verify(
    target: str | Store,
    sku: str | None = None,
    *,
    replicas: Sequence[str | Store] = (),
    repair: bool = False,
    deep: bool = False,
    jobs: int = 8,
    progress: Callable[[Verification], None] | None = None,
) -> Verification:
    """Look at a product, or at all of them, in each region.

    Args:
        target: `s3://bucket/prefix` or `file:///folder`.
        sku: the product; every one without it.
        replicas: buckets that S3 replicates the target to.
        repair: mend what can be mended.
        deep: read every body. Otherwise Amazon's word about a body's checksum is taken; a store that gives none, or
            another than it should, is read in any case.
        jobs: products under way at the same time.
        progress: is told the sum so far after each product.

    Raises:
        RecipeError: the regions do not fit together.
        RemoteError: the product is not published, or a store could not be reached or refused.
    """
    store, *others = (open_store(each) if isinstance(each, str) else each for each in (target, *replicas))
    check_replicas(store, others)
    stores, total = (store, *others), Verification()
    with tempfile.TemporaryDirectory(prefix="forge3d-") as work:

        def look(one: str) -> Verification:
            product = Product(one, stores, Path(work), deep=deep, repair=repair)
            if not product.check():
                if sku is not None:
                    raise RemoteError(f"{store.url}: {sku} is not published: check the SKU and the target")
                return Verification()  # under another prefix of this bucket
            return Verification(1, product.objects, product.bytes, tuple(product.findings))

        for seen in abreast(look, _products(stores) if sku is None else [sku], jobs):
            total = replace(
                total,
                products=total.products + seen.products,
                objects=total.objects + seen.objects,
                bytes=total.bytes + seen.bytes,
                findings=total.findings + seen.findings,
            )
            if progress:
                progress(total)
    return total


def _products(stores: Sequence[Store]) -> Iterator[str]:
    """Each product that has a pointer in some region, or once had one in the first."""
    yield from _named(one.key for one in stores[0].history(POINTERS))
    for number, other in enumerate(stores[1:], 1):
        for sku in _named(one.key for one in other.list(POINTERS)):
            key = f"{POINTERS}{sku}.json"
            if not any(any(before.history(key)) for before in stores[:number]):
                yield sku


def _named(keys: Iterable[str]) -> Iterator[str]:
    for key, _ in groupby(keys):
        sku = key.removeprefix(POINTERS).removesuffix(".json")
        if is_sku(sku) and key.endswith(".json"):
            yield sku
