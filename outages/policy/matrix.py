"""The decision matrix: who must do what about an outage, by when, and what waits for it.

One row of `MATRIX` is one cell of the utility's table (regulations of the call centre, articles
16 to 19; the article stands in the row); the rows of `EMERGENCY` join them in an emergency.
`duties` reads the rows that apply to an outage.
Thresholds and comparators come in from the policy rows.

    facts of an outage ──► rows whose `when_it_applies` holds ──► duties with owner and due time
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The four columns: planned or not, network or plant (a plant, or a pump outside one)."""

    PLANNED_NETWORK = "planned_network"
    UNPLANNED_NETWORK = "unplanned_network"
    PLANNED_PLANT = "planned_plant"
    UNPLANNED_PLANT = "unplanned_plant"


PLANNED: Final = frozenset({Kind.PLANNED_NETWORK, Kind.PLANNED_PLANT})
UNPLANNED: Final = frozenset({Kind.UNPLANNED_NETWORK, Kind.UNPLANNED_PLANT})
NETWORK: Final = frozenset({Kind.PLANNED_NETWORK, Kind.UNPLANNED_NETWORK})
PLANT: Final = frozenset({Kind.PLANNED_PLANT, Kind.UNPLANNED_PLANT})
ALL: Final = frozenset(Kind)


class Task(StrEnum):
    """What is to be done; the rows of the matrix."""

    OUTAGE_SHEET = "outage_sheet"
    LEADER_APPROVAL = "leader_approval"
    PERMIT = "permit"
    POSTING = "posting"
    WECHAT_AND_WEBSITE = "wechat_and_website"
    SMS = "sms"
    PHONE_ORGANISATIONS = "phone_organisations"
    PHONE_KEY_USERS = "phone_key_users"
    TELL_SPECIAL_USERS = "tell_special_users"
    PHONE_PRODUCTION = "phone_production"
    PHONE_LEADER = "phone_leader"
    NOTIFY_BUREAU_SECTION = "notify_bureau_section"
    PORTAL = "portal"
    NEWSPAPER = "newspaper"
    EXCHANGE = "exchange"
    REPORT_UPWARD = "report_upward"
    EMERGENCY_STEP = "emergency_step"  # one of policy.emergency, in an emergency


class Owner(StrEnum):
    """Codes of departments; a company leader is a role, not a department."""

    CALL_CENTRE = "call_centre"
    ENGINEERING = "engineering"
    PRODUCTION = "production"
    COMPANY_LEADER = "company_leader"

    @property
    def department(self) -> str:
        """Code of the department that hears when it is late."""
        return "leaders" if self is Owner.COMPANY_LEADER else str(self)


class Due(StrEnum):
    """Which moment a duty is due at. `due_at` makes times of these."""

    AT_ONCE = "at_once"
    ON_RECEIPT = "on_receipt"  # within the policy's time to publish
    KEY_USER_NOTICE = "key_user_notice"  # so long before the start, or at once
    BEFORE_START = "before_start"


class Gate(StrEnum):
    """What must wait until the duty is done."""

    NONE = "none"
    HAND_OVER = "hand_over"  # the call centre is told only then
    PUBLISH = "publish"
    START = "start"
    WARN = "warn"  # nothing waits, but publishing without it says so


class Comparator(StrEnum):
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"

    def holds(self, persons: int, threshold: int) -> bool:
        """Compare, as the regulations' 超过 or 达到……以上."""
        return persons > threshold if self is Comparator.MORE_THAN else persons >= threshold


@dataclass(frozen=True)
class Facts:
    """What the matrix asks of an outage. `starts_at` None: not known; times carry a zone."""

    kind: Kind
    persons: int
    key_users: int
    on_trunk_road: bool
    received_at: datetime
    starts_at: datetime | None = None
    special_users: int = 0
    organisations: int = 0
    is_major: bool = False
    is_emergency: bool = False


