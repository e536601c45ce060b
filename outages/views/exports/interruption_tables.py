"""The interruption report as tables, in the words of the reader."""

from collections.abc import Iterable
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.models import Area
from network.words import local
from outages.choices import Cause
from outages.selectors.supply.interruptions import InterruptionReport, Line
from outages.views.exports.spreadsheets import csv_bytes
from outages.views.exports.tables import Document, Row, Table, table
from outages.workflow import OutageKind

KINDS: Final = {OutageKind.PLANNED: _("Planned"), OutageKind.UNPLANNED: _("Unplanned")}
_LINES: Final[tuple[str | Promise, ...]] = (
    _("What"),
    _("Property-minutes"),
    _("Properties interrupted"),
)
_PER_SERVED: Final[tuple[str | Promise, ...]] = (
    _("Properties served"),
    _("Minutes for each property served"),
)


def kind_name(kind: str) -> str:
    """Name planned or unplanned; what belongs to no outage by that."""
    return str(KINDS[OutageKind(kind)]) if kind else gettext("Outside any outage")


def cause_name(cause: str) -> str:
    """Name a cause; what belongs to no outage by that."""
    return str(Cause(cause).label) if cause else gettext("Outside any outage")


def area_name(area: Area | None) -> str:
    """Name an area; what lies in none by that."""
    return local(area.name, area.name_en) if area else gettext("In no area")


def interruption_document(report: InterruptionReport) -> Document:
    """Put a period's figures into tables. The minutes of each division add up to the total's."""
    first, last = report.period
    facts = [
        gettext(
            "%(from)s to %(to)s. Counted are interruptions of three hours and more, with their "
            "whole length, from the signed valve steps."
        )
        % {"from": first, "to": last}
    ]
    if report.reckoned_at:
        moment = f"{timezone.localtime(report.reckoned_at):%Y-%m-%d %H:%M}"
        facts.append(gettext("Steps signed until %(at)s are in.") % {"at": moment})
    return Document(
        name=f"interruptions-{first:%Y%m%d}-{last:%Y%m%d}",
        title=gettext("Interruptions"),
        facts=tuple(facts),
        tables=tuple(_tables(report)),
    )


def _tables(report: InterruptionReport) -> Iterable[Table]:
    yield table(
        "total",
        gettext("In total"),
        [gettext("Figure"), gettext("Value")],
        [
            (gettext("Minutes for each property served"), report.per_property),
            (gettext("Property-minutes"), minutes(report)),
            (gettext("Properties interrupted"), len(report.total.by_customer)),
            (gettext("Properties served"), report.served),
            (gettext("Still interrupted"), report.total.running),
        ],
    )
    yield table(
        "month",
        gettext("Property-minutes by month"),
        [gettext("Month"), *_words(_LINES[1:]), *_words(_PER_SERVED)],
        [
            (line.key, *_line(line), line.served, line.per_property)
            for _month, line in report.months
        ],
    )
    yield table(
        "band",
        gettext("By length"),
        [gettext("Lasted at least (h)"), gettext("Interruptions that ended")],
        report.bands,
    )
    yield table(
        "area",
        gettext("By area"),
        [*_words((*_LINES, *_PER_SERVED)), *(f"≥ {hours} h" for hours, _count in report.bands)],
        [
            (area_name(each.area), *_line(each), each.served, each.per_property, *each.bands)
            for each in report.by_area
        ],
    )
    yield _divided(
        "kind", gettext("Planned or not"), ((kind_name(x.key), x) for x in report.by_kind)
    )
    yield _divided("cause", gettext("By cause"), ((cause_name(x.key), x) for x in report.by_cause))
    yield table(
        "outage",
        gettext("By outage"),
        [gettext("Outage"), gettext("Place"), *_words(_LINES[1:])],
        [
            (
                each.key or gettext("Outside any outage"),
                local(each.outage.place, each.outage.place_en) if each.outage else "",
                *_line(each),
            )
            for each in report.by_outage
        ],
    )
    yield table(
        "worst",
        gettext("Longest without water"),
        [gettext("Account"), gettext("Area"), gettext("Minutes")],
        [(each.account, area_name(each.area), round(each.minutes, 3)) for each in report.worst],
    )


def _words(texts: Iterable[str | Promise]) -> list[str]:
    return [str(text) for text in texts]


def _line(line: Line) -> tuple[float, int]:
    return minutes(line), line.properties


def _divided(key: str, title: str, lines: Iterable[tuple[str, Line]]) -> Table:
    return table(key, title, _words(_LINES), [(name, *_line(line)) for name, line in lines])


def interruption_csv(report: InterruptionReport) -> bytes:
    """Write one table: the division, the row's name, minutes, properties, properties served."""
    bands = (f"interruptions_{hours}_h" for hours, _count in report.bands)
    head: Row = ("division", "key", "name", "minutes", "properties", "served", *bands)
    return csv_bytes([head, *((*row, *[""] * (len(head) - len(row))) for row in _rows(report))])


def _rows(report: InterruptionReport) -> Iterable[Row]:
    total = report.total
    yield "total", "", "", minutes(report), len(total.by_customer), report.served
    for hours, count in report.bands:
        yield "band", f"{hours} h", "", "", count, ""
    for line in report.by_kind:
        yield "kind", line.key, kind_name(line.key), minutes(line), line.properties, ""
    for line in report.by_cause:
        yield "cause", line.key, cause_name(line.key), minutes(line), line.properties, ""
    for area in report.by_area:
        cost = (minutes(area), area.properties, area.served)
        yield "area", area.key, area_name(area.area), *cost, *area.bands
    for outage in report.by_outage:
        place = local(outage.outage.place, outage.outage.place_en) if outage.outage else ""
        yield "outage", outage.key, place, minutes(outage), outage.properties, ""
    for _month, line in report.months:
        yield "month", line.key, "", minutes(line), line.properties, line.served


def minutes(of: Line | InterruptionReport) -> float:
    """Return property-minutes as they are printed."""
    return round(of.minutes, 3)
