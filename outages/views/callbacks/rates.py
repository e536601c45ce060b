"""How many were asked and how content they are, by month and department."""

from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.models import CallBackDraw
from outages.policy.report_periods import Period, month_of, months_until
from outages.selectors import callbacks as lists
from outages.selectors.rules import policy
from outages.views.callbacks.rate_tables import rates_document
from outages.views.callbacks.words import QUESTION_NAMES
from outages.views.exports.answers import file_answer
from outages.views.shape.days import day_asked
from outages.views.shape.screen import may

MONTHS: Final = 12
FORMS: Final = {"xlsx": "XLSX", "csv": "CSV"}


@require_safe
@never_cache
@may("outages.view_callbacks")
def rates_page(request: HttpRequest) -> HttpResponse:
    """Show the rates of one month beside their goals; `format=csv` or `xlsx` gives a file."""
    now = timezone.now()
    today = timezone.localdate(now)
    period = _month(request.GET.get("month", ""), today)
    department = request.GET.get("department", "")
    rows = lists.rates(period, department=department)
    asked = lists.questionnaire(period, department=department)
    draw = CallBackDraw.objects.filter(month=period.first).first()
    if (form := request.GET.get("format")) in FORMS:
        facts = () if draw is None else (_draw_words(draw, today),)
        return file_answer(rates_document(period, rows, asked, facts=facts), form)
    context = {
        "forms": FORMS.items(),
        "keep": f"month={period.first:%Y-%m}&department={department}&",
        "period": period,
        "months": months_until(today, MONTHS)[::-1],
        "department": department,
        "departments": lists.departments_asked_about(),
        "rows": rows,
        "total": lists.totals(rows),
        "without_number": sum(row.without_number for row in rows),
        "questions": [_question(str(QUESTION_NAMES[code]), *asked[code]) for code in asked],
        "goals": {
            key: policy.number(key, at=now)
            for key in ("callback_rate_target", "satisfaction_target", "satisfaction_alert")
        },
        "draw": draw and _draw_words(draw, today),
        "sample": _sample(period, department, now),
    }
    return render(request, "outages/callbacks/rates.html", context)


def _draw_words(draw: CallBackDraw, today: date) -> str:
    """Say by what was drawn; while it still draws, only the seal of it."""
    if not draw.is_over(today):
        told = gettext("Draw: sealed as %(seal)s; the seed is shown when the month is over.")
        return told % {"seal": draw.seal}
    told = gettext("Draw: seed %(seed)s, start %(start)s, seal %(seal)s.")
    return told % {"seed": draw.seed, "start": draw.start, "seal": draw.seal}


def _sample(period: Period, department: str, now: datetime) -> dict[str, Any] | None:
    """Whom somebody spoke with beside the property rules' goals; None where those do not hold."""
    if not policy.value("profile_property", at=now):
        return None
    return {
        "spoken": lists.spoken_with(period, department=department),
        "goal": policy.number("callback_spoken_target", at=now),
        "major_goal": policy.number("callback_major_target", at=now),
    }


def _month(told: str, today: date) -> Period:
    return month_of(day_asked(f"{told}-01") or today)


def _question(name: str, satisfied: int, unsatisfied: int) -> dict[str, Any]:
    asked = satisfied + unsatisfied
    share = satisfied / asked if asked else None
    return {
        "name": name,
        "satisfied": satisfied,
        "unsatisfied": unsatisfied,
        "share": share,
        "percent": None if share is None else 100 * share,
    }
