"""The crews' roster: a week as bars, the hours that nobody covers, who is on duty now."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.forms.shape.panel import ReasonForm
from outages.forms.shifts.roster import DutyForm
from outages.models import Crew, CrewDuty
from outages.policy.shifts import Span
from outages.selectors.shifts import rosters as lists
from outages.services.shifts import rosters
from outages.views.shape.actor import acting
from outages.views.shape.days import day_asked, midnight
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words

SEES = "outages.view_outages"
KEEPS = "outages.keep_roster"
DAYS: Final = 7
MINUTES: Final = DAYS * 24 * 60


@require_safe
@never_cache
@may(SEES)
def roster(request: HttpRequest) -> HttpResponse:
    """Show a week, from the day asked for or from today."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    first = _first_day(request.GET.get("from", ""), now)
    until = first + timedelta(days=DAYS)
    duties = list(lists.duties_between(first, until))
    gaps = lists.gaps_between(max(first, now), until) if duties and until > now else []
    context = {
        "days": [first + timedelta(days=each) for each in range(DAYS)],
        "rows": _rows(duties, first, until, now),
        "gaps": gaps,
        "gap_bars": [_bar(each, first, until) for each in gaps],
        "duties": [row for row in duties if row.ends_at > now],
        "now_x": _minutes(now, first) if first <= now < until else None,
        "earlier": first - timedelta(days=DAYS),
        "later": until,
        "keeps": request.user.has_perm(KEEPS),
        "form": DutyForm(),
        "now": now,
        "minutes": MINUTES,
        "day_lines": [each * 24 * 60 for each in range(DAYS)],
    }
    return render(request, "outages/shifts/roster.html", context | more, status=status)


def _first_day(text: str, now: datetime) -> datetime:
    return midnight(day_asked(text) or timezone.localtime(now).date())


def _rows(
    duties: list[CrewDuty], first: datetime, until: datetime, now: datetime
) -> list[dict[str, Any]]:
    """One row a crew: its bars in the week, and the duty it is on now."""
    crews = Crew.objects.filter(is_on_duty=True).order_by("code")
    on_now = lists.duties_at(now)
    return [
        {
            "crew": crew,
            "now": on_now.get(crew.pk),
            "bars": [
                _bar((each.starts_at, each.ends_at), first, until)
                for each in duties
                if each.crew_id == crew.pk
            ],
        }
        for crew in crews
    ]


def _bar(span: Span, first: datetime, until: datetime) -> dict[str, int]:
    """Return where a stretch of time lies in the week's drawing, in minutes."""
    start, end = max(span[0], first), min(span[1], until)
    return {"x": _minutes(start, first), "width": max(1, _minutes(end, start))}


def _minutes(at: datetime, since: datetime) -> int:
    return int((at - since).total_seconds() // 60)


@require_POST
@may(SEES, KEEPS)
def duty_add(request: HttpRequest) -> HttpResponse:
    """Put a crew on the roster."""
    form = DutyForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form, is_open=True)
    try:
        rosters.enter_duty(**form.cleaned_data, by=acting(request), at=timezone.now())
    except REFUSALS as refused:
        return _page(request, status=409, form=form, is_open=True, problem=in_words(refused))
    messages.success(request, _("On the roster."))
    return redirect("outages:roster")


@require_POST
@may(SEES, KEEPS)
def duty_void(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Take a duty off the roster, with a reason."""
    duty = get_object_or_404(CrewDuty, pk=duty_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        problem = _("Say why: the reason is kept with the record.")
        return _page(request, status=422, problem=problem)
    try:
        rosters.void_duty(
            duty, reason=form.cleaned_data["reason"], by=acting(request), at=timezone.now()
        )
    except REFUSALS as refused:
        return _page(request, status=409, problem=in_words(refused))
    messages.success(request, _("Off the roster."))
    return redirect("outages:roster")