@dataclass(frozen=True)
class Limits:
    """The policy values that the matrix uses; the fields are called as their keys are."""

    big_outage_persons: int = 5_000
    cmp_permit: Comparator = Comparator.MORE_THAN
    cmp_phone_leaders: Comparator = Comparator.AT_LEAST
    cmp_bureau_unplanned: Comparator = Comparator.AT_LEAST
    permit_always: bool = False  # permit_planned_network = always
    plant_permit_always: bool = True  # permit_planned_plant = always
    plant_permit_gates_publish: bool = False
    key_user_notice: timedelta = timedelta(hours=24)
    publish_after_receipt: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class Duty:
    """One thing that somebody must do about this outage. `due_at` None: no start is known yet."""

    task: Task
    owner: Owner
    due: Due
    due_at: datetime | None
    gate: Gate
    article: str


Condition = Callable[[Facts, Limits], bool]


def always(_facts: Facts, _limits: Limits) -> bool:
    """Any outage of the row's kinds."""
    return True


def needs_permit(facts: Facts, limits: Limits) -> bool:
    """More persons than the threshold (超过), or all where the policy says always."""
    return limits.permit_always or is_over(facts, limits)


def needs_plant_permit(facts: Facts, limits: Limits) -> bool:
    """All of them, or more persons than the threshold where the policy says so."""
    return limits.plant_permit_always or is_over(facts, limits)


def is_over(facts: Facts, limits: Limits) -> bool:
    """More persons than the threshold (超过)."""
    return limits.cmp_permit.holds(facts.persons, limits.big_outage_persons)


def is_large(facts: Facts, limits: Limits) -> bool:
    """As many persons as the threshold or more (达到……以上)."""
    return limits.cmp_phone_leaders.holds(facts.persons, limits.big_outage_persons)


def is_large_key_or_trunk(facts: Facts, limits: Limits) -> bool:
    """Any of: large, a key or large user without water, work on a trunk road."""
    return is_large(facts, limits) or facts.key_users > 0 or facts.on_trunk_road


def is_large_for_bureau(facts: Facts, limits: Limits) -> bool:
    """Large enough that the bureau's section is told of an emergency repair."""
    return limits.cmp_bureau_unplanned.holds(facts.persons, limits.big_outage_persons)


def has_key_users(facts: Facts, _limits: Limits) -> bool:
    """A key or large user loses water."""
    return facts.key_users > 0


def has_special_users(facts: Facts, _limits: Limits) -> bool:
    """Somebody old, weak, ill or disabled loses water."""
    return facts.special_users > 0


def has_organisations(facts: Facts, _limits: Limits) -> bool:
    """An enterprise, compound, property manager or community office lies in the area."""
    return facts.organisations > 0


def is_major(facts: Facts, limits: Limits) -> bool:
    """Somebody called it major, or it is by its size."""
    return facts.is_major or facts.is_emergency or is_large(facts, limits)


@dataclass(frozen=True)
class Row:
    """One rule: for outages of `kinds` to which `applies` holds, `owner` does `task`."""

    task: Task
    kinds: frozenset[Kind]
    owner: Owner
    due: Due
    article: str
    applies: Condition = always
    gate: Gate = Gate.NONE


# Of the customer-service measures, not of the call centre's regulations.
_SPECIAL = "客服办法 7(七)"
_CENTRE, _WORKS, _PLANTS = Owner.CALL_CENTRE, Owner.ENGINEERING, Owner.PRODUCTION
_PN, _UN = frozenset({Kind.PLANNED_NETWORK}), frozenset({Kind.UNPLANNED_NETWORK})
_PP, _UP = frozenset({Kind.PLANNED_PLANT}), frozenset({Kind.UNPLANNED_PLANT})

