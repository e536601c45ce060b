"""How long callers waited: every call of the telephone system against the limit to answer.

RULE 1  A call is answered within `hotline_answer` of its first ring. Where the utility counts
        rings instead (`hotline_answer_rings`) and the telephone system tells them, they count.
RULE 2  Who hangs up within the limit has overstepped nothing; who waited longer and gave up has
        waited too long.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth import get_user_model
from django.db import transaction

from outages.models import Event, HotlineCall
from outages.policy import organisation
from outages.selectors.rules import policy
from outages.services.rules import deadlines

SECONDS: Final = "hotline_answer"
RINGS: Final = "hotline_answer_rings"


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """One call: `answer_at` where somebody took it, else `ended_at` when the caller gave up.

    `agent` names the seat as the telephone system does, or the user who sits there.
    """

    ring_at: datetime
    answer_at: datetime | None = None
    ended_at: datetime | None = None
    rings: int | None = None
    agent: str = ""


def record_call(facts: CallFacts, *, at: datetime) -> HotlineCall:
    """Keep a call with its limit, met or overstepped, as of the call itself."""
    users = get_user_model().objects.filter(is_active=True)
    with transaction.atomic():
        call = HotlineCall.objects.create(
            ring_at=facts.ring_at,
            answer_at=facts.answer_at,
            ended_at=facts.ended_at,
            rings=facts.rings,
            agent=facts.agent[:40],
            answered_by=users.filter(username=facts.agent).first() if facts.agent else None,
            told_at=at,
        )
        Event.objects.append(call, "hotline_call", by=None, at=at, new=call.outcome)
        _judge(call)
    return call


def _judge(call: HotlineCall) -> None:
    """Run the limit over the call, from its first ring to its end."""
    key, due_at = _limit(call)
    deadlines.start(call, key, at=call.ring_at, due_at=due_at, department=organisation.CALL_CENTRE)
    if call.answer_at is not None:
        deadlines.meet(call, key, at=call.answer_at, by=call.answered_by)
    else:
        deadlines.cancel(call, key, at=call.waited_until, reason="given up")  # RULE 2


def _limit(call: HotlineCall) -> tuple[str, datetime | None]:
    """Return the key that rules this call, and its end where rings are counted (RULE 1).

    Rings are evenly spaced: the third of seven came after three sevenths of the wait.
    """
    most = policy.value(RINGS, at=call.ring_at)
    if not isinstance(most, int) or not call.rings:
        return SECONDS, None
    waited = call.waited_until - call.ring_at
    return RINGS, call.ring_at + waited * most / call.rings
