"""Where mended files go: never over an input, and with the files that they refer to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from ...document.output import make_folder, write_files
from ...errors import Forge3DError, OutputError
from ...gltf import Source
from ...gltf.files import SUFFIXES, external_uris
from .draft import Draft, State

Identity = tuple[int, int]


def destinations(given: Iterable[Path], models: Iterable[Path], out: Path) -> dict[Path, Path]:
    """Where each model goes: `out` itself for one file, else below the folder `out`, laid out as it was.

    Args:
        given: the files and folders of the order.
        models: the files that were found in it.

    Raises:
        OutputError: two would be one, or the suffix asks for another format.
    """
    files, folders = list(models), [path for path in given if os.path.isdir(path)]
    single = not folders and len(files) == 1 and not out.is_dir() and out.suffix.lower() in SUFFIXES
    if single:
        if out.suffix.lower() != files[0].suffix.lower():
            raise OutputError(f"{out} has another suffix than {files[0].name}; `forge3d optimize` converts")
        return {files[0]: out}
    places: dict[Path, Path] = {}
    taken: dict[str, Path] = {}
    for path in files:
        base = next((folder for folder in folders if folder in path.parents), path.parent)
        places[path] = out / path.relative_to(base)
        other = taken.setdefault(str(places[path]).casefold(), path)  # also where letters' case makes no difference
        if other != path:
            raise OutputError(f"{other} and {path} would both become {places[path]}; mend them one after the other")
    return places


class Outbox:
    """Writes mended models. Every input, and every file that one refers to, is safe from it.

    Raises:
        OutputError: a destination is one of them, by whatever name, link or letter case.
    """

    def __init__(self, places: Mapping[Path, Path]):
        self._inputs: set[Identity] = set()
        self._written: dict[Path, bytes] = {}  # SHA-256 of each file beside a model
        for path in places:
            self._protect(path)
            self._protect_beside(path)
        for path, target in places.items():
            if self._is_input(target):
                raise OutputError(f"{target} is a file to mend ({path}); forge3d does not write over it")

    def write(self, path: Path, target: Path, state: State) -> None:
        """Write the model that was read from `path`, and the files beside it where `target` is in another folder."""
        source = Source.open(state.data, base=path.parent, name=str(path), resources=state.resources)
        files, renamed = self._beside(source, target, state.resources)
        data = _renamed(source, state, renamed) if renamed else state.data
        make_folder(target.parent)
        write_files({**files, target: data})
        self._written |= {place: hashlib.sha256(content).digest() for place, content in files.items()}

    def _beside(
        self, source: Source, target: Path, changed: Mapping[str, bytes]
    ) -> tuple[dict[Path, bytes], dict[str, str]]:
        """The files to write beside the model, and the URIs that have to change for it."""
        files: dict[Path, bytes] = {}
        renamed: dict[str, str] = {}
        for uri in external_uris(source.json):
            beside = Path(os.path.normpath(target.parent / unquote(uri)))
            try:
                data = bytes(source.resource(uri))
            except Forge3DError:
                continue  # it is missing or refused, of which the validator tells
            if Path(os.path.normpath(target.parent)) not in beside.parents:
                continue
            if not self._is_input(beside) and self._is_free(beside, data):
                files[beside] = data
            elif uri in changed or not self._is_input(beside):
                other = target.parent / f"{target.stem}-{beside.name}"
                renamed[uri] = quote(other.name)
                if self._is_input(other):
                    raise OutputError(f"{other} is an input; forge3d does not write over it")
                files[other] = data
        return files, renamed

    def _is_free(self, place: Path, data: bytes) -> bool:
        """Whether no model of this order has another file there."""
        known = self._written.get(place)
        return known is None or known == hashlib.sha256(data).digest()

    def _protect_beside(self, path: Path) -> None:
        try:
            source = Source.open(path)
            for uri in external_uris(source.json):
                self._protect(source.locate(uri))
        except Forge3DError:
            return  # what cannot be read is not mended, and nothing is written for it

    def _protect(self, path: Path) -> None:
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            return
        self._inputs.add((state.st_dev, state.st_ino))

    def _is_input(self, path: Path) -> bool:
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            return False
        return (state.st_dev, state.st_ino) in self._inputs


def _renamed(source: Source, state: State, names: Mapping[str, str]) -> bytes:
    """The model with other URIs for its buffers and images."""
    draft = Draft(source, {})
    for holder in (*draft.entries("buffers"), *draft.entries("images")):
        if isinstance(holder, dict) and holder.get("uri") in names:
            holder["uri"] = names[holder["uri"]]
    return draft.state().data
