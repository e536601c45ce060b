"""What came in: all, by type, by source, over the months."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from outages.policy.monthly.figures import (
    Cell,
    Figures,
    Intake,
    Stage,
)
from outages.views.exports.tables import Row, Table, table
from outages.views.monthly.names import Names, channel_name
from outages.views.words.monthly import STAGES


def intake_table(figures: Figures) -> Table:
    lines: tuple[tuple[str | Promise, str], ...] = (
        (_("Contacts"), "total"),
        (_("Complaints"), "complaints"),
        (_("Faults"), "faults"),
        (_("Consultations"), "consultations"),
        (_("Suggestions"), "suggestions"),
        (_("Praise"), "praise"),
        (_("Merged into another report"), "merged"),
        (_("Void"), "void"),
        (_("Came back about the same matter"), "came_back"),
        (_("Urgent"), "urgent"),
        (_("Large social impact"), "major"),
        (_("With the media"), "with_media"),
        (_("Orders issued"), "orders"),
    )
    return table(
        "intake",
        gettext("What came in"),
        [
            gettext("Figure"),
            gettext("This period"),
            gettext("Period before"),
            pgettext("figures", "Change"),
        ],
        [(str(words), *_compared(figures.intake, figures.before, field)) for words, field in lines],
    )


def _compared(now: Intake, before: Intake, field: str) -> tuple[int, int, int]:
    this, last = getattr(now, field), getattr(before, field)
    return this, last, this - last


def divided_table(
    key: str, title: str, cells: Iterable[Cell], name: Callable[[str], str], names: Names
) -> Table:
    """Type x department x stage, with a total for each line and for each stage."""
    counted: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for cell in cells:
        counted[cell.type, cell.department][cell.stage] = cell.count
    stages = [stage for stage in Stage if any(stage in line for line in counted.values())]
    rows: list[Row] = []
    for (of, department), line in sorted(
        counted.items(), key=lambda item: (-sum(item[1].values()), item[0])
    ):
        by_stage = [line.get(stage, 0) for stage in stages]
        rows.append((name(of), names.department(department), *by_stage, sum(line.values())))
    if rows:
        sums = [sum(line.get(stage, 0) for line in counted.values()) for stage in stages]
        rows.append((gettext("In total"), "", *sums, sum(sums)))
    heads = [str(STAGES[stage]) for stage in stages]
    return table(
        key,
        title,
        [gettext("Type"), gettext("Department"), *heads, gettext("In total")],
        rows,
    )


def months_table(figures: Figures) -> Table:
    return table(
        "months",
        gettext("The last twelve reports' periods"),
        [gettext("Month"), gettext("Contacts"), gettext("Complaints"), gettext("Orders issued")],
        [(line.month, line.contacts, line.complaints, line.orders) for line in figures.months],
    )


def sources_table(figures: Figures) -> Table:
    return table(
        "sources",
        gettext("By source"),
        [
            gettext("Channel"),
            gettext("Contacts"),
            gettext("Complaints"),
            gettext("Suggestions"),
            gettext("Praise"),
            gettext("With the media"),
        ],
        [
            (
                channel_name(line.channel),
                line.contacts,
                line.complaints,
                line.suggestions,
                line.praise,
                line.with_media,
            )
            for line in figures.sources
        ],
    )
