"""How a call-back stands and what may follow: the table in force."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# An answer that comes later than this after its message is about something else.
LATEST_ANSWER: Final = timedelta(days=30)
# By how much the provider's clock may be behind ours.
CLOCKS_APART: Final = timedelta(minutes=5)


class CallBackStatus(StrEnum):
    """How one call-back stands; the last six are the end of it."""

    SENT = "sent"  # the SMS is out, its answer awaited
    TO_CALL = "to_call"
    TO_SOLVE = "to_solve"  # an order of its own is out: somebody visits
    SATISFIED = "satisfied"
    UNANSWERED = "unanswered"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    UNSATISFIED = "unsatisfied"
    NO_CONTACT = "no_contact"


CALLBACK_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    # The answer, whichever way it comes; a message that did not arrive is made good by telephone.
    CallBackStatus.SENT: frozenset(
        {CallBackStatus.SATISFIED, CallBackStatus.TO_CALL, CallBackStatus.UNANSWERED}
    ),
    CallBackStatus.TO_CALL: frozenset(
        {
            CallBackStatus.SATISFIED,
            CallBackStatus.TO_SOLVE,
            CallBackStatus.NOT_REACHED,
            CallBackStatus.DECLINED,
            CallBackStatus.UNSATISFIED,
        }
    ),
    # The user is asked again after the visit, or is content on the doorstep. Only supervision
    # ends it otherwise.
    CallBackStatus.TO_SOLVE: frozenset(
        {CallBackStatus.TO_CALL, CallBackStatus.SATISFIED, CallBackStatus.UNSATISFIED}
    ),
    # People write late, and think again: their later word counts.
    CallBackStatus.SATISFIED: frozenset({CallBackStatus.TO_CALL}),
    CallBackStatus.UNANSWERED: frozenset({CallBackStatus.SATISFIED, CallBackStatus.TO_CALL}),
    CallBackStatus.NOT_REACHED: frozenset({CallBackStatus.SATISFIED, CallBackStatus.TO_CALL}),
    CallBackStatus.DECLINED: frozenset(),
    CallBackStatus.UNSATISFIED: frozenset(),
    CallBackStatus.NO_CONTACT: frozenset(),
}

OPEN_CALLBACKS = frozenset({CallBackStatus.SENT, CallBackStatus.TO_CALL, CallBackStatus.TO_SOLVE})
