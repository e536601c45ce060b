"""What came of the SMS: an answer, words that somebody has to read, none, or it did not arrive.

RULE 1  1 and 2 belong to the newest call-back that went to the number before; other words to it
        only if nothing else went there since. What fits nothing waits for a person.
RULE 2  A 2 turns to the telephone, whenever it comes, unless somebody spoke with the user since.
RULE 3  A 1 counts where nothing else was said; after a 2 it is kept for whoever calls. So answers
        may come late, twice and in any order, and come to the same. Each is kept.
RULE 4  What did not arrive is made good by telephone. Without a reply the policy says what holds
        when the wait is over.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Concat, Right
from django.utils import timezone

from outages.choices import DeliveryWhy, InboundKind
from outages.models import CallBack, CallBackTry, Event, InboundMessage, RatingLink
from outages.models.callbacks.asking import (
    WRITTEN,
    CallBackChannel,
    CallBackTurn,
    TryResult,
    Verdict,
)
from outages.models.events import Actor
from outages.policy.addresses import mobile_number
from outages.policy.callbacks import CLOCKS_APART, LATEST_ANSWER, OPEN_CALLBACKS, CallBackStatus
from outages.selectors.rules import policy
from outages.services.callbacks.locked import CallBackRefused, lock_callback, move, write
from outages.services.rules import clocks
from outages.services.rules.alerts import raise_alert, to_role
from outages.services.rules.leaders import CALL_AGENT
from outages.workflow import DeliveryStatus

log = structlog.get_logger(__name__)

MOST_AT_ONCE: Final = 500
# Somebody who called was told that the SMS failed or stayed without a word: the answer settles it.
_ASKED_ANEW: Final = frozenset({CallBackTurn.NOT_DELIVERED, CallBackTurn.NO_REPLY})


def watch(*, at: datetime) -> int:
    """Take the replies that came and look after the SMS that stay without; return how many.

    Each in a transaction of its own, under a lock that skips what another holds. One that fails
    waits on and holds nobody up.
    """
    return take_replies(at=at) + look_after_sms(at=at)


def take_replies(*, at: datetime) -> int:
    """Let every reply that nobody has taken have its effect; return how many had one."""
    waiting = _may_answer(at).order_by("at", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_alone("reply", pk, partial(_take_one, pk, at=at)) for pk in keys)


def _alone(what: str, pk: int, act: Callable[[], bool]) -> int:
    """Act in a transaction of its own: whatever goes wrong, the next one must be looked at."""
    try:
        with transaction.atomic():
            return int(act())
    except Exception as error:
        log.error("not_taken", what=what, pk=pk, error=type(error).__name__)
        return 0


def _take_one(pk: int, *, at: datetime) -> bool:
    rows = InboundMessage.objects.select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(pk=pk, taken_at__isnull=True).first()
    return row is not None and _take(row, at=at)


# A sender as our recipients are written: the last eleven figures, with the country's code.
_NUMBER: Final = Concat(
    Value("+86"),
    Right(
        Func(
            F("sender"),
            Value(r"\D"),
            Value(""),
            Value("g"),
            function="regexp_replace",
            output_field=CharField(),
        ),
        11,
    ),
)


def _may_answer(at: datetime) -> QuerySet[InboundMessage]:
    """Replies that can be a call-back's at all; `_meant` has the last word.

    After a notice to thousands hundreds write back to that. They wait for a person, and nobody
    who answered a call-back waits behind them.
    """
    asked = CallBack.objects.filter(delivery__accepted_at__gte=at - 2 * LATEST_ANSWER)
    answers = ~Q(answer="") & Q(number__in=asked.values("delivery__recipient"))
    words = Q(answer="", delivery__in=asked.values("delivery"))
    return InboundMessage.objects.annotate(number=_NUMBER).filter(
        answers | words,
        kind=InboundKind.REPLY,
        taken_at__isnull=True,
        callback__isnull=True,
        received_at__gte=at - LATEST_ANSWER,
    )


def _take(row: InboundMessage, *, at: datetime) -> bool:
    callback = _meant(row)
    if callback is None:
        return False
    row.callback = callback
    if row.answer:
        _hear(lock_callback(callback), row, row.answer, by=None, at=at)
        row.taken_at = at
    row.save(update_fields=["callback", "taken_at"])
    return True


def _meant(row: InboundMessage) -> CallBack | None:
    """The call-back that a reply answers (RULE 1)."""
    asked = CallBack.objects.filter(
        delivery__recipient__in=[row.sender, mobile_number(row.sender) or row.sender],
        delivery__accepted_at__lte=row.at + CLOCKS_APART,
        delivery__accepted_at__gte=row.at - LATEST_ANSWER,
    )
    found = asked.order_by("-delivery__accepted_at", "-pk").first()
    if found is not None and not row.answer and row.delivery_id != found.delivery_id:
        return None
    return found


def _hear(
    callback: CallBack,
    row: InboundMessage,
    verdict: str,
    *,
    by: Actor,
    at: datetime,
    opinion: str = "",
) -> None:
    """Keep an answer on a locked call-back, and let it count if it is the later word."""
    CallBackTry.objects.create(
        callback=callback,
        at=row.at,
        by=by,
        method=CallBackChannel.SMS,
        result=TryResult.REACHED,
        overall=verdict,
        opinion=opinion[:500],
        heard=row,
    )
    Event.objects.append(callback, "callback_reply", by=by, at=at, new=verdict, inbound=row.pk)
    _weigh(callback, verdict, said_at=row.at, by=by, at=at)


def hear_rating(callback: CallBack, link: RatingLink, *, at: datetime) -> None:
    """Keep what a user said by the link on a locked call-back; it counts as an SMS would."""
    CallBackTry.objects.create(
        callback=callback,
        at=link.at,
        method=CallBackChannel.LINK,
        result=TryResult.REACHED,
        overall=link.verdict,
        opinion=link.words,
    )
    Event.objects.append(callback, "callback_rated", by=None, at=at, new=link.verdict)
    _weigh(callback, link.verdict, said_at=link.at, by=None, at=at)


def _weigh(callback: CallBack, verdict: str, *, said_at: datetime, by: Actor, at: datetime) -> None:
    """Let a written word count if it is the later one (RULES 2, 3)."""
    if verdict == Verdict.SATISFIED:
        _satisfied(callback, said_at=said_at, by=by, at=at)
    elif verdict == Verdict.UNSATISFIED and not _spoken_with_since(callback, said_at):
        _dissatisfied(callback, said_at=said_at, by=by, at=at)


def _spoken_with_since(callback: CallBack, at: datetime) -> bool:
    spoken = callback.attempts.filter(result=TryResult.REACHED, at__gte=at)
    return spoken.exclude(method__in=WRITTEN).exists()


def _satisfied(callback: CallBack, *, said_at: datetime, by: Actor, at: datetime) -> None:
    settled = (CallBackStatus.SENT, CallBackStatus.UNANSWERED, CallBackStatus.NOT_REACHED)
    is_asked = callback.status == CallBackStatus.TO_CALL and callback.turned in _ASKED_ANEW
    if callback.verdict or not (callback.status in settled or is_asked):  # RULE 3
        return
    clocks.callback_over(callback, by=by, at=at, reason="answered")
    move(
        callback,
        CallBackStatus.SATISFIED,
        by=by,
        at=at,
        verdict=Verdict.SATISFIED,
        answered_at=said_at,
    )


def _dissatisfied(callback: CallBack, *, said_at: datetime, by: Actor, at: datetime) -> None:
    """Turn to the telephone (RULE 2)."""
    word = {"verdict": Verdict.UNSATISFIED, "answered_at": said_at, "solved_at": None}
    if callback.turned == CallBackTurn.DISSATISFIED and callback.status in OPEN_CALLBACKS:
        return  # said twice
    if callback.status == CallBackStatus.TO_CALL:
        write(callback, turned=CallBackTurn.DISSATISFIED, **word)
    elif callback.status in (
        CallBackStatus.SENT,
        CallBackStatus.SATISFIED,
        CallBackStatus.UNANSWERED,
        CallBackStatus.NOT_REACHED,
    ):
        _to_the_telephone(callback, CallBackTurn.DISSATISFIED, by=by, at=at, **word)
    else:
        return
    raise_alert(
        "callback_dissatisfied",
        audience=to_role(CALL_AGENT),
        subject=callback,
        at=at,
        order=callback.order.number,
    )


def read_reply(
    row: InboundMessage, *, verdict: Verdict | str, by: Actor, at: datetime
) -> InboundMessage:
    """Say what a reply in words comes to, as a person; "" keeps it as an opinion alone.

    Raises CallBackRefused when it was read already.
    """
    with transaction.atomic():
        row = InboundMessage.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if row.taken_at is not None:
            raise CallBackRefused(code="reply_read")
        if row.callback is not None:
            callback = lock_callback(row.callback)
            _hear(callback, row, str(verdict), by=by, at=at, opinion=row.text)
            row.answer = str(verdict)
        else:
            Event.objects.append(row, "reply_read", by=by, at=at)
        row.taken_at = at
        row.save(update_fields=["answer", "taken_at"])
    return row


# -- No answer -----------------------------------------------------------------------------------


_LOST: Final = Q(delivery__is_received=False) | Q(
    delivery__status__in=[DeliveryStatus.FAILED, DeliveryStatus.SUPERSEDED]
)


def look_after_sms(*, at: datetime) -> int:
    """Turn to the telephone, or end the wait, where it is time; return how often."""
    is_over = Q(created_at__lte=at - policy.shortest("callback_sms_wait"))
    rows = CallBack.objects.filter(_LOST | is_over, status=CallBackStatus.SENT)
    keys = list(rows.order_by("created_at", "pk").values_list("pk", flat=True))
    return sum(_alone("silent_sms", pk, partial(_look_after_one, pk, at=at)) for pk in keys)


def _look_after_one(pk: int, *, at: datetime) -> bool:
    locked = CallBack.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    row = locked.filter(pk=pk, status=CallBackStatus.SENT).first()
    return row is not None and _look_after(row, at=at)


def _look_after(callback: CallBack, *, at: datetime) -> bool:
    """Turn to the telephone or end the wait, if it is time (RULE 4). Whether it was."""
    delivery = callback.delivery
    assert delivery is not None, "what is sent has its message"
    is_lost = delivery.is_received is False or delivery.status in (
        DeliveryStatus.FAILED,
        DeliveryStatus.SUPERSEDED,
    )
    wait = policy.length("callback_sms_wait", at=callback.created_at)
    since = delivery.accepted_at or max(callback.created_at, delivery.due_at)
    is_over = wait is not None and at >= since + wait
    if delivery.why == DeliveryWhy.OPTED_OUT:
        _to_the_telephone(callback, CallBackTurn.OPTED_OUT, by=None, at=at)
    elif is_lost or (is_over and delivery.accepted_at is None):
        _to_the_telephone(callback, CallBackTurn.NOT_DELIVERED, by=None, at=at)
    elif is_over and _is_called_without_reply(callback):
        _to_the_telephone(callback, CallBackTurn.NO_REPLY, by=None, at=at)
    elif is_over:
        move(callback, CallBackStatus.UNANSWERED, by=None, at=at)
    else:
        return False
    return True


def _is_called_without_reply(callback: CallBack) -> bool:
    rule = policy.value("callback_sms_no_reply", at=callback.created_at)
    return rule == "phone_after_3_days"


def _to_the_telephone(
    callback: CallBack, why: CallBackTurn, *, by: Actor, at: datetime, **values: Any
) -> None:
    move(
        callback,
        CallBackStatus.TO_CALL,
        by=by,
        at=at,
        method=CallBackChannel.PHONE,
        turned=why,
        tries=0,
        tried_at=None,
        **values,
    )
    clocks.callback_owed(callback, at=timezone.localtime(at))
