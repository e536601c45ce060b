"""The policy: every rule with its value in force, its history and source, and the calendar."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from network.words import is_chinese
from outages.forms.rules.calendar import DAY_KINDS, DayForm, DaysFileForm
from outages.forms.rules.policy import PolicyForm
from outages.models import PolicyValue
from outages.policy.calendar import NamedDay
from outages.policy.keys import KEYS, SECTIONS
from outages.policy.on_record import ON_RECORD
from outages.policy.rows import PolicyKey
from outages.policy.values import Value
from outages.selectors.rules import policy
from outages.services.rules.policy import name_days, set_policy
from outages.views.shape.actor import acting
from outages.views.words.limits import STATUSES, limit_name, value_words
from outages.views.words.refusals import REFUSALS, in_words
from outages.workflow import Refused

MAY_SET = "outages.set_policy"


@dataclass(frozen=True)
class Line:
    """One rule on the page: its words, its value now, and the next one if one is set."""

    key: PolicyKey
    name: str
    value: str
    is_unset: bool
    is_off: bool
    clock: str
    applies: str
    status: tuple[str, str | Promise]
    row: PolicyValue | None
    next: str
    next_from: datetime | None
    # Why nothing in the program follows from it; "" where it goes by it.
    on_record: str


@require_safe
@never_cache
@login_required
def policy_page(request: HttpRequest) -> HttpResponse:
    """Show every rule; everybody on the staff may read it."""
    at = timezone.now()
    context = {
        "sections": _sections(at),
        "may_set": request.user.has_perm(MAY_SET),
        "years_unknown": policy.years_unknown(on=timezone.localdate(at)),
    }
    return render(request, "outages/control/policy.html", context)


def _sections(at: datetime) -> list[tuple[str, list[Line]]]:
    found = policy.all_in_force(at=at)
    switched = {each.key.key: each.value for each in found}
    coming = {row.key: row for row in reversed(policy.coming(at=at))}
    sections: list[tuple[str, list[Line]]] = []
    for each in found:
        if each.key.key in SECTIONS:
            sections.append((SECTIONS[each.key.key].in_language(chinese=is_chinese()), []))
        is_off = bool(each.key.needs) and not switched[each.key.needs]
        sections[-1][1].append(_line(each, coming.get(each.key.key), is_off=is_off))
    return sections


def _line(found: policy.InForce, coming: PolicyValue | None, *, is_off: bool) -> Line:
    key, chinese = found.key, is_chinese()
    return Line(
        key=key,
        name=limit_name(key.key),
        value=value_words(key, found.value),
        is_unset=found.value is None,
        is_off=is_off,
        clock=key.clock.in_language(chinese=chinese),
        applies=key.applies.in_language(chinese=chinese),
        status=STATUSES[key.status],
        row=found.row,
        next=_stored_words(key, coming) if coming else "",
        next_from=coming.effective_from if coming else None,
        on_record=ON_RECORD[key.key].in_language(chinese=chinese) if key.key in ON_RECORD else "",
    )


def _stored_words(key: PolicyKey, row: PolicyValue) -> str:
    return value_words(key, key.from_json(row.value))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def policy_rule(request: HttpRequest, key: str) -> HttpResponse:
    """Show one rule with its history; who may set policies sets the next value here."""
    if key not in KEYS:
        raise Http404(key)
    at, rule = timezone.now(), KEYS[key]
    found = next(each for each in policy.all_in_force(at=at) if each.key == rule)
    may_set = request.user.has_perm(MAY_SET)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    form = PolicyForm(request.POST or None, key=rule, current=found.value, chinese=is_chinese())
    if request.method == "POST" and form.is_valid() and _set(request, form, at):
        messages.success(request, gettext("Saved. What starts from then on goes by it."))
        return redirect("outages:policy-rule", key)
    context = {
        "rule": rule,
        "line": _line(found, None, is_off=False),
        "default": value_words(rule, rule.default),
        "needs": limit_name(rule.needs) if rule.needs else "",
        "history": _history(rule, found.row, at),
        "form": form if may_set else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "outages/control/policy_rule.html", context, status=status)


def _set(request: HttpRequest, form: PolicyForm, at: datetime) -> bool:
    told = form.cleaned_data
    value: Value = told["value"]
    try:
        set_policy(
            form.key.key,
            value,
            effective_from=max(told["effective_from"] or at, at),
            source=told["source"],
            note=told["note"],
            by=acting(request),
            at=at,
        )
    except REFUSALS as refused:
        form.add_error(None, in_words(refused))
        return False
    return True


def _history(
    rule: PolicyKey, current: PolicyValue | None, at: datetime
) -> list[tuple[PolicyValue, str, str]]:
    """Return each setting with its value and where it stands: coming, in force or past."""
    states = []
    for row in policy.history(rule.key):
        state = "past"
        if row.effective_from > at:
            state = "coming"
        elif current is not None and row.pk == current.pk:
            state = "current"
        states.append((row, _stored_words(rule, row), state))
    return states


# -- The calendar ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show the days of a year that are not what their weekday says; enter one, or a file."""
    at = timezone.now()
    may_set = request.user.has_perm(MAY_SET)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    day_form, file_form = _calendar_forms(request)
    if request.method == "POST" and _enter(request, day_form, file_form, at):
        return redirect(request.get_full_path())
    today = timezone.localdate(at)
    year = _year(request, today.year)
    named = policy.named_days()
    context = {
        "year": year,
        "years": sorted({each.day.year for each in named} | {today.year, today.year + 1}),
        "months": _months(named, year),
        "count": sum(each.day.year == year for each in named),
        "years_unknown": policy.years_unknown(on=today),
        "kinds": dict(DAY_KINDS),
        "day_form": day_form if may_set else None,
        "file_form": file_form if may_set else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "outages/control/calendar.html", context, status=status)


def _calendar_forms(request: HttpRequest) -> tuple[DayForm, DaysFileForm]:
    if request.method == "POST" and request.FILES:
        return DayForm(), DaysFileForm(request.POST, request.FILES)
    if request.method == "POST" and "file" in request.POST.get("what", ""):
        return DayForm(), DaysFileForm(request.POST, request.FILES)
    return DayForm(request.POST or None), DaysFileForm()


def _enter(request: HttpRequest, day_form: DayForm, file_form: DaysFileForm, at: datetime) -> bool:
    form: Form = file_form if file_form.is_bound else day_form
    if not form.is_valid():
        return False
    days = file_form.cleaned_data["file"] if form is file_form else day_form.named()
    try:
        entered = name_days(days, by=acting(request), at=at)
    except Refused as refused:
        form.add_error(None, in_words(refused))
        return False
    messages.success(request, gettext("%(n)s days entered.") % {"n": len(entered)})
    return True


def _year(request: HttpRequest, this: int) -> int:
    told = request.GET.get("year", "")
    return int(told) if told.isdecimal() and 2000 <= int(told) <= 2100 else this


def _months(named: list[NamedDay], year: int) -> list[tuple[int, list[NamedDay]]]:
    months: dict[int, list[NamedDay]] = {}
    for each in named:
        if each.day.year == year:
            months.setdefault(each.day.month, []).append(each)
    return sorted(months.items())