# fmt: off
MATRIX: Final[tuple[Row, ...]] = (
    # The sheet with its seven items; nobody is named for unplanned plant outages.
    Row(Task.OUTAGE_SHEET, NETWORK, _WORKS, Due.AT_ONCE, "16(一)1", gate=Gate.HAND_OVER),
    Row(Task.OUTAGE_SHEET, _PP, _PLANTS, Due.AT_ONCE, "17(二)", gate=Gate.HAND_OVER),
    Row(Task.OUTAGE_SHEET, _UP, _CENTRE, Due.AT_ONCE, "18(二)"),
    # What a planned outage must have before anybody outside hears of it.
    Row(Task.LEADER_APPROVAL, _PP, Owner.COMPANY_LEADER, Due.AT_ONCE, "17(二)", gate=Gate.PUBLISH),
    Row(Task.PERMIT, _PN, _WORKS, Due.BEFORE_START, "16(一)2, 17(一)", needs_permit, Gate.PUBLISH),
    Row(Task.PERMIT, _PP, _PLANTS, Due.BEFORE_START, "16(三)1, 17(二)", needs_plant_permit,
        Gate.WARN),
    # On the spot.
    Row(Task.POSTING, _PN, _WORKS, Due.BEFORE_START, "16(一)2, 5(三)"),
    Row(Task.POSTING, _UN, _WORKS, Due.AT_ONCE, "16(一)3, 18(一)"),
    # To the public and to those without water.
    Row(Task.WECHAT_AND_WEBSITE, ALL, _CENTRE, Due.ON_RECEIPT, "16(二)1, 17(二)"),
    Row(Task.SMS, ALL, _CENTRE, Due.ON_RECEIPT, "3(三)"),
    Row(Task.PHONE_ORGANISATIONS, ALL, _CENTRE, Due.ON_RECEIPT, "16(二)1", has_organisations),
    Row(Task.PHONE_KEY_USERS, PLANNED, _CENTRE, Due.KEY_USER_NOTICE, "17(一)", has_key_users),
    Row(Task.PHONE_KEY_USERS, UNPLANNED, _CENTRE, Due.AT_ONCE, "16(二)1", has_key_users),
    # Inside the house. The department that plans a plant's outage need not be told of it.
    Row(Task.PHONE_PRODUCTION, ALL - _PP, _CENTRE, Due.AT_ONCE, "16(二)2", is_large_key_or_trunk),
    Row(Task.PHONE_LEADER, ALL, _CENTRE, Due.AT_ONCE, "16(二)2", is_large_key_or_trunk),
    # One by one, and many: those who decide are told before.
    Row(Task.TELL_SPECIAL_USERS, PLANNED, _CENTRE, Due.KEY_USER_NOTICE, _SPECIAL,
        has_special_users),
    Row(Task.TELL_SPECIAL_USERS, UNPLANNED, _CENTRE, Due.AT_ONCE, _SPECIAL, has_special_users),
    # Upwards and outwards.
    Row(Task.NOTIFY_BUREAU_SECTION, _UN, _CENTRE, Due.AT_ONCE, "16(二)3, 18(一)",
        is_large_for_bureau),
    Row(Task.NOTIFY_BUREAU_SECTION, _UP, _CENTRE, Due.AT_ONCE, "18(二)"),
    Row(Task.PORTAL, _PN, _CENTRE, Due.BEFORE_START, "16(二)4", is_over),
    Row(Task.PORTAL, _PP, _PLANTS, Due.BEFORE_START, "16(三)2, 4(二)"),
    Row(Task.NEWSPAPER, _PP, _PLANTS, Due.BEFORE_START, "4(二)"),
    Row(Task.EXCHANGE, ALL, _CENTRE, Due.AT_ONCE, "19", is_large),
    Row(Task.REPORT_UPWARD, _PP, _PLANTS, Due.BEFORE_START, "4(二)"),
    Row(Task.REPORT_UPWARD, _UP, Owner.COMPANY_LEADER, Due.AT_ONCE, "4(二)", is_major),
)
# An emergency opens every channel, whatever its size: 通过各种渠道. Rows for what MATRIX gives
# already add nothing.
EMERGENCY: Final[tuple[Row, ...]] = (
    Row(Task.PHONE_PRODUCTION, ALL - _PP, _CENTRE, Due.AT_ONCE, "应急 六.2"),
    Row(Task.PHONE_LEADER, ALL, _CENTRE, Due.AT_ONCE, "应急 六.2"),
    Row(Task.NOTIFY_BUREAU_SECTION, UNPLANNED, _CENTRE, Due.AT_ONCE, "应急 六.2"),
    Row(Task.PORTAL, NETWORK | _UP, _CENTRE, Due.AT_ONCE, "应急 六.2"),
    Row(Task.NEWSPAPER, NETWORK | _UP, _CENTRE, Due.AT_ONCE, "应急 六.2"),
    Row(Task.EXCHANGE, ALL, _CENTRE, Due.AT_ONCE, "应急 六.2"),
    Row(Task.REPORT_UPWARD, NETWORK | _UP, Owner.COMPANY_LEADER, Due.AT_ONCE, "应急 六.2"),
    Row(Task.EMERGENCY_STEP, ALL, _WORKS, Due.AT_ONCE, "应急 四.4"),
)
# fmt: on


