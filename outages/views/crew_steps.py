"""What a step says on a phone: the valve, where it is, which way to turn and how often."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, hypot, radians
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from outages.choices import Direction
from outages.models import ValveOperation
from outages.views.wording import GROUNDS, bore, local
from outages.workflow import StepStatus

METRES_PER_DEGREE = 111_320.0
DECIDED = frozenset({StepStatus.DONE, StepStatus.LEFT_CLOSED, StepStatus.VOID})


@dataclass(frozen=True)
class StepView:
    """One step as the phone shows it. `distance_m` is from the step before, None if unknown."""

    operation: ValveOperation
    number: int
    client_key: UUID
    is_opening: bool
    where: str
    detail: str
    bore: str
    turns: str
    planned_turns: int | None
    direction: str
    refill: bool
    distance_m: float | None

    @property
    def id(self) -> int:
        """Key of the operation."""
        return self.operation.pk

    @property
    def valve(self) -> str:
        """Code of the valve."""
        return self.operation.valve

    @property
    def status(self) -> str:
        """Status of the step."""
        return self.operation.status

    @property
    def is_pending(self) -> bool:
        """Whether nobody has said anything of it yet."""
        return self.operation.status == StepStatus.PENDING

    @property
    def glyph(self) -> str:
        """The symbol that the row shows."""
        if self.status == StepStatus.PENDING:
            return "reopen" if self.is_opening else "todo"
        return {
            StepStatus.DONE: "done",
            StepStatus.FAILED: "valve-inoperable",
            StepStatus.LEFT_CLOSED: "valve-closed",
        }.get(StepStatus(self.status), "void")


def step_views(operations: Iterable[ValveOperation], direction: str) -> list[StepView]:
    """Return the steps of one direction, in order, without what became void."""
    views: list[StepView] = []
    before: ValveOperation | None = None
    for operation in operations:
        if operation.direction != direction or operation.status == StepStatus.VOID:
            continue
        views.append(_view(operation, before, number=len(views) + 1))
        before = operation
    return views


def _view(operation: ValveOperation, before: ValveOperation | None, *, number: int) -> StepView:
    facts = operation.facts
    opening = operation.direction == Direction.OPEN
    turns = facts.get("turns_to_close")
    return StepView(
        operation=operation,
        number=number,
        client_key=uuid4(),
        is_opening=opening,
        where=local(facts.get("location") or "", facts.get("location_en") or ""),
        detail=str(GROUNDS.get(str(facts.get("ground") or ""), "")),
        bore=bore(facts.get("bore_mm")) or "—",
        turns=_("%(turns)d turns") % {"turns": turns} if turns else "—",
        planned_turns=turns,
        direction=_turning(facts.get("closes_clockwise"), opening=opening),
        refill=bool(facts.get("refill")),
        distance_m=distance_m(before, operation),
    )


def _turning(closes_clockwise: bool | None, *, opening: bool) -> str:
    if closes_clockwise is None:
        return "—"
    return (
        pgettext("turning", "clockwise")
        if closes_clockwise is not opening
        else pgettext("turning", "anticlockwise")
    )


def distance_m(one: ValveOperation | None, other: ValveOperation) -> float | None:
    """Return the distance between two valves in metres as the crow flies, None if unknown."""
    if one is None or one.geom is None or other.geom is None:
        return None
    east = (other.geom.x - one.geom.x) * cos(radians(other.geom.y))
    return hypot(east, other.geom.y - one.geom.y) * METRES_PER_DEGREE
