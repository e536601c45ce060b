"""What a change would do, in the lines of the question before it is recorded."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from network.choices import Operability, ValveState
from network.models import NetworkRevision, Source, Valve
from network.selectors import Dependence, SupplyChange, supply_change, valve_dependence


@dataclass(frozen=True)
class Line:
    """One consequence; `tone` is danger where people or hydrants lose water."""

    tone: str
    text: str


@dataclass(frozen=True)
class Consequences:
    """All lines of a change, and whether it takes water from anybody."""

    lines: list[Line]
    harms: bool


def of_valve_state(revision: NetworkRevision, valve: Valve, state: str) -> Consequences:
    """Say who loses or gets water if the valve stands so."""
    if not valve.isolates:
        return Consequences(
            [Line("ok", gettext("It is no isolating valve: nobody's water depends on it."))], False
        )
    if state == ValveState.CLOSED:
        change = supply_change(revision, closed=[valve.asset_id])
        condition = gettext("with %(valve)s closed") % {"valve": valve.asset_id}
    else:
        change = supply_change(revision, opened=[valve.asset_id])
        condition = gettext("with %(valve)s open") % {"valve": valve.asset_id}
    return _of_supply(change, condition)


def of_source_activity(
    revision: NetworkRevision, source: Source, *, is_active: bool
) -> Consequences:
    """Say who loses or gets water if the source works or not."""
    if is_active:
        change = supply_change(revision, revived=[source.asset_id])
        condition = gettext("with %(source)s at work") % {"source": source.asset_id}
    else:
        change = supply_change(revision, silenced=[source.asset_id])
        condition = gettext("with %(source)s out of action") % {"source": source.asset_id}
    return _of_supply(change, condition)


def _of_supply(change: SupplyChange, condition: str) -> Consequences:
    lines = [*_lost(change, condition), *_gained(change, condition)]
    if not lines:
        lines.append(Line("ok", gettext("Nobody loses water: every customer keeps a way to it.")))
    lines.append(
        Line("planned", gettext("Plans that wait for approval have to be compared once more."))
    )
    return Consequences(lines, change.harms)


def _lost(change: SupplyChange, condition: str) -> list[Line]:
    lines = []
    if change.lost.customers:
        text = ngettext(
            "%(n)d customer (about %(persons)d persons) has no water %(condition)s.",
            "%(n)d customers (about %(persons)d persons) have no water %(condition)s.",
            change.lost.customers,
        )
        values = {
            "n": change.lost.customers,
            "persons": change.lost.persons,
            "condition": condition,
        }
        lines.append(Line("danger", text % values))
    if change.lost.hydrants:
        text = ngettext(
            "%(n)d hydrant is without water.",
            "%(n)d hydrants are without water.",
            change.lost.hydrants,
        )
        lines.append(Line("danger", text % {"n": change.lost.hydrants}))
    return lines


def _gained(change: SupplyChange, condition: str) -> list[Line]:
    if not change.gained.customers:
        return []
    text = ngettext(
        "%(n)d customer that was dry has water %(condition)s.",
        "%(n)d customers that were dry have water %(condition)s.",
        change.gained.customers,
    )
    return [Line("ok", text % {"n": change.gained.customers, "condition": condition})]


def of_operability(revision: NetworkRevision, valve: Valve, operability: str) -> Consequences:
    """Say what bursts beside the valve take, once it can be counted on or not."""
    dependence = valve_dependence(revision, valve) if valve.isolates else None
    if dependence is None:
        text = gettext("No burst beside it takes more or less because of it.")
        return Consequences([Line("ok", text)], False)
    is_usable = operability in (Operability.OPERABLE, Operability.UNKNOWN)
    return Consequences([_of_burst(dependence, is_usable=is_usable)], False)


def _of_burst(dependence: Dependence, *, is_usable: bool) -> Line:
    after, before = dependence.working, dependence.stuck
    if not is_usable:
        after, before = before, after
    values = {
        "pipe": dependence.pipe,
        "valves": len(after.valves_to_close),
        "valves_before": len(before.valves_to_close),
        "customers": after.customers,
        "customers_before": before.customers,
    }
    if not after.is_isolatable:
        text = gettext(
            "A burst on %(pipe)s can then no longer be stopped by valves alone, and leaves "
            "%(customers)d customers without water (so far %(customers_before)d)."
        )
    else:
        text = gettext(
            "A burst on %(pipe)s then takes %(valves)d valves (so far %(valves_before)d) and "
            "leaves %(customers)d customers without water (so far %(customers_before)d)."
        )
    return Line("ok" if is_usable else "warn", text % values)
