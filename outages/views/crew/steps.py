"""What a step says on a phone: the valve, where it is, which way to turn and how often."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import cos, hypot, radians
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from network.words import GROUNDS, bore, local
from outages.choices import OUTLET_STEPS, CannotReason, Direction
from outages.models import ValveOperation
from outages.selectors.shutdown import step_words
from outages.selectors.shutdown.step_words import ActionWords
from outages.workflow import StepStatus

METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class StepView:
    """One step as the phone shows it.

    `distance_m` is from the step before: along the pipes where that is stored, None if unknown.
    """

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
    words: ActionWords
    kind: str
    why: tuple[str, ...]

    @property
    def id(self) -> int:
        """Key of the operation."""
        return self.operation.pk

    @property
    def valve(self) -> str:
        """Code of the valve."""
        return self.operation.valve

    @property
    def action(self) -> str:
        """What is done: a `Direction`."""
        return self.operation.direction

    @property
    def at_outlet(self) -> bool:
        """Whether a hydrant, washout or air valve is opened, and no valve turned."""
        return self.operation.direction in OUTLET_STEPS

    @property
    def waits_for(self) -> str:
        """The direction whose steps must all be done before this one, "" for none."""
        return {Direction.FEED: "close", Direction.SHUT: "open"}.get(
            Direction(self.operation.direction), ""
        )

    @property
    def cannot_reasons(self) -> frozenset[str]:
        """What may keep it from being done."""
        if self.at_outlet:
            return frozenset({CannotReason.SEIZED, CannotReason.NOT_FOUND, CannotReason.BLOCKED})
        passes = {CannotReason.PASSES_WATER} if self.action != Direction.CLOSE else set()
        return frozenset(CannotReason) - passes

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
            return "todo" if self.action in (Direction.CLOSE, Direction.SHUT) else "reopen"
        return {
            StepStatus.DONE: "done",
            StepStatus.FAILED: "valve-inoperable",
            StepStatus.LEFT_CLOSED: "valve-closed",
        }.get(StepStatus(self.status), "void")


def step_views(operations: Iterable[ValveOperation], directions: Collection[str]) -> list[StepView]:
    """Return the steps of some directions, in order, without what became void."""
    views: list[StepView] = []
    before: ValveOperation | None = None
    for operation in operations:
        if operation.direction not in directions or operation.status == StepStatus.VOID:
            continue
        views.append(_view(operation, before, number=len(views) + 1))
        before = operation
    return views


def _view(operation: ValveOperation, before: ValveOperation | None, *, number: int) -> StepView:
    facts = operation.facts
    opening = operation.direction in (Direction.OPEN, Direction.FEED)
    turns = facts.get("turns_to_close")
    way = step_words.way_m(operation)
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
        distance_m=distance_m(before, operation) if way is None else way,
        words=step_words.action_words(operation),
        kind=step_words.kind_words(operation),
        why=tuple(step_words.reasons(operation)),
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
