"""What is sealed comes back byte for byte, and nothing else passes for it."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisapp.backups.sealed_files import HEAD, PIECE_BYTES, NotOpened, Opening, Sealing, fingerprint

KEY = "a key of at least thirty-two letters"
ABOUT = "database.dump 2026-11-22"
HEAD_BYTES = len(HEAD) + 16
# Around the ends of pieces, where mistakes live.
SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 7]


def sealed(content: bytes, *, key: str = KEY, about: str = ABOUT, block: int = 300_000) -> bytes:
    file = BytesIO()
    sealing = Sealing(file, key=key, about=about)
    for start in range(0, len(content), block):
        sealing.write(content[start : start + block])
    sealing.close()
    return file.getvalue()


def opened(kept: bytes, *, key: str = KEY, about: str = ABOUT) -> bytes:
    return Opening(BytesIO(kept), key=key, about=about).read()


def some(size: int) -> bytes:
    return bytes(n % 251 for n in range(1024)) * (size // 1024) + b"x" * (size % 1024)


@pytest.mark.parametrize("size", SIZES)
def test_it_comes_back_as_it_was_in_whatever_blocks(size: int) -> None:
    content = some(size)
    kept = sealed(content)
    assert opened(kept) == content
    reading = Opening(BytesIO(kept), key=KEY, about=ABOUT)
    blocks = []
    while block := reading.read(400_000):
        blocks.append(block)
    assert b"".join(blocks) == content
    assert len(kept) == HEAD_BYTES + size + 16 * max(1, -(-size // PIECE_BYTES))


@settings(max_examples=25, deadline=None)
@given(content=st.binary(max_size=300), data=st.data())
def test_one_bit_changed_anywhere_is_noticed(content: bytes, data: st.DataObject) -> None:
    kept = bytearray(sealed(content))
    place = data.draw(st.integers(0, len(kept) - 1))
    kept[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotOpened):
        opened(bytes(kept))


def test_pieces_left_out_moved_or_cut_off_are_noticed() -> None:
    kept = sealed(some(3 * PIECE_BYTES))
    head, step = kept[:HEAD_BYTES], PIECE_BYTES + 16
    first, second, third = (
        kept[HEAD_BYTES + n * step : HEAD_BYTES + (n + 1) * step] for n in range(3)
    )
    assert opened(head + first + second + third)
    for wrong in ([first, second], [first, third], [second, first, third], [first, second, third] * 2, []):  # noqa: E501  # fmt: skip
        with pytest.raises(NotOpened):
            opened(head + b"".join(wrong))
    with pytest.raises(NotOpened):
        opened(kept[:-1])


def test_another_key_another_file_and_no_seal_at_all_are_refused() -> None:
    kept = sealed(b"personal data")
    assert b"personal" not in kept
    with pytest.raises(NotOpened):
        opened(kept, key=KEY + "!")
    with pytest.raises(NotOpened):
        opened(kept, about="media.tar 2026-11-22")
    with pytest.raises(NotOpened, match="no sealed file"):
        opened(b"PGDMP and so on, never sealed")


def test_the_same_content_is_never_sealed_alike_and_the_fingerprint_tells_keys_apart() -> None:
    assert sealed(b"x") != sealed(b"x")
    assert fingerprint(KEY) == fingerprint(KEY) != fingerprint(KEY + "!")
    assert len(fingerprint(KEY)) == 8
