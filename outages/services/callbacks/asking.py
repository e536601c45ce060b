"""Asking on the telephone and at the door: five questions, what the user says, what follows.

RULE 1  Whoever was reached answers all five; the last one, the whole, is the verdict.
RULE 2  A telephone that nobody answers is tried as often as the policy says. Then the call-back
        ends as not reached; who had said by SMS to be dissatisfied is visited instead.
RULE 3  Who is dissatisfied is visited, and asked again after the visit.
RULE 4  Who calls us before the SMS went out is asked then and there; the SMS is taken back.
RULE 5  The verdict is of the work as it was: it stands once somebody was sent to make good on it,
        and what comes after is written as solved.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from outages.choices import ContactMethod
from outages.models import CallBack, CallBackTry, Event
from outages.models.callbacks.asking import CallBackChannel, CallBackTurn, TryResult, Verdict
from outages.models.events import Actor
from outages.policy.callbacks import CallBackStatus
from outages.selectors.privacy.contacts import may_know
from outages.selectors.rules import policy
from outages.services.callbacks.locked import CallBackRefused, lock_callback, move, write
from outages.services.callbacks.solving import send_somebody
from outages.services.orders.contact import contact_user
from outages.services.orders.locked import is_member, lock_order
from outages.services.rules import clocks
from outages.services.rules.alerts import settle
from outages.workflow import DeliveryStatus, WorkOrderStatus

# Somebody spoke with the user, whatever came of it.
SPOKEN: Final = frozenset({TryResult.REACHED, TryResult.DECLINED})


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a user said to the five questions; "" where nobody answered."""

    quality: Verdict | str = ""
    attitude: Verdict | str = ""
    engineering: Verdict | str = ""
    timeliness: Verdict | str = ""
    overall: Verdict | str = ""

    @property
    def is_complete(self) -> bool:
        """Whether all five are answered."""
        return all(asdict(self).values())


def record_call(
    callback: CallBack,
    *,
    result: TryResult | str,
    answers: Answers | None = None,
    opinion: str = "",
    by: Actor,
    at: datetime,
) -> CallBack:
    """Write down one call, and let it have its effect. Raises CallBackRefused."""
    with transaction.atomic():
        callback = lock_callback(callback)
        if is_before_sms(callback) and result in SPOKEN:  # RULE 4
            take_over(callback, by=by, at=at)
        if callback.status != CallBackStatus.TO_CALL:
            raise CallBackRefused(code="callback_not_to_call")
        if by is not None and not may_know(callback.report, by):
            raise CallBackRefused(code="callback_of_protected")
        said = _written(callback, CallBackChannel.PHONE, result, answers, opinion, by=by, at=at)
        if result == TryResult.REACHED:
            _answered(callback, said, by=by, at=at)
        elif result == TryResult.DECLINED:
            clocks.callback_made(callback, by=by, at=at)
            move(callback, CallBackStatus.DECLINED, by=by, at=at)
        else:
            _in_vain(callback, by=by, at=at)
        if callback.status != CallBackStatus.TO_CALL:
            settle(callback, "callback_dissatisfied", at=at)
    return callback


def is_before_sms(callback: CallBack) -> bool:
    """Whether a call-back waits for an SMS that nobody has yet."""
    row = callback.delivery
    if callback.status != CallBackStatus.SENT or row is None:
        return False
    return row.status == DeliveryStatus.PENDING and row.send_started_at is None


def take_over(callback: CallBack, *, by: Actor, at: datetime) -> None:
    """Ask a locked call-back's user on the telephone instead of by the SMS that is not out."""
    move(
        callback,
        CallBackStatus.TO_CALL,
        by=by,
        at=at,
        method=CallBackChannel.PHONE,
        turned=CallBackTurn.USER_CALLED,
        tries=0,
        tried_at=None,
    )
    clocks.callback_owed(callback, at=at)


