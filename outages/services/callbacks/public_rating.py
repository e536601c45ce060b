"""What the public side may do with a rating link: see what is rated, and rate it once.

It sees no table: it asks and rates by two functions of the database (migration rating_links), under
the digest of a link's token or the reference of a report that the public filed.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from network.words import local


@dataclass(frozen=True)
class OpenRating:
    """What may be rated: which work, finished when, and whether it was rated already."""

    about: str
    about_en: str
    completed_at: datetime
    is_rated: bool

    @property
    def about_text(self) -> str:
        """What it was about, in the reader's language."""
        return local(self.about, self.about_en)


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def asked_rating(asked: str) -> OpenRating | None:
    """Return what may be rated under a digest or a public report's reference; None for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT about, about_en, completed, is_rated FROM public_rating(%s)", [asked]
        )
        row = cursor.fetchone()
    return OpenRating(*row) if row else None


def file_rating(asked: str, *, verdict: str, words: str) -> bool:
    """Put a rating down; whether it was the first and the link still holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT file_public_rating(%s, %s, %s)", [asked, verdict, words.strip()[:300]]
        )
        return bool(cursor.fetchone()[0])
