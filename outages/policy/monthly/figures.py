"""The figures of a monthly report, as they are counted, kept and read again years later.

Codes stay codes (kinds, channels, stages, limits); departments and categories keep the names that
they had. What an older report does not hold yet reads as nothing.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Stage(StrEnum):
    """How far a complaint or an order has come, as the tables divide it."""

    WAITING = "waiting"  # nobody has taken it
    AT_WORK = "at_work"
    TO_TELL = "to_tell"  # done, the user is to be told
    TOLD = "told"
    FILED = "filed"
    ANSWERED = "answered"  # at the desk, without an order
    MERGED = "merged"  # a second report of the same matter
    VOID = "void"  # no report at all, or an order taken back


@dataclass(frozen=True)
class Named:
    """A department or a category, with its names as they were."""

    code: str
    zh: str
    en: str = ""


@dataclass(frozen=True)
class Cell:
    """So many of one type, with one department, at one stage. An empty department: none yet."""

    type: str
    department: str
    stage: str
    count: int


@dataclass(frozen=True)
class Intake:
    """What came in during a period. `total` counts every contact, also merged and void ones."""

    total: int = 0
    complaints: int = 0
    faults: int = 0
    consultations: int = 0
    suggestions: int = 0
    praise: int = 0
    merged: int = 0
    void: int = 0
    came_back: int = 0  # how often somebody came back about the same matter
    urgent: int = 0
    major: int = 0
    with_media: int = 0
    orders: int = 0


@dataclass(frozen=True)
class SourceLine:
    """What came in on one channel."""

    channel: str
    contacts: int
    complaints: int
    suggestions: int
    praise: int
    with_media: int


@dataclass(frozen=True)
class ThemeLine:
    """What people told us about, by kind. Void contacts are no theme."""

    kind: str
    contacts: int
    complaints: int
    came_back: int


@dataclass(frozen=True)
class Spot:
    """A kind of trouble that gathers at a place: `lon`, `lat` in EPSG:4326 amid those counted."""

    kind: str
    place: str
    contacts: int
    complaints: int
    came_back: int
    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class Heat:
    """So many contacts in a square of the town, by its centre (EPSG:4326)."""

    lon: float
    lat: float
    count: int


@dataclass(frozen=True)
class LimitLine:
    """How often one department kept one limit, of those that ended in the period."""

    key: str
    department: str
    met: int
    total: int


@dataclass(frozen=True)
class HandlingLine:
    """What one department did with its orders: those issued in the period and what befell them."""

    department: str
    orders: int
    filed: int
    passed_on: int
    urged: int
    extensions: int
    escalated: int


@dataclass(frozen=True)
class LeagueLine:
    """A department's place in the league of limits overstepped."""

    department: str
    met: int
    total: int

    @property
    def breached(self) -> int:
        """How many were overstepped."""
        return self.total - self.met

    @property
    def percent(self) -> float:
        """The share that was kept, 0 to 100."""
        return 100 * self.met / self.total


@dataclass(frozen=True)
class CallBackLine:
    """The call-backs of one department's orders that were finished in the period."""

    department: str
    drawn: int = 0
    by_sms: int = 0
    by_phone: int = 0
    by_visit: int = 0
    complaints: int = 0
    carried_out: int = 0
    reached: int = 0
    answered: int = 0
    satisfied: int = 0
    unsatisfied: int = 0
    solved: int = 0


@dataclass(frozen=True)
class QuestionLine:
    """The answers to one question of the questionnaire."""

    question: str
    satisfied: int
    unsatisfied: int


@dataclass(frozen=True)
class Targets:
    """What the policy asked for when it was counted, in percent."""

    callback_rate: int = 100
    satisfaction: int = 95
    satisfaction_alert: int = 90


@dataclass(frozen=True)
class Dry:
    """How long people had no water in the period (docs/interruptions.md)."""

    minutes: float = 0.0
    properties: int = 0
    served: int = 0
    running: int = 0

    @property
    def per_property(self) -> float | None:
        """Minutes for each property served; None where nobody is."""
        return self.minutes / self.served if self.served else None


@dataclass(frozen=True)
class MonthLine:
    """One month of the trend, by the first day of the month its report is named for."""

    month: str
    contacts: int
    complaints: int
    orders: int


@dataclass(frozen=True)
class ActionLine:
    """What was agreed about a topic, and what had come of it; `due_on` is a day (ISO 8601)."""

    topic: str
    task: str
    department: str
    owner: str
    due_on: str
    result: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Figures:
    """All figures of a report. `as_of` is when they were counted (ISO 8601)."""

    as_of: str
    intake: Intake = Intake()
    before: Intake = Intake()
    complaints: tuple[Cell, ...] = ()
    orders: tuple[Cell, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    themes: tuple[ThemeLine, ...] = ()
    spots: tuple[Spot, ...] = ()
    heat: tuple[Heat, ...] = ()
    limits: tuple[LimitLine, ...] = ()
    handling: tuple[HandlingLine, ...] = ()
    callbacks: tuple[CallBackLine, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    targets: Targets = Targets()
    dry: Dry = Dry()
    months: tuple[MonthLine, ...] = ()
    actions: tuple[ActionLine, ...] = ()
    departments: tuple[Named, ...] = ()
    categories: tuple[Named, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the database keeps."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Figures":
        """Read what the database keeps, of this release or an older one."""
        return _built(cls, stored)

    @property
    def league(self) -> tuple[LeagueLine, ...]:
        """Departments by how many limits they overstepped, the most first."""
        by_department: dict[str, tuple[int, int]] = {}
        for line in self.limits:
            met, total = by_department.get(line.department, (0, 0))
            by_department[line.department] = (met + line.met, total + line.total)
        lines = (LeagueLine(code, *counted) for code, counted in by_department.items())
        return tuple(
            sorted(lines, key=lambda line: (-line.breached, line.percent, line.department))
        )

    @property
    def callback_total(self) -> CallBackLine:
        """The call-backs of all departments together."""
        names = [each.name for each in dataclasses.fields(CallBackLine)][1:]
        sums = {name: sum(getattr(line, name) for line in self.callbacks) for name in names}
        return CallBackLine("", **sums)


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent; None of nothing."""
    return 100 * part / whole if whole else None


def tally(cells: Iterable[Cell]) -> int:
    """Return how many the cells of a table count."""
    return sum(cell.count for cell in cells)


def _built(wanted: type[T], stored: Any) -> T:
    """Make a dataclass of what JSON holds; names that it does not know are left out."""
    hints = get_type_hints(wanted)
    known = {name: _value(hints[name], each) for name, each in stored.items() if name in hints}
    return wanted(**known)


def _value(hint: Any, stored: Any) -> Any:
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_value(inner, each) for each in stored)
    if get_origin(hint) is UnionType:
        inner = next(each for each in get_args(hint) if each is not NoneType)
        return None if stored is None else _value(inner, stored)
    if dataclasses.is_dataclass(hint):
        return _built(hint, stored)  # type: ignore[arg-type]
    return stored
