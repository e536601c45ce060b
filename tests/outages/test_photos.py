"""Photos from any phone: made anew, or refused in words; what is broken beside a picture is not."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from outages.services.field.photos import PhotoRefused, reencoded

TURNED = 6  # the camera was held upright
FORMATS = ("JPEG", "PNG", "WEBP")


def taken(form: str) -> bytes:
    """A picture wider than high, with what a camera writes beside it."""
    beside = Image.Exif()
    beside[0x0112], beside[0x010E] = TURNED, "where it was taken"
    out = BytesIO()
    Image.new("RGB", (64, 48), (200, 10, 10)).save(out, form, exif=beside)
    return out.getvalue()


def kept(content: bytes) -> Image.Image:
    return Image.open(BytesIO(reencoded(SimpleUploadedFile("photo", content))))


@pytest.mark.parametrize("form", FORMATS)
def test_it_stands_upright_and_says_nothing_of_where_it_was_taken(form: str) -> None:
    picture = kept(taken(form))
    assert picture.size == (48, 64)
    assert not picture.getexif()
    assert "exif" not in picture.info


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it skips
@pytest.mark.parametrize("form", FORMATS)
def test_no_broken_file_is_more_than_refused(form: str) -> None:
    whole = taken(form)
    rng = random.Random(form)
    for _each in range(200):
        content = bytearray(whole)
        for _byte in range(rng.randint(1, 6)):
            content[rng.randrange(min(len(content), 200))] = rng.randrange(256)
        try:
            kept(bytes(content))
        except PhotoRefused as refused:
            assert refused.code in ("photo_unreadable", "photo_too_many_pixels")


def test_a_picture_is_kept_though_what_its_camera_wrote_beside_it_is_broken() -> None:
    content = taken("WEBP").replace(b"MM\x00*", b"MM\x00{")
    assert kept(content).size == (64, 48)
