"""The shift page: who is on duty, what must be done before it closes, the log, the hand-over."""

from itertools import groupby
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from network.words import local
from outages.choices import HandoverKind, LogKind
from outages.forms.shifts.handover import PeopleForm, ToldForm
from outages.models import Event, FollowUp, Handover, HandoverItem, LogEntry, Shift
from outages.models.callbacks.asking import CallBackTurn
from outages.selectors import orders as order_lists
from outages.selectors import shifts as lists
from outages.selectors.shifts.rosters import crews_with_duty
from outages.services import shifts
from outages.views.orders.words import chip_of_order, order_title
from outages.views.shape.actor import acting
from outages.views.shape.acts import ActPage
from outages.views.shape.screen import may
from outages.views.shifts.acts import SHIFT_ACTS, handover_of
from outages.views.shifts.words import GATES, ITEM_TONES
from outages.views.words.history import entries
from outages.views.words.refusals import REFUSALS, in_words

SEES = "outages.view_outages"
KEEPS = "outages.keep_shift"
LEADS = "outages.lead_shift"
PAST_SHOWN = 12
# Acts that stand behind a title of their own beside the page; the others stand where they belong.
ASIDE: Final = ("log", "fault", "leader")
LOG_TONES: Final = {
    LogKind.NOTE: "draft",
    LogKind.IMPORTANT: "warn",
    LogKind.FAULT: "danger",
    LogKind.DISCREPANCY: "danger",
}


def _find(key: str) -> Shift:
    rows = Shift.objects.select_related("leader", "template").prefetch_related("people")
    return get_object_or_404(rows, pk=key)


