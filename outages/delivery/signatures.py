"""Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Pure.

Signed is `id.timestamp.body` with HMAC-SHA256; the header may hold several signatures, one for
each secret that is valid, so that a secret can be changed without losing an event.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import Final

PREFIX: Final = "whsec_"
# A message older or newer than this is refused: it may be a recorded one.
TOLERANCE_S: Final = 5 * 60


class BadSignature(Exception):
    """Not signed with a secret of ours, too old, too new, or not signed at all."""


def new_secret() -> str:
    """Return a fresh secret: 32 random bytes, base64, with the standard's prefix."""
    return PREFIX + b64encode(token_bytes(32)).decode()


def signed_headers(
    message_id: str, body: bytes, *, secrets: Iterable[str], at_s: int
) -> dict[str, str]:
    """Return the three headers; `at_s` is seconds since 1970 at this attempt."""
    signatures = [f"v1,{_signature(secret, message_id, at_s, body)}" for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signatures),
    }


def verify(headers: Mapping[str, str], body: bytes, *, secret: str, now_s: float) -> str:
    """Return the message's id. Raises BadSignature. Header names in lower case."""
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not message_id or not stamp.isdecimal() or len(stamp) > 12:
        msg = "not signed"
        raise BadSignature(msg)
    if abs(now_s - int(stamp)) > TOLERANCE_S:
        msg = "too old or too new"
        raise BadSignature(msg)
    expected = _signature(secret, message_id, int(stamp), body).encode()
    for entry in headers.get("webhook-signature", "").split():
        version, _comma, signature = entry.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), expected):
            return message_id
    msg = "signed by nobody we know"
    raise BadSignature(msg)


def _signature(secret: str, message_id: str, at_s: int, body: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{at_s}.".encode() + body
    return b64encode(hmac.new(key, signed, sha256).digest()).decode()
