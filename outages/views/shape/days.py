"""Days that a page is asked for in its address, and the instants between which they lie."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

from outages.forms.shape.moments import FIRST_YEAR, LAST_YEAR
from outages.policy.report_periods import Period


def day_asked(text: str) -> date | None:
    """Return the day that a text names, None for none that a page could show."""
    try:
        day = parse_date(text)
    except ValueError:  # a date that no calendar has
        return None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def midnight(day: date) -> datetime:
    """Return when a day begins at the utility."""
    return timezone.make_aware(
        datetime.combine(day, datetime.min.time()), timezone.get_default_timezone()
    )


def end_of(day: date) -> datetime:
    """Return when a day is over: the next one's midnight."""
    return midnight(day + timedelta(days=1))


def period_asked(request: HttpRequest, *, days: int) -> Period:
    """Return the days asked for, in order; without any the last `days` up to and with today."""
    until = day_asked(request.GET.get("until", "")) or timezone.localdate()
    since = day_asked(request.GET.get("since", "")) or until - timedelta(days=days - 1)
    return Period(min(since, until), max(since, until))


def page_query(request: HttpRequest) -> str:
    """Return the filter as the start of a query, for other pages and files of the same."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""
