"""From rows to tables: contacts and orders of a period, counted by type, department and stage.

RULES
1. A contact belongs to the period in which it was received, an order to that in which it was
   issued; where they stand is where they stood when it was counted.
2. A complaint stands where the least advanced of its live orders stands, and is that order's
   department's. Without an order it stands where the report does, and is nobody's.
3. Every contact stands in one cell, every order in one: the cells add up to all of them.
4. What is void (no report at all) is counted as contact and cell, but is no theme and no spot.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from outages.policy.monthly.figures import (
    Cell,
    Intake,
    SourceLine,
    Stage,
    ThemeLine,
)

# The kinds that are neither a fault nor a complaint by themselves.
CONSULTATION: Final = "consultation"
SUGGESTION: Final = "suggestion"
PRAISE: Final = "praise"
NO_TROUBLE: Final = frozenset({CONSULTATION, SUGGESTION, PRAISE})
URGENT: Final = "urgent"

# By the states of outages.workflow, which lies beside this package: a test holds them complete.
STAGE_OF_ORDER: Final[Mapping[str, Stage]] = {
    "draft": Stage.WAITING,
    "issued": Stage.WAITING,
    "notified": Stage.WAITING,
    "accepted": Stage.AT_WORK,
    "en_route": Stage.AT_WORK,
    "on_site": Stage.AT_WORK,
    "in_progress": Stage.AT_WORK,
    "result_entered": Stage.TO_TELL,
    "fed_back": Stage.TOLD,
    "callback": Stage.TOLD,
    "archived": Stage.FILED,
    "void": Stage.VOID,
}
STAGE_OF_REPORT: Final[Mapping[str, Stage]] = {
    "received": Stage.WAITING,
    "answered": Stage.ANSWERED,
    "invalid": Stage.VOID,
    "duplicate": Stage.MERGED,
    # All its orders were taken back: somebody has to order anew.
    "order_issued": Stage.WAITING,
}
_ORDER_OF_STAGES: Final = {stage: nth for nth, stage in enumerate(Stage)}


class OrderRow(NamedTuple):
    """An order: its category, department and status."""

    category: str
    department: str
    status: str


class ContactRow(NamedTuple):
    """A contact, with its live orders as (department, status)."""

    key: int
    kind: str
    channel: str
    status: str
    is_complaint: bool = False
    urgency: str = ""
    is_major: bool = False
    with_media: bool = False
    came_back: int = 0
    lon: float | None = None
    lat: float | None = None
    street: str = ""
    orders: tuple[tuple[str, str], ...] = ()

    @property
    def is_void(self) -> bool:
        """Whether it was no report at all."""
        return self.status == "invalid"

    @property
    def is_trouble(self) -> bool:
        """Whether somebody was not content: what can be a theme to work on."""
        return not self.is_void and (self.is_complaint or self.kind not in NO_TROUBLE)


def stage_of(contact: ContactRow) -> tuple[str, Stage]:
    """Return the department and the stage of a contact (rule 2)."""
    live = [each for each in contact.orders if each[1] != "void"]
    if not live or contact.status != "order_issued":
        return "", STAGE_OF_REPORT[contact.status]
    department, status = min(live, key=lambda each: _ORDER_OF_STAGES[STAGE_OF_ORDER[each[1]]])
    return department, STAGE_OF_ORDER[status]


def complaint_cells(contacts: Iterable[ContactRow]) -> tuple[Cell, ...]:
    """Divide complaints by kind, department and stage."""
    return _cells((each.kind, *stage_of(each)) for each in contacts if each.is_complaint)


def order_cells(orders: Iterable[OrderRow]) -> tuple[Cell, ...]:
    """Divide orders by category, department and stage."""
    return _cells((row.category, row.department, STAGE_OF_ORDER[row.status]) for row in orders)


def _cells(keys: Iterable[tuple[str, str, Stage]]) -> tuple[Cell, ...]:
    counted = Counter(keys)
    return tuple(
        Cell(of, department, stage, counted[of, department, stage])
        for of, department, stage in sorted(counted)
    )


def intake(contacts: Sequence[ContactRow], *, orders: int) -> Intake:
    """Count what came in."""

    def of_kind(kind: str) -> int:
        return sum(each.kind == kind and not each.is_void for each in contacts)

    return Intake(
        total=len(contacts),
        complaints=sum(each.is_complaint for each in contacts),
        faults=sum(each.kind not in NO_TROUBLE and not each.is_void for each in contacts),
        consultations=of_kind(CONSULTATION),
        suggestions=of_kind(SUGGESTION),
        praise=of_kind(PRAISE),
        merged=sum(each.status == "duplicate" for each in contacts),
        void=sum(each.is_void for each in contacts),
        came_back=sum(each.came_back for each in contacts),
        urgent=sum(each.urgency == URGENT for each in contacts),
        major=sum(each.is_major for each in contacts),
        with_media=sum(each.with_media for each in contacts),
        orders=orders,
    )


def by_source(contacts: Sequence[ContactRow]) -> tuple[SourceLine, ...]:
    """Count by channel, the busiest first."""
    lines = [
        SourceLine(
            channel,
            contacts=len(those),
            complaints=sum(each.is_complaint for each in those),
            suggestions=sum(each.kind == SUGGESTION for each in those),
            praise=sum(each.kind == PRAISE for each in those),
            with_media=sum(each.with_media for each in those),
        )
        for channel, those in _grouped((each.channel, each) for each in contacts).items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.contacts, line.channel)))


def themes(contacts: Sequence[ContactRow], *, most: int) -> tuple[ThemeLine, ...]:
    """Return what people were not content with, by kind: complaints first, then contacts."""
    grouped = _grouped((each.kind, each) for each in contacts if each.is_trouble)
    lines = [
        ThemeLine(
            kind,
            contacts=len(those),
            complaints=sum(each.is_complaint for each in those),
            came_back=sum(each.came_back for each in those),
        )
        for kind, those in grouped.items()
    ]
    ranked = sorted(lines, key=lambda x: (-x.complaints, -x.contacts - x.came_back, x.kind))
    return tuple(ranked[:most])


def _grouped(pairs: Iterable[tuple[str, ContactRow]]) -> dict[str, list[ContactRow]]:
    grouped: dict[str, list[ContactRow]] = {}
    for key, each in pairs:
        grouped.setdefault(key, []).append(each)
    return grouped