def record_visit(
    callback: CallBack,
    *,
    result: TryResult | str,
    answers: Answers | None = None,
    opinion: str = "",
    by: Actor,
    at: datetime,
) -> CallBack:
    """Write down a visit by the department that was ordered to; the satisfied are not asked again.

    The order that visits knows of it too. Raises CallBackRefused.
    """
    with transaction.atomic():
        # The order before its call-back, as whoever tells the user its result does.
        order = lock_order(callback.follow_up) if callback.follow_up is not None else None
        callback = lock_callback(callback)
        is_out = callback.status == CallBackStatus.TO_SOLVE and order == callback.follow_up
        if order is None or not is_out:
            raise CallBackRefused(code="callback_not_visited")
        if not (is_member(by, order) or by.has_perm("outages.call_back")):
            raise CallBackRefused(
                code="callback_of_other_department", department=order.department.name
            )
        said = _written(callback, CallBackChannel.VISIT, result, answers, opinion, by=by, at=at)
        is_met = result == TryResult.REACHED
        if order.status not in (WorkOrderStatus.DRAFT, WorkOrderStatus.ARCHIVED):
            contact_user(order, method=ContactMethod.VISIT, reached=is_met, by=by, at=at)
        if is_met and said.overall == Verdict.SATISFIED:
            _satisfied(callback, CallBackChannel.VISIT, by=by, at=at)
    return callback


def _written(
    callback: CallBack,
    method: CallBackChannel,
    result: TryResult | str,
    answers: Answers | None,
    opinion: str,
    *,
    by: Actor,
    at: datetime,
) -> CallBackTry:
    told = answers if answers is not None and result == TryResult.REACHED else Answers()
    if result == TryResult.REACHED and not told.is_complete:  # RULE 1
        raise CallBackRefused(code="callback_unanswered_question")
    said = CallBackTry.objects.create(
        callback=callback,
        at=at,
        by=by,
        method=method,
        result=result,
        opinion=opinion.strip()[:500],
        **asdict(told),
    )
    # What the user said is theirs: the event says only that and how they were asked.
    Event.objects.append(
        callback, "callback_tried", by=by, at=at, new=str(result), method=str(method)
    )
    return said


def _answered(callback: CallBack, said: CallBackTry, *, by: Actor, at: datetime) -> None:
    is_content = said.overall == Verdict.SATISFIED
    if is_content:
        _satisfied(callback, CallBackChannel.PHONE, by=by, at=at)
    else:
        _keep_verdict(callback, Verdict.UNSATISFIED, at=at)
        send_somebody(callback, opinion=said.opinion, by=by, at=at)  # RULE 3


def _satisfied(callback: CallBack, method: CallBackChannel, *, by: Actor, at: datetime) -> None:
    values: dict[str, Any] = {"method": method}
    if _was_made_good(callback):  # RULE 5
        values["solved_at"] = at
    else:
        values |= {"verdict": Verdict.SATISFIED, "answered_at": at}
    clocks.callback_made(callback, by=by, at=at)
    move(callback, CallBackStatus.SATISFIED, by=by, at=at, **values)


def _keep_verdict(callback: CallBack, verdict: Verdict, *, at: datetime) -> None:
    if not _was_made_good(callback):
        write(callback, verdict=verdict, answered_at=at)


def _was_made_good(callback: CallBack) -> bool:
    """Whether somebody was sent to make good on it, however often."""
    return callback.verdict == Verdict.UNSATISFIED and callback.follow_up_id is not None


def _in_vain(callback: CallBack, *, by: Actor, at: datetime) -> None:
    tries = callback.tries + 1
    write(callback, tries=tries, tried_at=at)
    if tries < policy.number("callback_phone_tries", at=callback.created_at):
        return
    if callback.turned == CallBackTurn.DISSATISFIED:  # RULE 2
        send_somebody(callback, opinion="", by=by, at=at)
    else:
        clocks.callback_made(callback, by=by, at=at)
        move(callback, CallBackStatus.NOT_REACHED, by=by, at=at)
