"""The answer as JSON, in the shape that scripts rely on; see docs/isolate.md."""

from collections.abc import Callable, Iterable
from typing import Any

from network.topology.argument.alternatives import Alternatives, Plan
from network.topology.argument.explain import (
    CustomerGroup,
    CustomerReason,
    Explanation,
    ValveReason,
)
from network.topology.argument.restore import Reopening, Restoration
from network.topology.argument.ways import Step, Way
from network.topology.engine.isolation import Caution, Isolation

WARNINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "source_in_zone": lambda facts: (
        f"Valves alone cannot stop this. Shut the source first: {', '.join(facts['sources'])}."
    ),
    "burst_side_unknown": lambda facts: (
        f"Valves divide pipe {facts['pipe']}; the burst is taken to be on every part of it. "
        "Give a point to be exact."
    ),
    "dry_before": lambda _: "No water reached this place before the burst.",
    "inoperable_valves": lambda facts: (
        f"Water passes valves that cannot be closed: {', '.join(facts['valves'])}."
    ),
    "snapped": lambda facts: (
        f"The point lies {facts['distance_m']:.1f} m from pipe {facts['pipe']}."
    ),
    "closing_ignored": lambda facts: (
        f"Not isolating valves, closing them cuts nothing: {', '.join(facts['valves'])}."
    ),
}


def as_json(case_id: object, isolation: Isolation, *extra: Caution) -> dict[str, Any]:
    """The JSON object of one case: ids, lists, counts and warnings with their text."""
    pipes = [burst.pipe for burst in isolation.bursts]
    return {
        "id": case_id,
        "pipe": pipes[0] if len(pipes) == 1 else pipes,
        "isolatable": isolation.is_isolatable,
        "segment_pipes": list(isolation.zone_pipes),
        "boundary_valves": list(isolation.boundary_valves),
        "valves_to_close": list(isolation.valves_to_close),
        "valves_already_closed": list(isolation.valves_already_closed),
        "sources_to_shut": list(isolation.sources_to_shut),
        "pipes_dry": list(isolation.pipes_dry),
        "customers_isolated": list(isolation.customers_isolated),
        "customers_unintended": list(isolation.customers_unintended),
        "customers_already_dry": list(isolation.customers_already_dry),
        "hydrants_dry": list(isolation.hydrants_dry),
        "customers": isolation.customers,
        "persons": isolation.persons,
        "warnings": [_warning(each) for each in (*isolation.warnings, *extra)],
    }


def _warning(warning: Caution) -> dict[str, str]:
    return {"code": warning.code, "text": WARNINGS[warning.code](warning.facts)}


# -- why --------------------------------------------------------------------------


def explanation_as_json(
    explanation: Explanation, customers: Iterable[CustomerReason] = ()
) -> dict[str, Any]:
    """The key `explanation`: reasons for valves, sources and groups of customers.

    `customers` are those who were asked about one by one.
    """
    found: dict[str, Any] = {
        "close": [_valve(each) for each in explanation.close],
        "leave_open": [_valve(each) for each in explanation.leave_open],
        "already_closed": [_valve(each) for each in explanation.already_closed],
        "sources": [{"source": each.source, "way": _way(each.way)} for each in explanation.sources],
        "customers": [_group(each) for each in explanation.customers],
    }
    asked = [_customer(each) for each in customers]
    return {**found, "asked_customers": asked} if asked else found


def _valve(reason: ValveReason) -> dict[str, Any]:
    found = {"valve": reason.valve, "code": reason.code, "beyond": list(reason.beyond)}
    return {**found, "way": _way(reason.way)} if reason.way else found


def _way(way: Way) -> dict[str, Any]:
    steps = [_step(each) for each in way.steps]
    return {"source": way.source, "in_order": way.in_order, "steps": steps}


def _step(step: Step) -> dict[str, Any]:
    if step.kind == "valve":
        return {"valve": step.ids[0]}
    return {"pipes": list(step.ids), "count": step.count}


def _group(group: CustomerGroup) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": group.code,
        "count": len(group.customers),
        "persons": group.persons,
        "customers": list(group.customers),
    }
    if group.code == "in_zone":
        found["through"] = list(group.through)
    if group.code == "cut_off":
        found["shut_valves"] = list(group.shut_valves)
        found["holding"] = list(group.holding)
        found["from_zone"] = group.from_zone
    return found


def _customer(reason: CustomerReason) -> dict[str, Any]:
    found: dict[str, Any] = {"customer": reason.customer, "code": reason.code}
    if reason.way:
        found["way"] = _way(reason.way)
    if reason.group:
        shared = _group(reason.group)
        del shared["customers"]  # his neighbours are not asked about
        found["group"] = shared
    return found


# -- what else --------------------------------------------------------------------


def alternatives_as_json(found: Alternatives, limit: int) -> dict[str, Any]:
    """The key `alternatives`: the best `limit` plans that nothing dominates, and the search."""
    return {
        "plans": [_plan(each, found.plain) for each in found.plans[:limit]],
        "not_dominated": len(found.plans),
        "plain_is_dominated": found.plain not in found.plans,
        "tried": found.tried,
        "cut_short": found.cut_short,
    }


def _plan(plan: Plan, plain: Plan) -> dict[str, Any]:
    return {
        "moves": [{"kind": each.kind, "asset": each.asset} for each in plan.moves],
        "valves_to_close": list(plan.close),
        "valves_to_open": list(plan.open_valves),
        "temporary_stops": list(plan.stops),
        "sources_to_shut": list(plan.sources_to_shut),
        "uncertain_valves": list(plan.uncertain),
        "customers": plan.customers,
        "persons": plan.persons,
        "key_users": list(plan.key_users),
        "special_users": list(plan.special_users),
        "minutes": plan.minutes,
        "against_plain": {
            "customers": plan.customers - plain.customers,
            "persons": plan.persons - plain.persons,
            "key_users": len(plan.key_users) - len(plain.key_users),
            "special_users": len(plan.special_users) - len(plain.special_users),
            "valves": plan.valves - plain.valves,
            "minutes": round(plan.minutes - plain.minutes, 1),
        },
    }


# -- what then --------------------------------------------------------------------


def restoration_as_json(
    found: Restoration, points: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The key `restore`: valves to open for the cut-off, who remains, and `points` for water."""
    return {
        "options": [_reopening(each) for each in found.options],
        "rest": list(found.rest),
        "points": list(points),
        "tried": found.tried,
        "cut_short": found.cut_short,
    }


def _reopening(option: Reopening) -> dict[str, Any]:
    return {
        "open": list(option.open_valves),
        "close_first": list(option.also_close),
        "customers": list(option.customers),
        "persons": option.persons,
        "pressure_zones": list(option.pressure_zones),
        "joins_pressure_zones": option.joins_pressure_zones,
    }
