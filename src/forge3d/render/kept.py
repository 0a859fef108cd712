"""What was made, kept while it may be asked for again: by those it was made from, and within a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import ref

Made = TypeVar("Made")


@dataclass(slots=True, eq=False)
class Entry(Generic[Made]):
    """Something made.

    Attributes:
        nbytes: that it takes.
        held: what must not be freed meanwhile, as its identity is part of the key.
        owners: groups of objects, any of which asks for it for as long as all in it live.
    """

    made: Made
    nbytes: int
    held: Any
    owners: list[tuple[ref[Any], ...]]

    @property
    def wanted(self) -> bool:
        return any(all(owner() is not None for owner in group) for group in self.owners)

    def own(self, owners: Iterable[Any]) -> None:
        group = tuple(map(ref, owners))
        self.owners = [known for known in self.owners if known != group and all(one() is not None for one in known)]
        self.owners.append(group)


class Kept(Generic[Made]):
    """Entries by their keys, in the order of their last use.

    Keys name objects by identity, and those objects are the owners. Nothing here keeps them alive: where the last owner
    goes, nobody can ask again, and the entry goes too. So an identity never comes to mean another object.

    Args:
        limit: bytes that entries out of use may hold.
    """

    def __init__(self, limit: int):
        self._limit, self.nbytes = limit, 0
        self._entries: OrderedDict[Hashable, Entry[Made]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: Hashable, owners: Iterable[Any] = ()) -> Entry[Made] | None:
        """What was put under a key, if it is still good; its owners are these too from now on."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if not entry.wanted:
            self._drop(key)
            return None
        entry.own(owners)
        self._entries.move_to_end(key)
        return entry

    def put(self, key: Hashable, made: Made, nbytes: int, owners: Iterable[Any] = (), held: Any = None) -> Made:
        self._entries[key] = Entry(made, nbytes, held, [tuple(map(ref, owners))])
        self.nbytes += nbytes
        return made

    def trim(self, in_use: Collection[Hashable]) -> int:
        """Let go of what nobody can ask for, and of what was used longest ago until the rest fits.

        Args:
            in_use: keys that were all found or put since the last time; they stay.

        Returns:
            the bytes of what went.
        """
        before = self.nbytes
        for key in list(self._entries):
            if key in in_use:
                break  # and so are all that follow
            if self.nbytes > self._limit or not self._entries[key].wanted:
                self._drop(key)
        return before - self.nbytes

    def clear(self) -> None:
        self._entries.clear()
        self.nbytes = 0

    def _drop(self, key: Hashable) -> None:
        self.nbytes -= self._entries.pop(key).nbytes
