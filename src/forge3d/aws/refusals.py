"""What AWS clients raise, told as `RemoteError`: which bucket and key, what happened, and what to do.

Only codes are repeated, never what the server or client wrote beside them: that can hold signatures and addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import RemoteError
from .redaction import redact
from .store import Precondition

ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
FORBIDDEN = frozenset({"403", "AccessDenied"})
_LOST = frozenset({"412", "PreconditionFailed"})
MISMATCHED = frozenset(
    {"BadDigest", "IncompleteBody", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"}
)
"""The store has seen that what arrived is not what was sent."""
MOMENTARY = frozenset({"409", "ConditionalRequestConflict", "OperationAborted", "NoSuchUpload", "InvalidPart"})
"""Somebody else is writing the same object at this very moment, or has finished our upload for us."""

_ADVICE = {
    "NoSuchBucket": "there is no such bucket: make it, or check the name",
    "AccessDenied": "these credentials may not do that: `forge3d policy` prints what they need",
    "403": "these credentials may not do that, or the bucket is another account's",
    "AllAccessDisabled": "the bucket's owner has blocked it",
    "InvalidAccessKeyId": "these credentials are not known: check which profile or role is used",
    "SignatureDoesNotMatch": "these credentials do not fit together: check the secret key, and this machine's clock",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "ExpiredToken": "the credentials have expired: get new ones, then run it again; what was sent stays",
    "PermanentRedirect": "the bucket is in another region: name it with --region",
    "SlowDown": "it was asked too much at once: run it again, perhaps with fewer --jobs; what was sent stays",
    "EntityTooLarge": "it is too large for the store",
    "InvalidStorageClass": "the store does not know this storage class",
    "404": "it is not there",
    "NoSuchResource": "there is no such thing: give its id, not its name",
    "TooManyPublicKeysInKeyGroup": "a key group takes five keys: retire old ones first",
}


@contextmanager
def told(what: str) -> Iterator[None]:
    """Raise what a client raises as `RemoteError`. `what` names the operation and its object, as in `writing s3://…`.

    Raises:
        Precondition: a conditional request found the condition not met.
        RemoteError: anything else that AWS, the network or the credentials did not allow.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
    from botocore.parsers import ResponseParserError

    redact()
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code in _LOST:
            raise Precondition(f"{what}: somebody else has changed it") from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        again = "the service is in trouble: run it again; what was sent stays" if status >= 500 else ""
        advice = _ADVICE.get(code) or again or "see what this code means in the service's documentation"
        raise RemoteError(f"{what} failed ({code}): {advice}") from error
    except (HTTPClientError, ConnectionError, ResponseParserError) as error:
        raise RemoteError(
            f"{what} failed ({type(error).__name__}): the service could not be reached, or did not answer "
            "properly; check the network and the endpoint, and run it again; what was sent stays"
        ) from error
    except BotoCoreError as error:
        name = type(error).__name__
        advice = _CLIENT_ADVICE.get(name, "check the configuration of the AWS client")
        raise RemoteError(f"{what} failed ({name}): {advice}") from error


_CLIENT_ADVICE = {
    "NoCredentialsError": "no credentials were found: set a profile or role as for the AWS command line",
    "PartialCredentialsError": "the credentials are incomplete: check the profile",
    "NoRegionError": "no region is set: name it with --region or AWS_REGION",
    "ProfileNotFound": "there is no such profile in the AWS configuration",
    "IncompleteReadError": "the connection breaks off: check the network, and run it again",
    "ParamValidationError": "the bucket's name or a key is not a valid one",
}


def code_of(error: BaseException | None) -> str:
    """The service's code of what went wrong: `NoSuchKey`, `412`, …"""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
