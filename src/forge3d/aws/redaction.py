"""Keeping secrets out of logs: what boto3's own loggers write at DEBUG holds session tokens, signatures and secrets.

forge3d logs none of these. But an application that sets its root logger to DEBUG makes botocore write every request and
answer; with `redact` called, it writes them without what opens doors.
"""

from __future__ import annotations

import logging
import re

TELLING = ("botocore.auth", "botocore.endpoint", "botocore.parsers", "botocore.hooks", "urllib3.connectionpool")
"""Loggers that write headers, addresses and bodies."""

_SECRETS = re.compile(
    r"""(?P<name> x-amz-(?:security-token|signature|credential) | (?<![\w-])Signature | Secret(?:AccessKey)? | Token
        | SessionToken | aws_secret_access_key | aws_session_token )
    (?P<means> ['"]? \s* (?: [:=>] | %3D ) \s* b? ['"]? )
    [^\s'"&<,\\]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BODIES = re.compile(r"(Secret(?:String|Binary)['\"]?\s*:\s*['\"]).*", re.IGNORECASE | re.DOTALL)
_REDACTED = "[redacted]"


def redacted(text: str) -> str:
    """A text without the values of tokens, signatures and secrets."""
    text = _BODIES.sub(rf"\1{_REDACTED}", text)
    return _SECRETS.sub(rf"\g<name>\g<means>{_REDACTED}", text)


def redact() -> None:
    """Let botocore's loggers write no secrets, from now on; once is enough, again does no harm."""
    for name in TELLING:
        logger = logging.getLogger(name)
        if not any(isinstance(each, _Redacting) for each in logger.filters):
            logger.addFilter(_Redacting())


class _Redacting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        return True
