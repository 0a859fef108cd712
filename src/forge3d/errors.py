"""Every exception that forge3d raises on purpose, grouped by what the user can do about it.

Each message says what happened, where, and what to do next. `exit_code` is what the command line returns.
"""

from __future__ import annotations


class Forge3DError(Exception):
    """The root: catch this to catch every error that forge3d means."""

    exit_code = 70


class InvalidAsset(Forge3DError):
    """The file breaks the glTF specification in a way that cannot be read past.

    Args:
        message: what is wrong and what was expected.
        file: the asset's path or name, where known.
        pointer: JSON pointer of the object at fault (RFC 6901), where there is one.
        code: the Khronos validator's code of the rule, where there is one.
    """

    exit_code = 3

    def __init__(self, message: str, *, file: str | None = None, pointer: str | None = None, code: str | None = None):
        self.message, self.file, self.pointer, self.code = message, file, pointer, code
        super().__init__(message)

    def __str__(self) -> str:
        where = " ".join(part for part in (self.file, self.pointer) if part)
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.file, self.pointer, self.code)


def _rebuild(
    kind: type[InvalidAsset], message: str, file: str | None, pointer: str | None, code: str | None
) -> InvalidAsset:
    return kind(message, file=file, pointer=pointer, code=code)


class UnsupportedFeature(Forge3DError):
    """The file is fine but uses something forge3d cannot carry; `name` is the extension or feature."""

    exit_code = 3

    def __init__(self, name: str, message: str):
        self.name, self.message = name, message
        super().__init__(name, message)

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class ResourceRefused(Forge3DError):
    """A resource was not opened because the policy forbids it; `policy` says which rule."""

    exit_code = 3

    def __init__(self, uri: str, policy: str):
        self.uri, self.policy = uri, policy
        super().__init__(uri, policy)

    def __str__(self) -> str:
        return f"{self.uri!r} was refused: {self.policy}"


class LimitExceeded(Forge3DError):
    """The asset asks for more than a limit allows; `limit` names the field of `forge3d.gltf.Limits` to raise."""

    exit_code = 3

    def __init__(self, limit: str, value: float, allowed: float, what: str = "the asset"):
        self.limit, self.value, self.allowed, self.what = limit, value, allowed, what
        super().__init__(limit, value, allowed, what)

    def __str__(self) -> str:
        return (
            f"{self.what} needs {self.value:,} where {self.limit} allows {self.allowed:,}; "
            f"raise it with Limits({self.limit}=…) if the file is trusted"
        )


class SizeMismatch(Forge3DError, ValueError):
    """Two pictures differ in size (width, height), so that no pixel of one has its counterpart in the other."""

    exit_code = 3

    def __init__(self, reference: tuple[int, int], test: tuple[int, int]):
        self.reference, self.test = reference, test
        super().__init__(reference, test)

    def __str__(self) -> str:
        (w, h), (other_w, other_h) = self.reference, self.test
        return (
            f"the pictures differ in size: {w} × {h} and {other_w} × {other_h} pixels must be equal to be compared; "
            "render or export both at one size"
        )


class OutputError(Forge3DError):
    """The output could not be written (permissions, full disk, a path in the way). Nothing half-written is left."""

    exit_code = 4


class DependencyMissing(Forge3DError):
    """An optional package or program is not installed; the message names the extra or package to install."""

    exit_code = 4


class GpuUnavailable(Forge3DError):
    """No OpenGL context could be made; the message lists what was tried. `forge3d doctor` explains more."""

    exit_code = 4


class WorkerLost(Forge3DError):
    """A worker process died at its work; the message says how, and what it said last."""


class NotWearable(Forge3DError):
    """A product cannot be put on a body: one of them lacks what that needs; the message says what to add."""

    exit_code = 3


class BudgetMissed(Forge3DError):
    """No allowed change makes the model small enough; the message says how near the closest came.

    Args:
        what: `bytes` or `triangles`.
        closest: what the closest result has.
        allowed: what the budget allows.
    """

    exit_code = 1

    def __init__(self, what: str, closest: int, allowed: int, advice: str):
        self.what, self.closest, self.allowed, self.advice = what, closest, allowed, advice
        super().__init__(what, closest, allowed, advice)

    def __str__(self) -> str:
        return f"the budget allows {self.allowed:,} {self.what}, and the closest is {self.closest:,}: {self.advice}"


class RecipeError(Forge3DError):
    """A recipe, option or argument has a value that cannot be used; the message names the key and what it takes."""

    exit_code = 2


class PublishConflict(Forge3DError):
    """Somebody else published this product first; nothing was overwritten."""

    exit_code = 5


class RemoteError(Forge3DError):
    """A store (S3, CloudFront, a folder that stands for one) refused something, could not be reached, or lost it.

    The message says which bucket and key, and what to do. It never holds keys, tokens or signed addresses.
    """

    exit_code = 5


class SignatureRefused(Forge3DError):
    """A signed URL or cookie grants nothing, or not this; the message says why."""

    exit_code = 1


class Cancelled(Forge3DError):
    """The caller asked for the work to stop; what was finished is kept."""

    exit_code = 130
