"""The call-back rates of a month as tables, for files: the same lines as the page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from network.words import local
from outages.models.callbacks.asking import CallBackChannel
from outages.policy.report_periods import Period
from outages.selectors.callbacks import Counts, DepartmentRates, totals
from outages.views.callbacks.words import QUESTION_NAMES
from outages.views.exports.tables import Document, Row, table


def rates_document(
    period: Period,
    rows: Iterable[DepartmentRates],
    asked: Mapping[str, tuple[int, int]],
    *,
    facts: tuple[str, ...] = (),
) -> Document:
    """Return the rates by department and channel, all together, and the five questions."""
    rows = list(rows)
    head = [gettext("Department"), gettext("Channel"), gettext("Number drawn")]
    head += [gettext("Carried out"), gettext("Users reached"), gettext("Answered")]
    head += [gettext("Satisfied"), gettext("Dissatisfied"), gettext("Solved")]
    head += [gettext("Called back (%)"), gettext("Satisfaction (%)"), gettext("Without a number")]
    lines = [each for row in rows for each in _lines(row)]
    everybody = sum(row.without_number for row in rows)
    lines.append((gettext("All"), "", *_cells(totals(rows)), everybody))
    questions = [
        (str(QUESTION_NAMES[code]), satisfied, unsatisfied)
        for code, (satisfied, unsatisfied) in asked.items()
    ]
    return Document(
        name=f"call-backs-{period.first:%Y-%m}",
        title=gettext("Call-back rates"),
        facts=(f"{period.first} – {period.last}", *facts),
        tables=(
            table("rates", gettext("Call-back rates"), head, lines),
            table(
                "questions",
                gettext("The five questions"),
                [gettext("Question"), gettext("Satisfied"), gettext("Dissatisfied")],
                questions,
            ),
        ),
    )


def lines_of_rates(rates: DepartmentRates) -> list[dict[str, Any]]:
    """Return a department's rates channel by channel, then complaints, then all of them."""
    labels = dict(CallBackChannel.choices)
    lines = [
        {"name": labels[channel], "counts": counts}
        for channel, counts in sorted(rates.by_channel.items())
    ]
    if rates.complaints.drawn:
        lines.append(
            {"name": pgettext("call-backs", "of them complaints"), "counts": rates.complaints}
        )
    if len(rates.by_channel) > 1:
        lines.append({"name": pgettext("call-backs", "all"), "counts": rates.total})
    return lines


def _lines(row: DepartmentRates) -> list[Row]:
    name = local(row.department.name, row.department.name_en)
    lines: list[Row] = [
        (name, str(line["name"]), *_cells(line["counts"]), None) for line in lines_of_rates(row)
    ]
    if row.without_number:
        lines.append((name, gettext("no number"), *([None] * 9), row.without_number))
    return lines


def _cells(counts: Counts) -> Row:
    return (
        counts.drawn,
        counts.carried_out,
        counts.reached,
        counts.answered,
        counts.satisfied,
        counts.unsatisfied,
        counts.solved,
        counts.rate_percent,
        counts.satisfied_percent,
    )
