"""What may be done to a call-back: one table, a service behind each."""

from dataclasses import fields
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outages.forms.callbacks.asking import AskedForm, VisitedForm
from outages.forms.callbacks.putting_right import ImprovementForm, RectificationForm
from outages.forms.shape.panel import ReasonForm
from outages.models import CallBack
from outages.policy.callbacks import CallBackStatus
from outages.selectors import callbacks as lists
from outages.selectors.privacy.contacts import may_know
from outages.services.callbacks import asking, improving, solving
from outages.services.orders.locked import department_code_of, is_member
from outages.views.shape.actor import acting
from outages.views.shape.acts import Act, Told, User

CALLS: Final = ("outages.call_back",)
# Whoever is protected is called by who took the report, or by supervision.
ASKS: Final = ("outages.call_back", "outages.close_callback")
VISITS: Final = ("outages.handle_orders", "outages.call_back")
Said = str | Promise


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": acting(request), "at": timezone.now()}


def _said(told: Told) -> dict[str, Any]:
    names = [each.name for each in fields(asking.Answers)]
    answers = asking.Answers(**{name: told[name] for name in names})
    return {"result": told["result"], "answers": answers, "opinion": told["opinion"]}


def _call(request: HttpRequest, callback: CallBack, told: Told) -> Said:
    done = asking.record_call(callback, **_said(told), **_now(request))
    number = callback.order.number
    if done.status == CallBackStatus.TO_SOLVE:
        return gettext("%(order)s: somebody visits the user.") % {"order": number}
    if done.status == CallBackStatus.TO_CALL:
        return gettext("%(order)s: try again later.") % {"order": number}
    return gettext("%(order)s: put on record.") % {"order": number}


def _visit(request: HttpRequest, callback: CallBack, told: Told) -> Said:
    asking.record_visit(callback, **_said(told), **_now(request))
    return _("The visit is put on record.")


def _order(request: HttpRequest, callback: CallBack, _told: Told) -> Said:
    order = solving.order_again(callback, **_now(request))
    return gettext("Ordered: %(order)s.") % {"order": order.number}


def _close(request: HttpRequest, callback: CallBack, told: Told) -> Said:
    solving.close_unsolved(callback, **told, **_now(request))
    return _("Ended. The reason stays on record.")


def _improve(request: HttpRequest, callback: CallBack, told: Told) -> Said:
    improving.note_improvement(callback, **told, **_now(request))
    return _("Written down.")


def _rectify(request: HttpRequest, callback: CallBack, told: Told) -> Said:
    improving.order_rectification(callback, **told, **_now(request))
    return _("The department is told.")


def _may_call(callback: CallBack, user: User) -> bool:
    is_owed = callback.status == CallBackStatus.TO_CALL or asking.is_before_sms(callback)
    return is_owed and not _is_not_theirs(callback, user)


def _is_not_theirs(callback: CallBack, user: User) -> bool:
    """Supervision calls only whom it alone may know; an agent whom they may know."""
    is_agent = user.has_perm("outages.call_back")  # type: ignore[union-attr]
    protected = callback.report.is_confidential
    return not may_know(callback.report, user) or not (is_agent or protected)


def _is_visitor(callback: CallBack, user: User) -> bool:
    is_agent = user.has_perm("outages.call_back")  # type: ignore[union-attr]
    is_out = callback.status == CallBackStatus.TO_SOLVE and callback.follow_up is not None
    return is_out and (is_agent or is_member(user, callback.follow_up))  # type: ignore[arg-type]


def next_after(callback: CallBack) -> str:
    """Return the address of the next user to call, of the list where nobody waits."""
    row = lists.to_call().exclude(pk=callback.pk).filter(tried_at=None).first()
    if row is None:
        return reverse("outages:callbacks")
    return reverse("outages:callback", args=[row.order.number])


CALLBACK_ACTS: Final[tuple[Act[CallBack], ...]] = (
    Act("call", ASKS, _("Call the user"), _("Save and call the next"), _call, _may_call,
        AskedForm, primary=True, forbids=_is_not_theirs, onward=next_after, once=True),
    Act("visit", VISITS, _("Put the visit on record"), _("Put on record"), _visit, _is_visitor,
        VisitedForm, primary=True, once=True),
    Act("order", CALLS, _("Order the visit"), _("Order the visit"), _order,
        lambda row, _user: row.status == CallBackStatus.TO_SOLVE and row.follow_up is None,
        primary=True),
    Act("improve", ("outages.handle_orders",), _("Write down what is done better"),
        _("Write it down"), _improve,
        lambda row, user: department_code_of(user) == row.department.code
        and row.status != CallBackStatus.NO_CONTACT and row.attempts.exists(),
        ImprovementForm, once=True),
    Act("rectify", ("outages.order_rectification",), _("Have it put right"),
        _("Tell the department"), _rectify,
        lambda row, _user: row.attempts.exists(), RectificationForm, once=True),
    Act("close", ("outages.close_callback",), _("End it although the user is dissatisfied"),
        _("End it"), _close,
        lambda row, _user: row.status in (CallBackStatus.TO_CALL, CallBackStatus.TO_SOLVE)
        and row.verdict == "unsatisfied", ReasonForm),
)  # fmt: skip
