"""The figures of a monthly report as one document: screen and files print the same."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext

from outages.choices import MonthlySection
from outages.models import MonthlyComment
from outages.policy.monthly.figures import (
    Figures,
)
from outages.policy.report_periods import Period
from outages.views.exports.tables import Document, Table, table
from outages.views.monthly.analysis_tables import (
    actions_table,
    dry_table,
    handling_table,
    league_table,
    limits_table,
    spots_table,
    themes_table,
)
from outages.views.monthly.callback_tables import callbacks_table, questions_table
from outages.views.monthly.intake_tables import (
    divided_table,
    intake_table,
    months_table,
    sources_table,
)
from outages.views.monthly.names import Names, kind_name

SECTIONS: Final[Mapping[MonthlySection, tuple[str, ...]]] = {
    MonthlySection.COMPLAINTS: ("intake", "complaints", "orders"),
    MonthlySection.CALL_BACKS: ("callbacks", "questions"),
    MonthlySection.ANALYSIS: (
        "months", "themes", "spots", "sources", "limits", "league", "handling", "dry", "actions",
    ),
}  # fmt: skip


def monthly_document(
    figures: Figures,
    period: Period,
    *,
    name: str,
    title: str,
    facts: Iterable[str],
    comments: Mapping[str, MonthlyComment],
) -> Document:
    """Put a report into tables: the same for screen, workbook, text file and paper."""
    names = Names(figures)
    made = (
        intake_table(figures),
        divided_table(
            "complaints", gettext("Complaints by type"), figures.complaints, kind_name, names
        ),
        divided_table(
            "orders", gettext("Orders by category"), figures.orders, names.category, names
        ),
        callbacks_table(figures, names),
        questions_table(figures),
        months_table(figures),
        themes_table(figures),
        spots_table(figures),
        sources_table(figures),
        limits_table(figures, period, names),
        league_table(figures, period, names),
        handling_table(figures, names),
        dry_table(figures),
        actions_table(figures, names),
        _comments(comments),
    )
    return Document(name=name, title=title, facts=tuple(facts), tables=made)


def _comments(comments: Mapping[str, MonthlyComment]) -> Table:
    return table(
        "comments",
        gettext("Comments"),
        [gettext("Section"), gettext("Comment"), gettext("By"), gettext("At")],
        [
            (str(section.label), written.text, str(written.by or ""), written.at)
            for section in MonthlySection
            if (written := comments.get(section)) is not None and written.text
        ],
    )


def sections_of(document: Document) -> list[tuple[MonthlySection, list[Table]]]:
    """Return the report's three parts, each with its tables."""
    tables: dict[str, Any] = {each.key: each for each in document.tables}
    return [(section, [tables[key] for key in keys]) for section, keys in SECTIONS.items()]
