"""Rating by a link: in the SMS, and on the page of a report that came by the public form.

RULE 1  A link is used once and no longer than an answer by SMS may take. Its token is told in the
        message and not kept.
RULE 2  A rating counts as an answer by SMS does: who is dissatisfied is called, complaints are
        called all the same. Who left no number is heard and cannot be called.
"""

import secrets
from datetime import datetime
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction

from outages.choices import Channel
from outages.models import CallBack, RatingLink
from outages.policy.callbacks import LATEST_ANSWER
from outages.selectors.rules import policy
from outages.services.callbacks.hearing import hear_rating
from outages.services.callbacks.locked import lock_callback
from outages.services.callbacks.public_rating import digest_of

log = structlog.get_logger(__name__)

MOST_AT_ONCE: Final = 500
_TOKEN_BYTES: Final = 12


def new_token() -> str:
    """Return a token nobody can guess, short enough for an SMS."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def address_of(token: str) -> str:
    """Return where a user rates."""
    return f"{settings.PUBLIC_URL}/public/rate/{token}/"


def are_links_told(*, at: datetime) -> bool:
    """Whether the utility lets users rate by a link."""
    return bool(policy.value("callback_rating_link", at=at))


def make_link(callback: CallBack, *, token: str, at: datetime) -> RatingLink | None:
    """Let a stored call-back be rated: under the token that was told, or from the report's page.

    None where neither holds. Part of the caller's transaction.
    """
    is_public = callback.report.channel == Channel.PUBLIC_FORM and are_links_told(at=at)
    if not (token or is_public):
        return None
    return RatingLink.objects.create(
        callback=callback,
        digest=digest_of(token or new_token()),
        made_at=at,
        until=at + LATEST_ANSWER,
    )


def take_ratings(*, at: datetime) -> int:
    """Let every rating that nobody has taken have its effect (RULE 2); return how many.

    Safe to run from several processes and to repeat. One that fails waits on and holds nobody up.
    """
    waiting = RatingLink.objects.filter(rated_at__isnull=False, taken_at__isnull=True)
    keys = waiting.order_by("rated_at", "pk").values_list("pk", flat=True)
    return sum(_take(pk, at=at) for pk in list(keys[:MOST_AT_ONCE]))


def _take(pk: int, *, at: datetime) -> int:
    try:
        with transaction.atomic():
            rows = RatingLink.objects.select_for_update(of=("self",), skip_locked=True)
            link = rows.filter(pk=pk, taken_at__isnull=True).first()
            if link is None:
                return 0
            hear_rating(lock_callback(link.callback), link, at=at)
            # They stand in the answer now.
            link.words, link.taken_at = "", at
            link.save(update_fields=["words", "taken_at"])
    except Exception as error:  # whatever it is, the next one must be taken
        log.error("rating_not_taken", link=pk, error=type(error).__name__)
        return 0
    return 1
