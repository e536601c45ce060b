"""Steps that a form may take only once: its number comes with the template tag `once`."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from outages.services.once import Sent, take_once
from outages.views.shape.actor import acting

FIELD: Final = "once"


def sent_once(request: HttpRequest, act: Callable[[], str]) -> Sent:
    """Let `act` happen once for the form that was posted; it returns what it led to."""
    return take_once(_number(request), act, by=acting(request), at=timezone.now())


def said_once(request: HttpRequest, step: Callable[[], str | Promise]) -> str:
    """Take a step once for the form that was posted, and say what it says, or that it was taken."""
    sent = sent_once(request, lambda: str(step()))
    return sent.led_to if sent.is_new else gettext("This was sent already, and counts once.")


def _number(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
