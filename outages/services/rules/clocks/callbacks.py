"""Call-backs and what is to be put right after them."""

from datetime import datetime

from outages.models import (
    CallBack,
    Rectification,
)
from outages.models.events import Actor
from outages.services.rules import deadlines


def callback_owed(callback: CallBack, *, at: datetime) -> None:
    """Somebody has to telephone the user of a finished order, counted from `at`."""
    deadlines.start(
        callback, "callback_phone_due", at=at, order=callback.order, report=callback.report
    )


def callback_made(callback: CallBack, *, by: Actor, at: datetime) -> None:
    """The user was asked, or tried as often as the policy says."""
    deadlines.meet(callback, "callback_phone_due", by=by, at=at)


def callback_over(callback: CallBack, *, by: Actor, at: datetime, reason: str) -> None:
    """Nobody need telephone any more."""
    deadlines.cancel(callback, "callback_phone_due", by=by, at=at, reason=reason)


def rectification_owed(rectification: Rectification, *, at: datetime) -> None:
    """A department has to put something right by the day that supervision set."""
    deadlines.start(
        rectification,
        "rectification_due",
        at=at,
        department=rectification.department.code,
        order=rectification.callback.order,
        report=rectification.callback.report,
        due_at=rectification.due_at,
    )


def rectified(rectification: Rectification, *, by: Actor, at: datetime) -> None:
    """It is put right."""
    deadlines.meet(rectification, "rectification_due", by=by, at=at)
