"""How long callers wait: figures of a time, hours of the day, and every call that was late."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.policy.keys import KEYS
from outages.selectors.desk import hotline
from outages.selectors.desk.hotline import Waits
from outages.selectors.rules import policy
from outages.services.desk.hotline import RINGS, SECONDS
from outages.views.exports.answers import file_answer
from outages.views.exports.tables import Document, Row, table
from outages.views.shape.days import end_of, midnight, page_query, period_asked
from outages.views.shape.screen import may_any
from outages.views.words.limits import value_words
from outages.views.words.wording import Chip

PER_PAGE: Final = 50
# The days up to and with today that are shown unless others are asked for.
DAYS: Final = 7
OUTCOMES: Final[dict[str, Chip]] = {
    "answered": ("warn", pgettext_lazy("call", "answered late")),
    "given_up": ("danger", pgettext_lazy("call", "gave up")),
}
FORMS: Final = {"xlsx": "XLSX", "csv": "CSV"}


@require_safe
@never_cache
@may_any("outages.view_breaches", "outages.lead_shift")
def hotline_page(request: HttpRequest) -> HttpResponse:
    """Show how long callers waited; `format=csv` or `xlsx` gives it as a file."""
    now = timezone.now()
    since, until = period_asked(request, days=DAYS)
    span = midnight(since), end_of(until)
    total, by_hour = hotline.waits_between(*span), hotline.waits_by_hour(*span)
    late = hotline.late_calls(*span)
    if (form := request.GET.get("format")) in FORMS:
        return file_answer(_document(since, until, total, by_hour, late), form)
    page = Paginator(late, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "since": since,
        "until": until,
        "total": total,
        "hours": [(f"{hour:02}:00", waits) for hour, waits in by_hour.items()],
        "limit": limit_words(now),
        "page": page,
        "calls": [(call, OUTCOMES[call.outcome]) for call in page],
        "forms": FORMS.items(),
        "keep": page_query(request),
    }
    return render(request, "outages/control/hotline.html", context)


def limit_words(at: datetime) -> str:
    """Print the limit in force: rings where the utility counts them, else seconds."""
    for key in (RINGS, SECONDS):
        if (value := policy.value(key, at=at)) is not None:
            words = value_words(KEYS[key], value)
            return gettext("%(n)s rings") % {"n": words} if key == RINGS else words
    return "—"


def seconds(length: timedelta | None) -> float | None:
    """Return a length in seconds, with one decimal."""
    return None if length is None else round(length / timedelta(seconds=1), 1)


def _document(
    since: date, until: date, total: Waits, by_hour: dict[int, Waits], late: QuerySet[Any]
) -> Document:
    head = [gettext("Hour"), pgettext("hotline", "Calls"), gettext("Answered"), gettext("Too late")]
    head += [gettext("Gave up"), gettext("Mean wait (s)"), gettext("Longest wait (s)")]
    waits = [(f"{hour:02}:00", *_cells(each)) for hour, each in by_hour.items()]
    waits.append((gettext("All"), *_cells(total)))
    rows: list[Row] = [
        (
            call.ring_at,
            seconds(call.waited),
            call.rings,
            str(OUTCOMES[call.outcome][1]),
            call.agent,
        )
        for call in late
    ]
    calls = [gettext("Rang at"), gettext("Waited (s)"), gettext("Rings"), gettext("Outcome")]
    return Document(
        name=f"calls-{since}-{until}",
        title=gettext("How long callers wait"),
        facts=(f"{since} – {until}",),
        tables=(
            table("hours", gettext("By the hour of the day"), head, waits),
            table("late", gettext("Calls that waited too long"), [*calls, gettext("Agent")], rows),
        ),
    )


def _cells(waits: Waits) -> Row:
    mean, longest = seconds(waits.mean), seconds(waits.longest)
    return waits.calls, waits.answered, waits.late, waits.given_up, mean, longest
