"""Photos of a step: made anew on arrival, so that nothing but the picture is kept."""

from datetime import datetime
from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image, ImageOps

from outages.models import Event, OperationPhoto, ValveOperation
from outages.models.events import Actor
from outages.workflow import Refused

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONGEST_SIDE_PX = 1600
JPEG_QUALITY = 80
MOST_PER_STEP = 6
FORMATS = ("JPEG", "PNG", "WEBP")


class PhotoRefused(Refused):
    """Not a picture, too large, or one too many for the step."""

    codes = ("photo_unreadable", "photo_too_large", "photo_too_many_pixels", "photos_enough")


def add_photo(
    operation: ValveOperation, *, file: UploadedFile, by: Actor, at: datetime
) -> OperationPhoto:
    """Keep a photo of a step; sent twice, by a phone that heard no answer, it is kept once.

    Raises PhotoRefused.
    """
    picture = reencoded(file)
    with transaction.atomic():
        operation = ValveOperation.objects.select_for_update(of=("self",), no_key=True).get(
            pk=operation.pk
        )
        known = list(operation.photos.order_by("pk"))
        for each in known:
            if _is_of(each, picture):
                return each
        if len(known) >= MOST_PER_STEP:
            raise PhotoRefused(code="photos_enough", most=MOST_PER_STEP)
        photo = OperationPhoto(operation=operation, taken_at=at, by_id=by.pk if by else None)
        photo.image.save(f"{uuid4().hex}.jpg", ContentFile(picture), save=True)
        Event.objects.append(operation, "photo_added", by=by, at=at, photo=photo.pk)
    return photo


def _is_of(photo: OperationPhoto, picture: bytes) -> bool:
    try:
        with photo.image.open() as file:
            return bool(file.read() == picture)
    except FileNotFoundError:  # the rows were restored without the files
        return False


def reencoded(file: UploadedFile) -> bytes:
    """Return the picture as a JPEG without any metadata, upright, at most 1600 px long.

    Raises PhotoRefused for what is no JPEG, PNG or WebP, or is too large to open safely.
    """
    if file.size is None or file.size > MAX_BYTES:
        raise PhotoRefused(code="photo_too_large", limit_mb=MAX_BYTES // 1024 // 1024)
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoRefused(code="photo_too_many_pixels")
            upright = _upright(image).convert("RGB")
    except PhotoRefused:
        raise
    except Exception as error:  # whatever a decoder trips over
        raise PhotoRefused(code="photo_unreadable") from error
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    # A new image takes the pixels and nothing else: no EXIF, no profile, no comment.
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = BytesIO()
    bare.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its camera says; what is broken beside the picture costs no picture."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image
