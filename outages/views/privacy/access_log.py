"""Who looked at whose data, when and why: supervision's page."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Customer
from network.selectors import current_revision
from outages.choices import DisclosedThing
from outages.models import Disclosure
from outages.selectors.privacy.disclosures import disclosures
from outages.views.shape.days import end_of, midnight, page_query, period_asked
from outages.views.shape.screen import may

PER_PAGE: Final = 100
MOST_PEOPLE: Final = 12
# The days up to and with today that are shown unless others are asked for.
DAYS: Final = 7


@require_safe
@never_cache
@may("outages.view_audit")
def access_log(request: HttpRequest) -> HttpResponse:
    """Show what was disclosed in a period, newest first; search by person, customer or case."""
    period = period_asked(request, days=DAYS)
    since, until = midnight(period.first), end_of(period.last)
    text, thing = request.GET.get("q", "").strip()[:80], request.GET.get("thing", "")
    found = disclosures(
        since=since,
        until=until,
        text=text,
        thing=thing if thing in DisclosedThing.values else "",
    )
    page: Any = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "since": period.first,
        "until": period.last,
        "text": text,
        "thing": thing,
        "things": DisclosedThing.choices,
        "page": page,
        "rows": _rows(page),
        "people": _by_person(found, request),
        "keep": page_query(request),
    }
    return render(request, "outages/privacy/access_log.html", context)


def _by_person(found: QuerySet[Disclosure], request: HttpRequest) -> list[tuple[str, int, str]]:
    """Count by person, most first: what is out of the ordinary stands at the top.

    With each the query that shows this person alone.
    """
    names = found.order_by().values_list("by__username", "by__display_name")
    counted = Counter(shown or name for name, shown in names)
    most = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST_PEOPLE]
    return [(name, count, _alone(request, name)) for name, count in most]


def _alone(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["q"] = name
    return query.urlencode()


def _rows(page: Iterable[Disclosure]) -> list[dict[str, Any]]:
    rows = list(page)
    ids = {row.customer for row in rows if row.customer}
    customers = {
        each.asset_id: each
        for each in Customer.objects.filter(revision=current_revision(), asset_id__in=ids)
    }
    return [
        {"row": row, "customer": customers.get(row.customer), "about": _about(row)} for row in rows
    ]


def _about(row: Disclosure) -> list[tuple[str, str]]:
    """Return the cases that it belongs to, each with its address."""
    about = []
    if row.report is not None:
        about.append((row.report.reference, reverse("outages:case", args=[row.report.reference])))
    if row.outage is not None:
        about.append((row.outage.code, reverse("outages:outage", args=[row.outage.pk])))
    return about
