"""What is known of the product: its real size, as the Khronos auditor's product files give it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ..errors import RecipeError

Metres = Annotated[float, Meta(gt=0)]


class Size(Struct, frozen=True, omit_defaults=True):
    """Sides of the product, metres: length along x, width along z, height along y. What is not given is not tested."""

    length: Metres | None = None
    width: Metres | None = None
    height: Metres | None = None


class Product(Struct, frozen=True):
    """A product's data. Other keys are left alone: such files hold more than this."""

    dimensions: Size = Size()

    @classmethod
    def read(cls, given: Product | Mapping[str, Any] | str | os.PathLike[str]) -> Product:
        """A product from a JSON file or from what one holds.

        Raises:
            RecipeError: the file cannot be read, or a length is not a number above 0.
        """
        if isinstance(given, Product):
            return given
        try:
            if isinstance(given, Mapping):
                return msgspec.convert(given, cls)
            return msgspec.json.decode(Path(given).read_bytes(), type=cls)
        except OSError as error:
            raise RecipeError(f"{given}: cannot be read: {error.strerror or error}") from error
        except msgspec.DecodeError as error:  # a ValidationError too
            raise RecipeError(f"{'product' if isinstance(given, Mapping) else given}: {error}") from error
