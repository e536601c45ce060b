"""What a WeChat official account tells us: signed, in secure mode sealed, and read without trust.

The plain signature covers the token, the time and a number drawn once, not the words: whoever saw
one could say anything with it. So an account with an `aes_key` is heard in secure mode alone,
where the signature covers the sealed words. What is too old is not heard, and what was heard
before does nothing a second time (inbox).

Two events matter: what became of a message to all followers (MASSSENDJOBFINISH), and of a template
message to one (TEMPLATESENDJOBFINISH). Everything else is thanked for and forgotten: nobody reads
an account's chat here, and who wrote it is not ours to keep.
"""

import hmac
import struct
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from outages.choices import InboundKind
from outages.delivery.gateway import Heard
from outages.delivery.signatures import TOLERANCE_S, BadSignature

_EVENTS: Final = {"MASSSENDJOBFINISH": "send success", "TEMPLATESENDJOBFINISH": "success"}
_BLOCK: Final = 32
_RANDOM: Final = 16  # bytes before the length


class Unreadable(ValueError):
    """Signed, and yet no event that can be read."""


@dataclass(frozen=True)
class Account:
    """What an account shares with us: its id, the token of signatures, the key of secure mode."""

    app_id: str
    token: str
    aes_key: str = ""


def check(query: Mapping[str, str], account: Account, *, now_s: float) -> None:
    """Check the signature of an address alone, as the account does when it is set up.

    Raises BadSignature.
    """
    _check(query, account, query.get("signature", ""), now_s=now_s)


def read(query: Mapping[str, str], body: bytes, account: Account, *, now_s: float) -> Heard | None:
    """Return what an account says became of a message; None where it says something else.

    Raises BadSignature, Unreadable.
    """
    if not account.aes_key:
        check(query, account, now_s=now_s)
        return _heard(_element(body))
    sealed = _text(_element(body), "Encrypt")
    _check(query, account, query.get("msg_signature", ""), sealed, now_s=now_s)
    return _heard(_element(_opened(sealed, account)))


def _check(
    query: Mapping[str, str], account: Account, signature: str, *more: str, now_s: float
) -> None:
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12:
        msg = "not signed"
        raise BadSignature(msg)
    if abs(now_s - int(stamp)) > TOLERANCE_S:
        msg = "too old or too new"
        raise BadSignature(msg)
    # The account's own recipe: SHA-1 over the sorted parts.
    signed = "".join(sorted([account.token, stamp, nonce, *more]))
    expected = sha1(signed.encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        msg = "signed by nobody we know"
        raise BadSignature(msg)


def _element(body: bytes) -> Element:
    try:
        return fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        msg = "no XML that we read"
        raise Unreadable(msg) from error


def _opened(sealed: str, account: Account) -> bytes:
    """Open AES-256-CBC: random bytes, the length, the words, the account's id."""
    try:
        key = b64decode(account.aes_key + "=", validate=True)
        opening = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        padded = opening.update(b64decode(sealed, validate=True)) + opening.finalize()
    except ValueError as error:
        msg = "cannot be opened"
        raise Unreadable(msg) from error
    filled = padded[-1] if padded else 0
    if not 1 <= filled <= _BLOCK or len(padded) < _RANDOM + 4 + filled:
        msg = "cannot be opened"
        raise Unreadable(msg)
    text = padded[_RANDOM:-filled]
    [length] = struct.unpack(">I", text[:4])
    words, app_id = text[4 : 4 + length], text[4 + length :]
    if app_id != account.app_id.encode():
        msg = "another account's"
        raise Unreadable(msg)
    return words


def _heard(event: Element) -> Heard | None:
    kind = (event.findtext("Event") or "").strip()
    if (event.findtext("MsgType") or "").strip() != "event" or kind not in _EVENTS:
        return None
    number = (event.findtext("MsgID") or event.findtext("MsgId") or "").strip()
    if not number.isascii() or not number.isdecimal():
        msg = "no number of a message"
        raise Unreadable(msg)
    status = _text(event, "Status")
    delivered = status == _EVENTS[kind]
    sent, total = event.findtext("SentCount"), event.findtext("TotalCount")
    counted = f"{status} {sent}/{total}" if sent and total else status
    return Heard(
        source="wechat",
        external_id=f"{kind}:{number}",
        kind=InboundKind.RECEIPT,
        at=_moment(_text(event, "CreateTime")),
        reference=number,
        text=counted[:120],
        delivered=delivered,
        reason="" if delivered else status[:120],
    )


def _text(element: Element, name: str) -> str:
    found = (element.findtext(name) or "").strip()
    if not found or "\0" in found:
        msg = f"no {name}"
        raise Unreadable(msg)
    return found


def _moment(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        msg = "no time"
        raise Unreadable(msg) from error
