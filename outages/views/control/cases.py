"""The open cases as the rail and the board list them: outages under way and reports that wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outages.impact import missing_to
from outages.models import Deadline, IsolationPlan
from outages.selectors import BoardRow
from outages.views.words.limits import department_name, limit_rule, limit_title
from outages.views.words.wording import (
    chip_of_outage,
    chip_of_report,
    outage_title,
    report_title,
    short_reference,
)
from outages.workflow import OutageKind, OutageStatus

SOON: Final = timedelta(minutes=5)
# Shifts change at these hours of the utility's day.
SHIFT_HOURS: Final = (8, 20)
GROUPS: Final[dict[str, tuple[str, str | Promise]]] = {
    "waits": ("danger", _("Waits for you now")),
    "late": ("danger", _("Overdue")),
    "soon": ("warn", _("Within 5 minutes")),
    "shift": ("busy", _("This shift")),
    "later": ("planned", _("Later")),
}
# What a case waits for, by the codes of `BoardRow.next_step`: the stage, and the button's verb.
STEPS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "place": (_("Dispatch"), _("Choose the pipe")),
    "plan": (_("Dispatch"), _("Make a plan")),
    "approve": (_("Dispatch"), _("Check and approve")),
    "issue_order": (_("Dispatch"), _("Send a crew")),
    "notify_crew": (_("Tell the crew"), _("Tell the crew")),
    "accept": (_("Crew takes the order"), _("See progress")),
    "adopt": (_("New plan"), _("Compare and adopt")),
    "close_valves": (_("Close the valves"), _("See progress")),
    "say_anew": (_("The leak is back"), _("Say the new time")),
    "repair": (_("Repair"), _("See progress")),
    "plan_reopening": (_("Reopening"), _("Plan the reopening")),
    "open_valves": (_("Open the valves"), _("See progress")),
    "restore": (_("Water back"), _("Declare restored")),
    "close": (_("File it"), _("Close the outage")),
    "confirm_impact": (_("Confirm"), _("Confirm the impact")),
    "make_ready": (_("Make ready"), _("Make ready")),
    "publish": (_("Publish"), _("See the notice")),
    "start": (_("Works begin"), _("See progress")),
}


@dataclass(frozen=True)
class Case:
    """One row. `due_at` is None where nothing is due by the data: then the age is shown."""

    key: str
    url: str
    code: str
    tone: str
    status: str
    title: str
    detail: str
    group: str
    step: str
    action: str
    since: datetime
    due_at: datetime | None
    deadline: str
    rule: str
    clock_from: datetime
    warn_s: int
    departments: frozenset[str]
    # Who is at it, empty for the control room, and who leads there.
    who: str
    who_detail: str
    responsible: str
    customers: int | None
    persons: int | None
    short_of_threshold: int | None
    on_trunk_road: bool
    row: BoardRow

    @property
    def is_order(self) -> bool:
        """Whether it is a department's order: nobody is without water by it."""
        return self.row.outage is None and self.row.order is not None


@dataclass(frozen=True)
class Group:
    """Cases under one heading."""

    key: str
    tone: str
    label: str
    cases: list[Case] = field(default_factory=list)


def case_of(row: BoardRow, *, at: datetime, large_from: int) -> Case:
    """Word one row of the board; an outage is large from so many persons on."""
    outage, report = row.outage, row.report
    plan = row.proposal or row.plan
    if outage is not None:
        key, url = f"o{outage.pk}", reverse("outages:outage", args=[outage.pk])
        tone, status = chip_of_outage(outage, row.plan)
        if row.proposal is not None and row.plan is not None:
            tone, status = "danger", gettext("New plan to adopt")
        code, since, title = outage.code, outage.created_at, outage_title(outage, report)
        persons, customers = outage.persons or _persons(plan), outage.customers or _customers(plan)
    else:
        assert report is not None, "a row is about an outage or a report"
        key, url = f"r{report.pk}", reverse("outages:report", args=[report.pk])
        tone, status = chip_of_report(report, plan)
        code, since, title = short_reference(report), report.received_at, report_title(report)
        persons, customers = _persons(plan), _customers(plan)
    step, action = STEPS.get(row.next_step, (row.next_step, _("Look at it")))
    return Case(
        key=key,
        url=url,
        code=code,
        tone="danger" if row.is_late else tone,
        status=str(status),
        title=title,
        detail=_detail(row, str(step)),
        group=group_of(row, at=at),
        step=str(step),
        action=str(action),
        since=since,
        due_at=row.deadline_at,
        deadline=_deadline_name(row),
        rule=limit_rule(row.deadline) if row.deadline else "",
        clock_from=row.deadline.started_at if row.deadline else since,
        warn_s=warn_s(row.deadline),
        departments=frozenset(deadline.department for deadline in row.deadlines),
        who=row.order.crew.name if row.order and row.order.crew else "",
        who_detail=row.order.crew.leader if row.order and row.order.crew else "",
        responsible=department_name(row.deadline.department) if row.deadline else "",
        customers=customers,
        persons=persons,
        short_of_threshold=_short(persons, large_from),
        on_trunk_road=bool(plan and plan.on_trunk_road),
        row=row,
    )


