"""Why, where and how well: themes, places, limits, handling, hours without water, actions."""

from django.urls import reverse
from django.utils.translation import gettext

from outages.policy.monthly.figures import (
    Figures,
    percent,
)
from outages.policy.report_periods import Period
from outages.views.exports.tables import Table, table
from outages.views.monthly.names import Names, kind_name, result_name
from outages.views.words.limits import limit_name


def themes_table(figures: Figures) -> Table:
    return table(
        "themes",
        gettext("Hot topics"),
        [
            gettext("Topic"),
            gettext("Contacts"),
            gettext("Complaints"),
            gettext("Came back about the same matter"),
        ],
        [
            (kind_name(line.kind), line.contacts, line.complaints, line.came_back)
            for line in figures.themes
        ],
    )


def spots_table(figures: Figures) -> Table:
    return table(
        "spots",
        gettext("Where it gathers"),
        [
            gettext("Place"),
            gettext("Topic"),
            gettext("Contacts"),
            gettext("Complaints"),
            gettext("Came back about the same matter"),
            gettext("Longitude"),
            gettext("Latitude"),
        ],
        [
            (
                f"{nth}. {spot.place or gettext('no street known')}",
                kind_name(spot.kind),
                spot.contacts,
                spot.complaints,
                spot.came_back,
                f"{spot.lon:.5f}",
                f"{spot.lat:.5f}",
            )
            for nth, spot in enumerate(figures.spots, 1)
        ],
        gettext("Contacts of one topic within %(metres)s m of one another's middle.")
        % {"metres": round(figures.spots[0].radius_m)}
        if figures.spots
        else "",
    )


def limits_table(figures: Figures, period: Period, names: Names) -> Table:
    return table(
        "limits",
        gettext("How the limits are kept"),
        [
            gettext("Limit"),
            gettext("Department"),
            gettext("Kept"),
            gettext("Of"),
            gettext("Overdue"),
            gettext("Kept %"),
        ],
        [
            (
                limit_name(line.key),
                names.department(line.department) if line.department else "—",
                line.met,
                line.total,
                line.total - line.met,
                percent(line.met, line.total),
            )
            for line in figures.limits
        ],
        links=[
            _breaches(period, key=line.key, department=line.department) for line in figures.limits
        ],
    )


def league_table(figures: Figures, period: Period, names: Names) -> Table:
    return table(
        "league",
        gettext("Departments by limits overstepped"),
        [
            gettext("Department"),
            gettext("Overdue"),
            gettext("Kept"),
            gettext("Of"),
            gettext("Kept %"),
        ],
        [
            (
                names.department(line.department) if line.department else "—",
                line.breached,
                line.met,
                line.total,
                line.percent,
            )
            for line in figures.league
        ],
        links=[_breaches(period, department=line.department) for line in figures.league],
    )


def _breaches(period: Period, **chosen: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in chosen.items() if value)
    days = f"since={period.first:%Y-%m-%d}&until={period.last:%Y-%m-%d}"
    return f"{reverse('outages:breaches')}?{days}&{asked}"


def handling_table(figures: Figures, names: Names) -> Table:
    return table(
        "handling",
        gettext("Orders by department"),
        [
            gettext("Department"),
            gettext("Orders issued"),
            gettext("Filed"),
            gettext("Passed on"),
            gettext("Urged"),
            gettext("More time asked"),
            gettext("Laid before supervision"),
        ],
        [
            (
                names.department(line.department),
                line.orders,
                line.filed,
                line.passed_on,
                line.urged,
                line.extensions,
                line.escalated,
            )
            for line in figures.handling
        ],
    )


def dry_table(figures: Figures) -> Table:
    dry = figures.dry
    return table(
        "dry",
        gettext("Interruptions"),
        [gettext("Figure"), gettext("Value")],
        [
            (gettext("Minutes for each property served"), dry.per_property),
            (gettext("Property-minutes"), dry.minutes),
            (gettext("Properties interrupted"), dry.properties),
            (gettext("Properties served"), dry.served),
            (gettext("Still interrupted"), dry.running),
        ],
    )


def actions_table(figures: Figures, names: Names) -> Table:
    return table(
        "actions",
        gettext("Actions"),
        [
            gettext("Topic"),
            gettext("What is to be done"),
            gettext("Department"),
            gettext("Who"),
            gettext("Until"),
            gettext("Result"),
            gettext("What came of it"),
        ],
        [
            (
                each.topic,
                each.task,
                names.department(each.department),
                each.owner,
                each.due_on,
                result_name(each.result),
                each.outcome,
            )
            for each in figures.actions
        ],
    )
