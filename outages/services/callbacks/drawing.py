"""An order is finished: the system draws how its user is asked.

RULE 1  One call-back an order. An order that a call-back gave rise to has none of its own: the
        first is asked again. Where nobody told us, or without a number, there is nobody to ask.
RULE 2  Complaints are called by telephone, and so is who is protected: no number leaves the house.
RULE 3  The others are numbered as they come to be asked in a calendar month, and drawn from a
        start that comes of the month's seed; the seed is kept, so everybody can draw again. No lot
        falls after the month, when the seed is shown.
RULE 4  A number that takes no SMS is called, and so is whoever asked for none: the rules want
        everybody asked (CB-06). The draw stays on record as it fell.
RULE 5  Nobody is asked by SMS in the night: the message waits for the morning (the policy's hours).
"""

import secrets
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from outages.choices import NoticeChannel, Purpose, SpokenLanguage
from outages.models import BurstReport, CallBack, CallBackDraw, Delivery, Event, WorkOrder
from outages.models.callbacks.asking import CallBackChannel, CallBackTurn
from outages.models.events import Actor
from outages.policy import sampling
from outages.policy.addresses import mobile_number
from outages.policy.callbacks import CallBackStatus
from outages.policy.quiet import A_DAY, Sort, due_in_peace
from outages.selectors.publishing.opt_outs import quiet_hours, wants_none
from outages.selectors.rules import policy
from outages.services.callbacks import rating
from outages.services.publishing.messages import queue_message
from outages.services.rules import clocks

ASKED: Final = {
    "zh": "您反映的{about}已处理完毕。满意请回复1，不满意请回复2。",
    "en": "What you told us ({about}) has been dealt with. Satisfied? Reply 1. Not satisfied? 2.",
}
BY_LINK: Final = {"zh": "也可点此评价：{url}", "en": " Or rate it here: {url}"}


def draw_callback(order: WorkOrder, *, by: Actor, at: datetime) -> CallBack | None:
    """Draw the call-back of a locked order whose user knows the result; None where none is owed.

    Part of the caller's transaction. Repeated, it returns the one that was drawn.
    """
    report = order.report
    if report is None or order.asked_by.exists():  # RULE 1
        return None
    if found := CallBack.objects.filter(order=order).first():
        return found
    with transaction.atomic():
        callback = _drawn(order, report, by=by, at=at)
    return callback


def _drawn(order: WorkOrder, report: BurstReport, *, by: Actor, at: datetime) -> CallBack:
    completed_at = min(order.finished_at or at, at)
    callback = CallBack(
        order=order,
        report=report,
        department=order.department,
        is_complaint=report.is_complaint,
        status=CallBackStatus.TO_CALL,
        completed_at=completed_at,
        created_at=at,
    )
    if not report.contact_phone.strip():  # RULE 1
        callback.status, callback.done_at = CallBackStatus.NO_CONTACT, at
    elif report.is_complaint or report.is_confidential:  # RULE 2
        callback.drawn_as = callback.method = CallBackChannel.PHONE
    else:
        _number(callback)
    mobile, token = mobile_number(report.contact_phone), ""
    if callback.drawn_as == CallBackChannel.SMS:
        if mobile and _wants_none(mobile, at=at):  # RULE 4
            callback.method, callback.turned = CallBackChannel.PHONE, CallBackTurn.OPTED_OUT
        elif mobile:
            callback.status = CallBackStatus.SENT
            token = rating.new_token() if rating.are_links_told(at=at) else ""
            callback.delivery = _ask_by_sms(order, report, mobile, token=token, by=by, at=at)
        else:  # RULE 4
            callback.method, callback.turned = CallBackChannel.PHONE, CallBackTurn.NO_MOBILE
    callback.save()
    rating.make_link(callback, token=token, at=at)
    Event.objects.append(
        callback,
        "callback_drawn",
        by=None,
        at=at,
        new=callback.status,
        order=order.number,
        drawn_as=callback.drawn_as,
        number=callback.number,
    )
    if callback.status == CallBackStatus.TO_CALL:
        clocks.callback_owed(callback, at=completed_at)
    return callback


def _number(callback: CallBack) -> None:
    """Give the call-back its number in the month, and so its lot (RULE 3)."""
    draw = draw_of(timezone.localtime(callback.created_at).date())
    percent = policy.number("callback_phone_share", at=callback.completed_at)
    method = sampling.draw(draw.drawn, start=draw.start, phone_percent=percent)
    callback.draw, callback.number, callback.phone_percent = draw, draw.drawn, percent
    callback.drawn_as = callback.method = CallBackChannel(method)
    draw.drawn += 1
    draw.save(update_fields=["drawn"])


def draw_of(day: date) -> CallBackDraw:
    """Return the draw of a day's month, locked; the first order of a month makes it."""
    seed = secrets.token_hex(8)
    made = {"seed": seed, "start": sampling.start_of(seed)}
    CallBackDraw.objects.get_or_create(month=day.replace(day=1), defaults=made)
    return CallBackDraw.objects.select_for_update(no_key=True).get(month=day.replace(day=1))


def _ask_by_sms(
    order: WorkOrder, report: BurstReport, mobile: str, *, token: str, by: Actor, at: datetime
) -> Delivery:
    language = "en" if report.language == SpokenLanguage.ENGLISH else "zh"
    name = order.category.name_en if language == "en" else order.category.name
    text = ASKED[language].format(about=name)
    if token:
        text += BY_LINK[language].format(url=rating.address_of(token))
    latest = at + A_DAY
    hours = quiet_hours("callback_quiet_hours", at=at)
    return queue_message(
        purpose=Purpose.CALL_BACK,
        about=f"callback:{order.number}",
        channel=NoticeChannel.SMS,
        recipient=mobile,
        text=text,
        by=by,
        at=at,
        due_at=due_in_peace(timezone.localtime(at), hours, latest=latest),  # RULE 5
        may_wait_until=latest,
        heeds_opt_out=_is_stopped_by_opt_out(at=at),
    )


def _wants_none(mobile: str, *, at: datetime) -> bool:
    return _is_stopped_by_opt_out(at=at) and wants_none(NoticeChannel.SMS, mobile)


def _is_stopped_by_opt_out(*, at: datetime) -> bool:
    stopped = policy.value("opt_out_stops", at=at)
    return isinstance(stopped, tuple) and Sort.CALL_BACK in stopped