def _deadline_name(row: BoardRow) -> str:
    """Name what runs out: the limit, or what was told or planned."""
    if row.deadline is not None:
        return limit_title(row.deadline)
    return gettext("Works begin") if row.next_step == "start" else gettext("Water back")


def warn_s(deadline: Deadline | None) -> int:
    """Seconds before the end from which it is amber: by the rule, else five minutes."""
    if deadline is None or deadline.warns_at is None:
        return int(SOON.total_seconds())
    return int((deadline.due_at - deadline.warns_at).total_seconds())


def _persons(plan: IsolationPlan | None) -> int | None:
    return plan.persons if plan else None


def _customers(plan: IsolationPlan | None) -> int | None:
    return plan.customers_in_zone + plan.customers_unintended if plan else None


def _short(persons: int | None, large_from: int) -> int | None:
    """Persons short of a large outage, when that is near enough to matter: a tenth."""
    if persons is None:
        return None
    missing = missing_to(large_from, persons=persons)
    return missing if missing <= large_from // 10 else None


def _detail(row: BoardRow, step: str) -> str:
    parts = [step]
    if row.steps_total and row.outage is not None:
        counts = {"done": row.steps_done, "total": row.steps_total}
        parts.append(gettext("%(done)d of %(total)d valves") % counts)
    if row.order is not None and row.order.crew is not None:
        parts.append(row.order.crew.name)
    return " · ".join(parts)


def group_of(row: BoardRow, *, at: datetime) -> str:
    """Put a row under late, soon, shift or later, by its next deadline.

    A new plan beside the one in force comes before all: the crew stands at the valve.
    """
    due = row.deadline_at
    if row.next_step == "adopt":
        return "waits"
    if row.is_late or (due is not None and due <= at):
        return "late"
    if due is None:
        is_later = row.outage is not None and _begins_after(row, end_of_shift(at))
        return "later" if is_later else "shift"
    if due - at <= SOON:
        return "soon"
    return "shift" if due <= end_of_shift(at) else "later"


def _begins_after(row: BoardRow, end: datetime) -> bool:
    outage = row.outage
    assert outage is not None
    waits = outage.kind == OutageKind.PLANNED and outage.status != OutageStatus.IN_EFFECT
    return waits and outage.planned_start_at is not None and outage.planned_start_at > end


def end_of_shift(at: datetime) -> datetime:
    """Return when the shift that runs at `at` ends."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [midnight + timedelta(days=day, hours=hour) for day in (0, 1) for hour in SHIFT_HOURS]
    return next(end for end in ends if end > local)


def grouped(cases: Iterable[Case], *, by_persons: bool = False) -> list[Group]:
    """Return the groups that hold anything, most urgent first; by persons it is one list."""
    ordered = list(cases)
    if by_persons:
        ordered.sort(key=lambda case: -(case.persons or 0))
        return [Group("persons", "busy", gettext("Most people first"), ordered)] if ordered else []
    groups = {key: Group(key, tone, str(label)) for key, (tone, label) in GROUPS.items()}
    for case in sorted(ordered, key=_urgency):
        groups[case.group].cases.append(case)
    return [group for group in groups.values() if group.cases]


def _urgency(case: Case) -> tuple[datetime, datetime]:
    far = case.since + timedelta(days=3650)
    return case.due_at or far, case.since


def persons_of(cases: Sequence[Case]) -> int:
    """Return the persons without water in the cases that are under way."""
    return sum(case.row.outage.persons for case in cases if case.row.outage is not None)
