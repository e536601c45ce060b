"""From the topology's answer to what a plan stores of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from network.selectors import Snapshot
from network.topology.engine.isolation import Burst, Isolation, supplied
from network.topology.engine.states import NetworkState, masks
from outages.choices import Effect
from outages.planning.whatif import WhatIf


@dataclass(frozen=True)
class Answer:
    """The isolation, and who is affected once the valves that were added by hand are shut too."""

    isolation: Isolation
    valves_to_close: tuple[str, ...]
    effects: dict[str, str]  # customer id -> outages.choices.Effect
    pipes_dry: tuple[str, ...]


def answer(
    snapshot: Snapshot,
    bursts: Sequence[Burst],
    *,
    state: NetworkState,
    alone: NetworkState,
    what_if: WhatIf,
) -> Answer:
    """Ask the network with the dispatcher's assumptions laid over what holds.

    1. Who loses water is asked of `state`, where other outages' valves are shut already.
    2. Which valves to close is asked of `alone`, where they are not: when another outage ends,
       its valves open, and water must not come back to this burst.
    3. A removed valve is walked through like an inoperable one. Valves added by hand are shut
       beforehand, and what they alone dry up counts as affected, not as dry before.
    """
    found = _ask(snapshot, bursts, _assumed(state, what_if), what_if.added)
    if alone == state:
        return found
    by_itself = _ask(snapshot, bursts, _assumed(alone, what_if), what_if.added)
    return replace(found, valves_to_close=by_itself.valves_to_close)


def _assumed(state: NetworkState, what_if: WhatIf) -> NetworkState:
    return state.with_changes(
        closed=what_if.closed,
        opened=what_if.opened,
        inoperable=(*what_if.inoperable, *what_if.removed),
        inactive_sources=what_if.inactive_sources,
    )


def _ask(
    snapshot: Snapshot, bursts: Sequence[Burst], state: NetworkState, added: Sequence[str]
) -> Answer:
    if not added:
        return _plain(snapshot.isolate(bursts, state))
    return _with_added(snapshot, bursts, state, added)


def _plain(isolation: Isolation) -> Answer:
    effects = dict.fromkeys(isolation.customers_already_dry, str(Effect.ALREADY_DRY))
    effects.update(dict.fromkeys(isolation.customers_unintended, str(Effect.UNINTENDED)))
    effects.update(dict.fromkeys(isolation.customers_isolated, str(Effect.ZONE)))
    return Answer(
        isolation=isolation,
        valves_to_close=isolation.valves_to_close,
        effects=effects,
        pipes_dry=isolation.pipes_dry,
    )


def _with_added(
    snapshot: Snapshot, bursts: Sequence[Burst], state: NetworkState, added: Sequence[str]
) -> Answer:
    topology = snapshot.topology
    shut = state.with_changes(closed=added)
    plain = _plain(snapshot.isolate(bursts, shut))
    before = supplied(topology, masks(topology, state))
    dried = np.flatnonzero(before & ~supplied(topology, masks(topology, shut))).tolist()
    customers = topology.names("customer", topology.customers_by_segment.of_segments(dried))
    effects = dict(plain.effects)
    for customer in customers:
        in_zone = effects.get(customer) == Effect.ALREADY_DRY
        effects[customer] = str(Effect.ZONE if in_zone else Effect.UNINTENDED)
    parts = topology.parts_by_segment.of_segments(dried)
    pipes = topology.names("pipe", np.unique(topology.part_pipe[parts]))
    return Answer(
        isolation=plain.isolation,
        valves_to_close=tuple(sorted({*plain.valves_to_close, *added})),
        effects=effects,
        pipes_dry=tuple(sorted({*plain.pipes_dry, *pipes})),
    )


def as_json(found: Answer) -> dict[str, Any]:
    """Return what `IsolationPlan.answer` stores: ids, counts and warnings, no customer."""
    isolation = found.isolation
    return {
        "isolatable": isolation.is_isolatable,
        "zone_pipes": list(isolation.zone_pipes),
        "boundary_valves": list(isolation.boundary_valves),
        "valves_to_close": list(found.valves_to_close),
        "valves_already_closed": list(isolation.valves_already_closed),
        "valves_walked_through": list(isolation.valves_walked_through),
        # On the boundary, but no water from a source comes through: closing changes nothing.
        "valves_not_needed": sorted({*isolation.boundary_valves} - {*found.valves_to_close}),
        "sources_to_shut": list(isolation.sources_to_shut),
        "pipes_dry": list(found.pipes_dry),
        "pipes_unintended": sorted({*found.pipes_dry} - {*isolation.zone_pipes}),
        "hydrants_dry": list(isolation.hydrants_dry),
        "warnings": [
            {"code": warning.code, "facts": _plain_facts(warning.facts)}
            for warning in isolation.warnings
        ],
    }


def _plain_facts(facts: dict[str, object]) -> dict[str, object]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in facts.items()}
