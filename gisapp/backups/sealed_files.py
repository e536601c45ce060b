"""Files that only a key opens: written and read as streams, in pieces of a mebibyte.

Each piece is sealed by itself (ChaCha20-Poly1305) under a key of the file's own, drawn from the
given one and a random salt. Number and end are part of each piece's nonce, so that pieces can
neither be left out, nor moved, nor cut off at the end without notice; what the file is about (its
name, the moment of its backup) is sealed with them, so that none passes for another.

Layout: 7 bytes of name and version, 16 of salt, then the pieces, each 16 bytes longer than what
it holds. Only the last one may be shorter than a full piece; it may be empty.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HEAD: Final = b"MBSEAL1"
PIECE_BYTES: Final = 1024 * 1024
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16


class NotOpened(Exception):
    """The key is another one, or the file was changed or cut off."""


class Sink(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> int: ...


def fingerprint(key: str) -> str:
    """Return eight hexadecimal digits that tell keys apart and tell nothing of the key."""
    return _derived(key, salt=None, purpose=b"fingerprint", length=4).hex()


class Sealing:
    """Writes a sealed file. What is written leaves with `close`, the last piece included."""

    def __init__(self, file: Sink, *, key: str, about: str) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._file, self._about, self._number = file, about.encode(), 0
        self._box = _box(key, salt)
        self._held = bytearray()
        file.write(HEAD + salt)

    def write(self, data: bytes) -> int:
        """Take bytes in; full pieces go out as soon as it is known that more follow."""
        self._held += data
        while len(self._held) > PIECE_BYTES:
            self._put(bytes(self._held[:PIECE_BYTES]), is_last=False)
            del self._held[:PIECE_BYTES]
        return len(data)

    def close(self) -> None:
        """Write the last piece. Without it the file counts as cut off."""
        self._put(bytes(self._held), is_last=True)
        self._held.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._file.write(self._box.encrypt(nonce, piece, self._about))
        self._number += 1


class Opening:
    """Reads a sealed file. Nothing is handed out that was not proved to be genuine."""

    def __init__(self, file: BinaryIO, *, key: str, about: str) -> None:
        head = file.read(len(HEAD) + _SALT_BYTES)
        if len(head) < len(HEAD) + _SALT_BYTES or not head.startswith(HEAD):
            msg = "this is no sealed file"
            raise NotOpened(msg)
        self._file, self._about, self._number = file, about.encode(), 0
        self._box = _box(key, head[len(HEAD) :])
        self._next = file.read(PIECE_BYTES + _TAG_BYTES)
        self._held = bytearray()
        self._is_through = False

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, all that is left without one; none at the end."""
        while not self._is_through and (size < 0 or len(self._held) < size):
            self._held += self._piece()
        taken = bytes(self._held if size < 0 else self._held[:size])
        del self._held[: len(taken)]
        return taken

    def _piece(self) -> bytes:
        sealed, self._next = self._next, self._file.read(PIECE_BYTES + _TAG_BYTES)
        self._is_through = not self._next
        nonce = _nonce(self._number, is_last=self._is_through)
        self._number += 1
        try:
            return self._box.decrypt(nonce, sealed, self._about)
        except InvalidTag as error:
            msg = "the key is another one, or the file was changed or cut off"
            raise NotOpened(msg) from error


def _box(key: str, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(key, salt=salt, purpose=b"pieces", length=32))


def _derived(key: str, *, salt: bytes | None, purpose: bytes, length: int) -> bytes:
    info = b"mainbreak sealed file\0" + purpose
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key.encode())


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Twelve bytes: the piece's number, and whether it is the last. The key serves one file."""
    return number.to_bytes(11, "big") + bytes([is_last])
