"""When the desk's shifts begin and end: in force, to come, as they were, and set anew."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from network.words import is_chinese
from outages.forms.shifts.times import MOST, ShiftTimesForm
from outages.models import ShiftTemplate
from outages.policy.keys import KEYS
from outages.selectors.rules import policy
from outages.selectors.shifts import times as lists
from outages.services import shifts
from outages.views.shape.actor import acting
from outages.views.shape.screen import may, may_any
from outages.views.words.limits import value_words
from outages.views.words.refusals import REFUSALS, in_words

SEES: Final = "outages.view_outages"
SETS: Final = ("outages.lead_shift", "outages.set_policy")


@require_safe
@never_cache
@may(SEES)
def times(request: HttpRequest) -> HttpResponse:
    """Show the hours of each pattern; `pattern` fills the form in with those of one."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    in_force = str(policy.value("shift_pattern", at=now))
    chosen = request.GET.get("pattern", in_force)
    early = policy.in_force("shift_early_arrival", at=now)
    context = {
        "patterns": [_pattern(code, in_force, now) for code in KEYS["shift_pattern"].choices],
        "form": ShiftTimesForm(initial=_initial(chosen, now), chinese=is_chinese()),
        "may_set": any(request.user.has_perm(each) for each in SETS),
        "may_choose": request.user.has_perm("outages.set_policy"),
        "early": "" if early.is_off else value_words(early.key, early.value),
    }
    return render(request, "outages/shifts/times.html", context | more, status=status)


def _pattern(code: str, in_force: str, at: datetime) -> dict[str, Any]:
    return {
        "code": code,
        "name": value_words(KEYS["shift_pattern"], code),
        "is_in_force": code == in_force,
        "shifts": list(lists.shifts_at(code, at=at)),
        "plan": lists.plan_at(code, at=at),
        "coming": list(lists.coming_plans(code, at=at)),
        "past": list(lists.past_plans(code, at=at)),
    }


def _initial(code: str, at: datetime) -> dict[str, Any]:
    """Fill the form in with what holds, to be changed."""
    found: dict[str, Any] = {"pattern": code}
    rows: list[ShiftTemplate] = list(lists.shifts_at(code, at=at))[:MOST]
    for number, row in enumerate(rows, start=1):
        found |= {
            f"name_{number}": row.name,
            f"name_en_{number}": row.name_en,
            f"starts_{number}": row.starts,
        }
    return found


@require_POST
@may_any(*SETS)
def set_times(request: HttpRequest) -> HttpResponse:
    """Set the hours of a pattern from a moment on."""
    form, now = ShiftTimesForm(request.POST, chinese=is_chinese()), timezone.now()
    if not form.is_valid():
        return _page(request, status=422, form=form)
    told = form.cleaned_data
    try:
        shifts.set_times(
            told["pattern"],
            told["shifts"],
            effective_from=told["effective_from"] or now,
            source=told["source"],
            by=acting(request),
            at=now,
        )
    except REFUSALS as refused:
        return _page(request, status=409, form=form, problem=in_words(refused))
    messages.success(request, _("Set. The hours before stay on record."))
    return redirect("outages:shift-times")
