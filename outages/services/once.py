"""A form counts once, however often it is sent: a double click, a page sent again.

Each form carries a number made with the page. Number and effect are one transaction: a second
sending waits for the first, and finds it taken; one that was refused may be sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from outages.models import SentForm
from outages.models.events import Actor

# Nobody sends a page again that he opened the day before.
KEPT_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class Sent:
    """What a form led to, and whether this sending of it did."""

    led_to: str
    is_new: bool


def take_once(key: UUID | None, act: Callable[[], str], *, by: Actor, at: datetime) -> Sent:
    """Let `act` happen once for the form's number; without a number, each time.

    `act` returns what it led to, in 200 characters. Raises what `act` raises; then the number is
    free again.
    """
    if key is None:
        return Sent(act(), is_new=True)
    with transaction.atomic():
        try:
            with transaction.atomic():
                SentForm.objects.create(key=key, at=at, by=by)
        except IntegrityError:
            return Sent(SentForm.objects.values_list("led_to", flat=True).get(key=key), False)
        led_to = act()[:200]
        SentForm.objects.filter(key=key).update(led_to=led_to)
    return Sent(led_to, is_new=True)


def forget_sent_forms(*, at: datetime) -> int:
    """Remove the numbers that nobody will send again; return how many."""
    return SentForm.objects.filter(at__lt=at - KEPT_FOR).delete()[0]
