"""Secrets that the database keeps for us, sealed with a key that it does not have.

A copy of the database alone then signs nothing. The key comes from SECRET_KEY; who changes that
enters the subscribers' secrets anew, and tokens are fetched again.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unsealable(Exception):
    """Sealed with another key."""


def seal(secret: str) -> bytes:
    """Return what the database may keep."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Return the secret. Raises Unsealable after a change of SECRET_KEY."""
    try:
        return _box().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        msg = "sealed with another SECRET_KEY"
        raise Unsealable(msg) from error


def _box() -> Fernet:
    key = sha256(b"mainbreak sealed secrets\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))
