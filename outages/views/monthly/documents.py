"""The figures of a monthly report as tables, in the reader's language: all forms print these."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from outages.choices import ActionResult, Channel, MonthlySection, ReportKind
from outages.models import MonthlyComment
from outages.policy.monthly.figures import (
    CallBackLine,
    Cell,
    Figures,
    Intake,
    Named,
    Stage,
    percent,
)
from outages.policy.report_periods import Period
from outages.views.exports.tables import Document, Row, Table, local_moment, table
from outages.views.words.limits import department_name, limit_name
from outages.views.words.monthly import QUESTIONS, STAGES
from outages.views.words.wording import local

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
    names = _Names(figures)
    made = (
        _intake(figures),
        _divided("complaints", gettext("Complaints by type"), figures.complaints, kind_name, names),
        _divided("orders", gettext("Orders by category"), figures.orders, names.category, names),
        _callbacks(figures, names),
        _questions(figures),
        _months(figures),
        _themes(figures),
        _spots(figures),
        _sources(figures),
        _limits(figures, period, names),
        _league(figures, period, names),
        _handling(figures, names),
        _dry(figures),
        _actions(figures, names),
        _comments(comments),
    )
    return Document(name=name, title=title, facts=tuple(facts), tables=made)


class _Names:
    """Departments and categories by the names that they had when it was counted."""

    def __init__(self, figures: Figures) -> None:
        self._departments = {each.code: each for each in figures.departments}
        self._categories = {each.code: each for each in figures.categories}

    def department(self, code: str) -> str:
        if not code:
            return gettext("call desk, no order")
        known = self._departments.get(code)
        return _named(known) if known else department_name(code)

    def category(self, code: str) -> str:
        known = self._categories.get(code)
        return _named(known) if known else code


def _named(of: Named) -> str:
    return local(of.zh, of.en)


def kind_name(kind: str) -> str:
    """Name a kind of report; one that is gone since by its code."""
    return capfirst(str(ReportKind(kind).label)) if kind in ReportKind.values else kind


def _channel_name(channel: str) -> str:
    return capfirst(str(Channel(channel).label)) if channel in Channel.values else channel


def _intake(figures: Figures) -> Table:
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


def _divided(
    key: str, title: str, cells: Iterable[Cell], name: Callable[[str], str], names: _Names
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


def _callbacks(figures: Figures, names: _Names) -> Table:
    lines = [*figures.callbacks, *([figures.callback_total] if figures.callbacks else ())]
    targets = figures.targets
    note = gettext(
        "Rate: carried out of those drawn, to be %(rate)s %%. Satisfaction: of those who answered, "
        "goal %(goal)s %%, alert below %(alert)s %%."
    ) % {
        "rate": targets.callback_rate,
        "goal": targets.satisfaction,
        "alert": targets.satisfaction_alert,
    }
    return table(
        "callbacks",
        gettext("Call-backs by department"),
        [
            gettext("Department"),
            gettext("Drawn"),
            gettext("by SMS"),
            gettext("by telephone"),
            gettext("by visit"),
            gettext("of complaints"),
            gettext("Carried out"),
            gettext("Rate %"),
            gettext("Reached"),
            gettext("Answered"),
            gettext("Satisfied"),
            gettext("Dissatisfied"),
            gettext("solved since"),
            gettext("Satisfaction %"),
        ],
        [_callback_row(line, names) for line in lines],
        note,
    )


def _callback_row(line: CallBackLine, names: _Names) -> Row:
    return (
        names.department(line.department) if line.department else gettext("In total"),
        line.drawn,
        line.by_sms,
        line.by_phone,
        line.by_visit,
        line.complaints,
        line.carried_out,
        percent(line.carried_out, line.drawn),
        line.reached,
        line.answered,
        line.satisfied,
        line.unsatisfied,
        line.solved,
        percent(line.satisfied, line.satisfied + line.unsatisfied),
    )


def _questions(figures: Figures) -> Table:
    return table(
        "questions",
        gettext("What they were asked"),
        [gettext("Question"), gettext("Satisfied"), gettext("Dissatisfied"), gettext("Share %")],
        [
            (
                str(QUESTIONS.get(line.question, line.question)),
                line.satisfied,
                line.unsatisfied,
                percent(line.satisfied, line.satisfied + line.unsatisfied),
            )
            for line in figures.questions
        ],
    )


def _months(figures: Figures) -> Table:
    return table(
        "months",
        gettext("The last twelve reports' periods"),
        [gettext("Month"), gettext("Contacts"), gettext("Complaints"), gettext("Orders issued")],
        [(line.month, line.contacts, line.complaints, line.orders) for line in figures.months],
    )


def _themes(figures: Figures) -> Table:
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


def _spots(figures: Figures) -> Table:
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


def _sources(figures: Figures) -> Table:
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
                _channel_name(line.channel),
                line.contacts,
                line.complaints,
                line.suggestions,
                line.praise,
                line.with_media,
            )
            for line in figures.sources
        ],
    )


def _limits(figures: Figures, period: Period, names: _Names) -> Table:
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


def _league(figures: Figures, period: Period, names: _Names) -> Table:
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


def _handling(figures: Figures, names: _Names) -> Table:
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


def _dry(figures: Figures) -> Table:
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


def _actions(figures: Figures, names: _Names) -> Table:
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


def result_name(result: str) -> str:
    """Name how an action ended; one that has not as open."""
    return str(ActionResult(result).label) if result else pgettext("action", "open")


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


def moment_words(at: datetime) -> str:
    """Write a moment in the utility's own time."""
    return f"{local_moment(at):%Y-%m-%d %H:%M}"


def sections_of(document: Document) -> list[tuple[MonthlySection, list[Table]]]:
    """Return the report's three parts, each with its tables."""
    tables: dict[str, Any] = {each.key: each for each in document.tables}
    return [(section, [tables[key] for key in keys]) for section, keys in SECTIONS.items()]
