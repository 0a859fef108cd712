"""Bundles about to be published: found, and held against their manifests before anything is sent."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InvalidAsset, RecipeError
from ..pipeline.manifest import NAME, File, Manifest
from .body import chunks
from .layout import MANIFEST, PlacedFile, checked_sku, object_key


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle's folder and its manifest, which has been read and may be published."""

    folder: Path
    manifest: Manifest
    manifest_file: PlacedFile

    @classmethod
    def open(cls, folder: Path) -> Bundle:
        """Read the manifest.

        Raises:
            InvalidAsset: there is none, or it says that the bundle is not to be published.
            RecipeError: its SKU cannot be part of a key.
        """
        manifest, path = Manifest.read(folder), str(folder / NAME)
        checked_sku(manifest.sku)
        if not manifest.ok:
            errors = [finding.code for finding in manifest.findings if finding.severity == "error"]
            why = f" ({', '.join(sorted(set(errors)))})" if errors else ""
            raise InvalidAsset(f"the build found errors{why}: mend them and build again", file=path)
        data = (folder / NAME).read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        about = File(
            path=f"{sha256}.json", role=MANIFEST, bytes=len(data), sha256=sha256, media_type="application/json"
        )
        return cls(folder, manifest, _placed(manifest.sku, about))

    @property
    def files(self) -> tuple[PlacedFile, ...]:
        """The manifest's files, and where they will lie."""
        return tuple(_placed(self.manifest.sku, file) for file in self.manifest.files)

    def path(self, file: PlacedFile) -> Path:
        """Where a file of this bundle is on this machine."""
        return self.folder / (NAME if file.role == MANIFEST else file.path)

    def check(self) -> None:
        """Hold every file against the manifest. Raises InvalidAsset at the first that differs."""
        for file in {file.path: file for file in self.manifest.files}.values():
            path, digest = self.folder / file.path, hashlib.sha256()
            try:
                with path.open("rb") as stream:
                    for piece in chunks(stream):
                        digest.update(piece)
            except OSError as error:
                raise InvalidAsset(f"cannot be read: {error.strerror}; build again", file=str(path)) from error
            if not digest.hexdigest() == file.sha256 == path.stem or path.stat().st_size != file.bytes:
                raise InvalidAsset("is not what its manifest says: build again", file=str(path))


def find_bundles(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The bundles' folders among and in folders, as `forge3d build` writes them, by name.

    Raises:
        InvalidAsset: one of them is not a folder, or has no bundle in it.
        RecipeError: none was given.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        folders = [path] if (path / NAME).is_file() else sorted(_inside(path))
        if not folders:
            raise InvalidAsset(f"no bundle is here ({NAME} is missing): `forge3d build` makes one", file=str(path))
        found |= dict.fromkeys(folders)
    if not found:
        raise RecipeError("no bundles were given: name folders that `forge3d build` wrote")
    return list(found)


def _inside(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in folder.iterdir():
            if not path.name.startswith(".") and (path / NAME).is_file():
                yield path


def _placed(sku: str, file: File) -> PlacedFile:
    _, _, extension = file.path.partition(".")
    members = {name: getattr(file, name) for name in file.__struct_fields__}
    return PlacedFile(**members, key=object_key(sku, file.sha256, extension))