def _show(
    request: HttpRequest,
    shift: Shift,
    *,
    status: int = 200,
    problem: str = "",
    filled: Any = None,
    slug: str = "",
) -> HttpResponse:
    shift = _find(str(shift.pk))
    now = timezone.now()
    shown = SHIFT_PAGE.shown(SHIFT_ACTS, shift, request.user, filled=filled, slug=slug)
    handover = handover_of(shift)
    before = lists.shift_before(shift)
    context = {
        "shift": shift,
        "hours": _hours(shift),
        "before": before,
        "problem": problem,
        "act": {each.slug.replace("-", "_"): each for each in shown},
        "acts": [each for each in shown if each.slug in ASIDE],
        "gates": _gates(shift),
        "passed_on": _passed_on(shift, request),
        "handover": handover,
        "groups": _groups(handover) if handover else [],
        "inherited": _inherited(shift),
        "log": _log(shift),
        "check": shift.self_checks.filter(done_at=None).first(),
        "crews": crews_with_duty(now) if shift.closed_at is None else [],
        "past": lists.past_shifts()[:PAST_SHOWN],
        "is_late": shift.closed_at is None and now > shift.ends_at,
        "now": now,
    }
    response = render(request, "outages/shifts/shift.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


SHIFT_PAGE: ActPage[Shift] = ActPage(
    find=_find,
    url=lambda _shift: reverse("outages:shift"),
    act_url=lambda shift, slug: reverse(f"outages:shift-{slug}", args=[shift.pk]),
    show=_show,
)
SHIFT_ACT_VIEWS: Final = {act.slug: SHIFT_PAGE.view(act) for act in SHIFT_ACTS}


def _hours(shift: Shift) -> str:
    name = local(shift.template.name, shift.template.name_en) if shift.template else _("Shift")
    starts, ends = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
    return f"{name} {starts:%m-%d %H:%M}–{ends:%H:%M}"


def _gates(shift: Shift) -> list[dict[str, Any]]:
    if shift.closed_at is not None:
        return []
    return [
        {
            "title": GATES[gate.code][0],
            "help": GATES[gate.code][1],
            "is_met": gate.is_met,
            "missing": gate.missing[:8],
            "more": max(0, len(gate.missing) - 8),
            "code": gate.code,
        }
        for gate in lists.gates(shift, at=timezone.now())
    ]


def _passed_on(shift: Shift, request: HttpRequest) -> list[dict[str, Any]]:
    """The orders that the shift before passed on, with whether they may be urged."""
    orders = list(lists.passed_on(shift))
    due = order_lists.next_limits(orders)
    unseen = set(lists.unreviewed(shift))
    urges = request.user.has_perm("outages.issue_orders")
    return [
        {
            "order": order,
            "chip": chip_of_order(order),
            "title": order_title(order),
            "due": due.get(order.pk),
            "is_unseen": order.number in unseen,
            "may_urge": urges and lists.is_waiting(order),
        }
        for order in orders
    ]


def _groups(handover: Handover) -> list[dict[str, Any]]:
    """The matters of a hand-over by kind, each with where it leads."""
    groups = []
    for kind, rows in groupby(lists.items_by_urgency(handover), key=lambda row: row.kind):
        items = [_item(row) for row in rows]
        groups.append(
            {
                "kind": kind,
                "label": HandoverKind(kind).label,
                "tone": ITEM_TONES[kind],
                "items": items,
                "untold": sum(1 for each in items if each["row"].told_at is None),
            }
        )
    return groups


def _order_words(facts: dict[str, Any]) -> str:
    """Say what an order is about, and whose it is."""
    about = local(facts.get("category", ""), facts.get("category_en", ""))
    whose = local(facts.get("department", ""), facts.get("department_en", ""))
    return " · ".join(filter(None, [about, whose]))


def _item(row: HandoverItem) -> dict[str, Any]:
    facts = row.facts
    told = {
        HandoverKind.OUTAGE: facts.get("place", ""),
        HandoverKind.NOTICE: facts.get("place", ""),
        HandoverKind.ORDER: _order_words(facts),
    }.get(HandoverKind(row.kind), "")
    if row.kind == HandoverKind.CALL_BACK and facts.get("turned"):
        told = str(CallBackTurn(facts["turned"]).label)
    if row.kind == HandoverKind.CALL:
        told = str(dict(FollowUp._meta.get_field("kind").choices or ()).get(facts["call"], ""))
    return {"row": row, "url": _item_url(row), "text": told}


# Where a matter leads that is found by what it is called.
PAGES: Final[dict[str, str]] = {
    HandoverKind.CALL: "outages:case",
    HandoverKind.CALL_BACK: "outages:callback",
    HandoverKind.ORDER: "outages:order",
}


def _item_url(row: HandoverItem) -> str:
    if row.kind in (HandoverKind.OUTAGE, HandoverKind.NOTICE):
        return reverse("outages:outage", args=[row.subject_id])
    return reverse(PAGES[row.kind], args=[row.label])


def _inherited(shift: Shift) -> list[dict[str, Any]]:
    """What this shift took over and is still open: its own worklist (HOT-04)."""
    handover = Handover.objects.filter(next_shift=shift).select_related("shift").first()
    if handover is None or shift.closed_at is not None:
        return []
    still = {(str(matter.kind), matter.subject_id) for matter in lists.open_matters()}
    rows = lists.items_by_urgency(handover)
    return [_item(row) | {"tone": ITEM_TONES[row.kind]} for row in rows
            if (row.kind, row.subject_id) in still]  # fmt: skip


def _log(shift: Shift) -> list[dict[str, Any]]:
    """The duty log, the newest first: what people wrote between what the system noted."""
    written = [_written(entry) for entry in lists.entries_of(shift)]
    noted = [line for event in lists.events_of(shift) for line in _noted(event)]
    return sorted([*written, *noted], key=lambda line: line["at"], reverse=True)


def _written(entry: LogEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "tone": LOG_TONES[LogKind(entry.kind)],
        "kind": "" if entry.kind == LogKind.NOTE else entry.get_kind_display(),
        "text": entry.text,
        "actor": entry.by,
        "is_written": True,
    }


def _noted(event: Event) -> list[dict[str, Any]]:
    case, url = "", ""
    if event.outage is not None:
        case, url = event.outage.code, reverse("outages:outage", args=[event.outage_id])
    elif event.report is not None:
        case, url = event.report.reference, reverse("outages:case", args=[event.report.reference])
    return [line | {"case": case, "url": url} for line in entries([event])]


@require_safe
@never_cache
@may(SEES)
def shift_now(request: HttpRequest) -> HttpResponse:
    """Show the shift on duty; where none is, offer to open one."""
    shift = lists.open_shift()
    if shift is not None:
        return _show(request, shift)
    return _show_none(request)


def _show_none(request: HttpRequest, *, status: int = 200, problem: str = "") -> HttpResponse:
    context = {
        "may_open": request.user.has_perm(LEADS),
        "form": PeopleForm(),
        "past": lists.past_shifts()[:PAST_SHOWN],
        "problem": problem,
    }
    return render(request, "outages/shifts/none.html", context, status=status)


@require_safe
@never_cache
@may(SEES)
def shift_record(request: HttpRequest, key: int) -> HttpResponse:
    """Show the record of one shift."""
    return _show(request, _find(str(key)))


@require_safe
@never_cache
@may(SEES)
def shift_list(request: HttpRequest) -> HttpResponse:
    """List past shifts."""
    page = Paginator(lists.past_shifts(), 50).get_page(request.GET.get("page"))
    listed = [(row, _hours(row)) for row in page]
    return render(request, "outages/shifts/list.html", {"page": page, "listed": listed})


@require_POST
@may(SEES, LEADS)
def shift_open(request: HttpRequest) -> HttpResponse:
    """Open the first shift, led by whoever is signed in."""
    form = PeopleForm(request.POST)
    people = form.cleaned_data["people"] if form.is_valid() else ()
    try:
        shifts.open_first_shift(leader=acting(request), people=people, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, in_words(refused))
        return redirect("outages:shift")
    messages.success(request, _("The shift is on duty."))
    return redirect("outages:shift")


@require_POST
@may(SEES, KEEPS)
def item_told(request: HttpRequest, item_id: int) -> HttpResponse:
    """Tick one matter of the hand-over off."""
    item = get_object_or_404(HandoverItem.objects.select_related("handover__shift"), pk=item_id)
    form = ToldForm(request.POST)
    remark = form.cleaned_data["remark"] if form.is_valid() else ""
    try:
        shifts.tell_item(item, remark=remark, by=acting(request), at=timezone.now())
    except REFUSALS as refused:
        return _show(request, item.handover.shift, status=409, problem=in_words(refused))
    return redirect(f"{reverse('outages:shift')}#handover")
