"""One order: what it is about, where it stands, its limits, everybody's acts, its history."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages import selectors
from outages.forms.shape.panel import TextForm
from outages.models import WorkOrder
from outages.selectors import callbacks
from outages.selectors import orders as lists
from outages.selectors.orders.nodes import ahead_of
from outages.selectors.privacy.contacts import contact_of
from outages.services.rules import clocks
from outages.views.orders.case_history import entries_of
from outages.views.orders.order_acts import ORDER_ACTS
from outages.views.orders.words import chip_of_order, crew_words, stages_of_order
from outages.views.rules.limits import limit_rows
from outages.views.shape.acts import ActPage
from outages.views.shape.screen import may

SEES = "outages.view_outages"


def order_by_number(number: str) -> WorkOrder:
    """Return one order, or say that there is none."""
    rows = lists.all_orders().select_related(
        "report__outage", "issued_by", "accepted_by", "category__department", "follows"
    )
    order = rows.filter(number=number).first()
    if order is None:
        raise Http404
    return order


def show_order(
    request: HttpRequest,
    order: WorkOrder,
    *,
    status: int = 200,
    problem: str = "",
    filled: Any = None,
    slug: str = "",
) -> HttpResponse:
    """Show the page; a form that did not hold stands open."""
    order = order_by_number(order.number)
    now = timezone.now()
    standing = lists.crew_standing(order)
    context = {
        "order": order,
        "report": order.report,
        "chip": chip_of_order(order),
        "stages": stages_of_order(order),
        "contact": contact_of(order.report, request.user) if order.report else None,
        "acts": ORDER_PAGE.shown(ORDER_ACTS, order, request.user, filled=filled, slug=slug),
        "problem": problem,
        "limits": limit_rows(clocks.limits_of(order), at=now),
        "standing": standing,
        "standing_text": crew_words(standing, now=now),
        "asked": list(order.extensions.select_related("asked_by", "decided_by", "department")),
        "transfers": list(order.transfers.select_related("from_department", "to_department", "by")),
        "escalations": list(order.escalations.select_related("by", "resolved_by")),
        "contacts": list(order.contacts.select_related("by")),
        **_milestones(order),
        "followers": list(order.followers.select_related("department")),
        "callback": callbacks.callback_of(order),
        "addressee": selectors.addressee(order.department, at=now),
        "timeline": entries_of(order.report, order=order),
        "text_form": TextForm(),
        "now": now,
    }
    response = render(request, "outages/orders/order.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _milestones(order: WorkOrder) -> dict[str, Any]:
    rows = list(order.milestones.select_related("done_by"))
    waiting = [row for row in rows if row.done_at is None]
    ahead = ahead_of(rows)
    return {
        "milestones": [(row, "、".join(ahead.get(row.pk, []))) for row in rows],
        "milestones_done": len(rows) - len(waiting),
        "next_milestone": waiting[0] if waiting else None,
    }


@require_safe
@never_cache
@may(SEES)
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order."""
    return show_order(request, order_by_number(number))


ORDER_PAGE: ActPage[WorkOrder] = ActPage(
    find=order_by_number,
    url=lambda order: reverse("outages:order", args=[order.number]),
    act_url=lambda order, slug: reverse(f"outages:order-{slug}", args=[order.number]),
    show=show_order,
)
ORDER_ACT_VIEWS = {act.slug: ORDER_PAGE.view(act) for act in ORDER_ACTS}