def rows_for(facts: Facts, limits: Limits) -> tuple[Row, ...]:
    """Return the rows in force for an outage, each task once, in the order of the matrix."""
    found = [row for row in MATRIX if facts.kind in row.kinds and row.applies(facts, limits)]
    if facts.is_emergency:
        given = {row.task for row in found}
        found += [row for row in EMERGENCY if facts.kind in row.kinds and row.task not in given]
    return tuple(found)


def duties(facts: Facts, limits: Limits | None = None) -> tuple[Duty, ...]:
    """Return what must be done about an outage, in the order of the matrix."""
    limits = limits or Limits()
    return tuple(
        Duty(
            task=row.task,
            owner=row.owner,
            due=row.due,
            due_at=due_at(row.due, facts, limits),
            gate=_gate(row, limits),
            article=row.article,
        )
        for row in rows_for(facts, limits)
    )


def kind_of(*, planned: bool, plant: bool) -> Kind:
    """Return the column of an outage."""
    if plant:
        return Kind.PLANNED_PLANT if planned else Kind.UNPLANNED_PLANT
    return Kind.PLANNED_NETWORK if planned else Kind.UNPLANNED_NETWORK


_PUBLIC: Final = frozenset({Task.POSTING, Task.PORTAL, Task.NEWSPAPER, Task.WECHAT_AND_WEBSITE})


def waits_for_gates(task: str, owner: str) -> bool:
    """Whether a duty of planned works waits until sheet, leader and permit are there.

    The call centre hears of it only then (17(一)), and no other department puts before the public
    what may still be refused: a notice on the street is as public as one on the website.
    """
    return owner == Owner.CALL_CENTRE or task in _PUBLIC


def due_at(due: Due, facts: Facts, limits: Limits) -> datetime | None:
    """Return when a duty is due. None: before a start that nobody has named yet."""
    match due:
        case Due.AT_ONCE:
            return facts.received_at
        case Due.ON_RECEIPT:
            return facts.received_at + limits.publish_after_receipt
        case Due.BEFORE_START:
            return facts.starts_at
        case Due.KEY_USER_NOTICE:
            if facts.starts_at is None:
                return None
            # Less than the notice remains: at once (应立即).
            return max(facts.received_at, facts.starts_at - limits.key_user_notice)


def _gate(row: Row, limits: Limits) -> Gate:
    """Publishing a plant's outage waits for its permit only where the policy says so (C-43)."""
    if row.gate is Gate.WARN and limits.plant_permit_gates_publish:
        return Gate.PUBLISH
    return row.gate


def missing_before(gate: Gate, needed: Iterable[Duty], done: frozenset[Task]) -> tuple[Duty, ...]:
    """Return the duties that hold up `gate` and are not in `done`."""
    return tuple(duty for duty in needed if duty.gate is gate and duty.task not in done)
