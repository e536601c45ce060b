"""Call-backs counted: by department, channel and month, and what users said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from outages.models import (
    CallBack,
    CallBackTry,
    Department,
)
from outages.models.callbacks.asking import QUESTIONS, WRITTEN, TryResult, Verdict
from outages.policy.report_periods import Period

# An SMS counts as a call-back once the provider has it, unless it turned out not to arrive (C-18).
_SMS_OUT = Q(delivery__accepted_at__isnull=False) & (
    Q(delivery__is_received=None) | Q(delivery__is_received=True)
)

# Somebody spoke with the user: on the telephone, or at the door.
_SPOKEN = Q(attempts__result=TryResult.REACHED) & ~Q(attempts__method__in=WRITTEN)


@dataclass(frozen=True)
class Counts:
    """How many call-backs: drawn, carried out, reached, answered, and what was said.

    `carried_out` has its SMS with the provider, was answered, or was tried to its end; `reached`
    counts whom somebody spoke with or who answered the SMS; `satisfied` and `unsatisfied` are of
    the work as it was at first, `solved` of the dissatisfied those who were satisfied in the end.
    """

    drawn: int = 0
    carried_out: int = 0
    reached: int = 0
    answered: int = 0
    satisfied: int = 0
    unsatisfied: int = 0
    solved: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )

    @property
    def rate_percent(self) -> float | None:
        """Carried out of those drawn, in percent; None where none was drawn."""
        return _percent(self.carried_out, self.drawn)

    @property
    def answer_percent(self) -> float | None:
        """Answered of those drawn, in percent."""
        return _percent(self.answered, self.drawn)

    @property
    def satisfied_percent(self) -> float | None:
        """Satisfied of those who answered, in percent."""
        return _percent(self.satisfied, self.answered)


@dataclass(frozen=True)
class DepartmentRates:
    """The call-backs of one department's orders. `without_number` could ask nobody."""

    department: Department
    by_channel: Mapping[str, Counts] = field(default_factory=dict)
    complaints: Counts = Counts()
    without_number: int = 0

    @property
    def total(self) -> Counts:
        """All channels together."""
        return sum(self.by_channel.values(), Counts())


def rates(period: Period, *, department: str = "") -> list[DepartmentRates]:
    """Return the rates of the orders finished in a period, by department (or of one alone).

    Channels are those that the draw said. Two queries.
    """
    rows = _finished_in(period)
    if department:
        rows = rows.filter(department__code=department)
    grouped = rows.values("department", "drawn_as", "is_complaint").annotate(**_COUNTED)
    return _by_department(grouped.order_by("department"))


def totals(rows: Iterable[DepartmentRates]) -> Counts:
    """Return the rates of all departments together."""
    return sum((row.total for row in rows), Counts())


def questionnaire(period: Period, *, department: str = "") -> dict[str, tuple[int, int]]:
    """Return (satisfied, dissatisfied) for each of the five questions. One query.

    Asked on the telephone or at the door about orders that were finished in the period.
    """
    rows = CallBackTry.objects.filter(
        callback__in=_finished_in(period), result=TryResult.REACHED
    ).exclude(method__in=WRITTEN)
    if department:
        rows = rows.filter(callback__department__code=department)
    found = rows.aggregate(
        **{
            f"{question}_{verdict}": Count("pk", filter=Q(**{question: verdict}))
            for question in QUESTIONS
            for verdict in Verdict.values
        }
    )
    return {
        question: (
            found[f"{question}_{Verdict.SATISFIED}"],
            found[f"{question}_{Verdict.UNSATISFIED}"],
        )
        for question in QUESTIONS
    }


@dataclass(frozen=True)
class SpokenWith:
    """Of the users to ask, and of the major complaints among them, with how many somebody spoke."""

    asked: int
    spoken: int
    major: int
    major_spoken: int

    @property
    def percent(self) -> float | None:
        """Spoken with, in percent; None where nobody was to be asked."""
        return _percent(self.spoken, self.asked)

    @property
    def major_percent(self) -> float | None:
        """Spoken with, of the major complaints."""
        return _percent(self.major_spoken, self.major)


def spoken_with(period: Period, *, department: str = "") -> SpokenWith:
    """Count whom somebody spoke with about the orders finished in a period. One query."""
    rows = _finished_in(period).exclude(drawn_as="")
    if department:
        rows = rows.filter(department__code=department)
    major = Q(is_complaint=True, report__is_major=True)
    found = rows.aggregate(
        asked=Count("pk", distinct=True),
        spoken=Count("pk", distinct=True, filter=_SPOKEN),
        major=Count("pk", distinct=True, filter=major),
        major_spoken=Count("pk", distinct=True, filter=major & _SPOKEN),
    )
    return SpokenWith(**found)


def opinions(period: Period | None = None, *, department: str = "") -> QuerySet[CallBackTry]:
    """What users said in their own words, or were dissatisfied with, newest first. Two queries.

    Of the orders finished in a period, of all without one.
    """
    wanted = ~Q(opinion="")
    for question in QUESTIONS:
        wanted |= Q(**{question: Verdict.UNSATISFIED})
    rows = CallBackTry.objects.filter(wanted)
    if period is not None:
        rows = rows.filter(callback__in=_finished_in(period))
    if department:
        rows = rows.filter(callback__department__code=department)
    rows = rows.select_related("callback__order", "callback__report", "callback__department", "by")
    return rows.prefetch_related("callback__improvements__by").order_by("-at", "-pk")


_COUNTED = {
    "drawn": Count("pk", distinct=True),
    "carried_out": Count(
        "pk",
        distinct=True,
        filter=_SMS_OUT | Q(done_at__isnull=False) | ~Q(verdict=""),
    ),
    "reached": Count("pk", distinct=True, filter=_SPOKEN | ~Q(verdict="")),
    "answered": Count("pk", distinct=True, filter=~Q(verdict="")),
    "satisfied": Count("pk", distinct=True, filter=Q(verdict=Verdict.SATISFIED)),
    "unsatisfied": Count("pk", distinct=True, filter=Q(verdict=Verdict.UNSATISFIED)),
    "solved": Count("pk", distinct=True, filter=Q(solved_at__isnull=False)),
}


def _finished_in(period: Period) -> QuerySet[CallBack]:
    zone = timezone.get_default_timezone()
    return CallBack.objects.filter(
        completed_at__gte=period.begins(zone), completed_at__lt=period.ends(zone)
    )


def _by_department(found: Iterable[Mapping[str, Any]]) -> list[DepartmentRates]:
    rows = list(found)
    known = Department.objects.in_bulk({row["department"] for row in rows})
    summed: dict[int, DepartmentRates] = {}
    for row in rows:
        key = row["department"]
        summed[key] = _with(summed.get(key) or DepartmentRates(known[key]), row)
    return sorted(summed.values(), key=lambda each: each.department.code)


def _with(rates_so_far: DepartmentRates, row: Mapping[str, Any]) -> DepartmentRates:
    counted = Counts(**{each.name: row[each.name] for each in fields(Counts)})
    channel = str(row["drawn_as"])
    if not channel:
        return DepartmentRates(
            rates_so_far.department,
            rates_so_far.by_channel,
            rates_so_far.complaints,
            rates_so_far.without_number + counted.drawn,
        )
    by_channel = dict(rates_so_far.by_channel)
    by_channel[channel] = by_channel.get(channel, Counts()) + counted
    complaints = rates_so_far.complaints + (counted if row["is_complaint"] else Counts())
    return DepartmentRates(
        rates_so_far.department, by_channel, complaints, rates_so_far.without_number
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
