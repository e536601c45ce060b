"""Where trouble gathers: the monthly report's heat and places alone, for the live map."""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from outages.models import MonthlyReport
from outages.policy.monthly.figures import Heat, Spot
from outages.policy.monthly.periods import month_running, period_of
from outages.policy.monthly.spots import heat, spots
from outages.policy.report_periods import Period
from outages.selectors.monthly.figures import TOP
from outages.selectors.monthly.reports import period_choice
from outages.selectors.monthly.rows import contact_rows


class Gathering(NamedTuple):
    """The heat of a period and its places, numbered as in the report's table."""

    period: Period
    heat: tuple[Heat, ...]
    spots: tuple[Spot, ...]


def gathering(report: MonthlyReport | None, *, at: datetime) -> Gathering:
    """Return what a version of the report draws, without one what the days that run would.

    An issued version's figures are those that it keeps. At most four queries.
    """
    if report is not None and (kept := report.kept_figures()) is not None:
        return Gathering(report.period, kept.heat, kept.spots)
    period = report.period if report is not None else _running(at)
    zone = timezone.get_default_timezone()
    contacts = contact_rows(period.begins(zone), period.ends(zone))
    return Gathering(period, heat(contacts), spots(contacts, most=TOP))


def _running(at: datetime) -> Period:
    choice, draft_day = period_choice(at=at)
    month = month_running(timezone.localdate(at), choice, draft_day=draft_day)
    return period_of(month, choice, draft_day=draft_day)
