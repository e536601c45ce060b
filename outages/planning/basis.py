"""What a plan is computed from: the network revision, what holds, and what others hold shut."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from network import selectors as network
from network.choices import Operability, ValveState
from network.models import NetworkRevision, Valve
from network.topology.engine.states import NetworkState
from outages.models import Outage, ValveOperation
from outages.planning import holding
from outages.planning.refusals import NoPlan, PlanningRefused

_STUCK = frozenset({Operability.INOPERABLE, Operability.INACCESSIBLE})


@dataclass(frozen=True)
class Basis:
    """The question without the burst: equal digests mean an equal answer.

    `state` counts as closed what other outages hold or are about to hold shut, and as open what
    this outage has shut itself (`own_shut`): its customers are those that it takes water from,
    however far its own valves are closed already. What it has opened to feed (`own_fed`) counts
    as closed: that it is open is an assumption of its plan.
    """

    revision: NetworkRevision
    state: NetworkState
    others: tuple[holding.Hold, ...]
    own_shut: dict[str, ValveOperation]
    others_feeding: tuple[holding.Feed, ...] = ()
    own_fed: dict[str, ValveOperation] = field(default_factory=dict)

    @property
    def held(self) -> frozenset[str]:
        """Valves that other outages hold."""
        return holding.valves(self.others)

    @property
    def fed(self) -> frozenset[str]:
        """Valves that this outage or another has opened to feed."""
        others = {feed.valve for feed in self.others_feeding if feed.is_done}
        return frozenset(others | self.own_fed.keys())

    def feeders(self, valve: str) -> set[str]:
        """Codes of the other outages that feed by a valve."""
        return {feed.outage.code for feed in self.others_feeding if feed.valve == valve}

    @property
    def state_alone(self) -> NetworkState:
        """The state in which this outage must hold by itself: the others have opened again.

        A valve that can no longer be turned stays as it is, whoever shut it.
        """
        return self.state.with_changes(opened=self.held - self.state.inoperable)

    @property
    def digest(self) -> str:
        """Fingerprint of revision, state and holds."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return what `IsolationPlan.basis` stores."""
        state = self.state
        return {
            "revision": self.revision.number,
            "closed": sorted(state.closed),
            "opened": sorted(state.opened),
            "inoperable": sorted(state.inoperable),
            "operable": sorted(state.operable),
            "inactive_sources": sorted(state.inactive_sources),
            "active_sources": sorted(state.active_sources),
            "held": {
                valve: sorted({hold.code for hold in self.others if hold.valve == valve})
                for valve in sorted(self.held)
            },
        }


def current_basis(outage: Outage | None, *, at: datetime) -> Basis:
    """Read what holds now, for this outage (None: a burst that has none yet).

    Raises PlanningRefused without a network.
    """
    now = network.network_now()
    if now is None:
        raise PlanningRefused(NoPlan.NO_NETWORK)
    revision = now.revision
    of_others = holding.others_turned(outage, at=at, window=_window(outage))
    mine = holding.own_turned(outage)
    others = of_others.holds
    own = {hold.valve: hold.operation for hold in mine.holds if hold.is_shut}
    others, own = _still_drawn(revision, others, own)
    held = holding.valves(others)
    state = _with_own_opened(now.state.with_changes(closed=held), revision, own.keys() - held)
    own_fed = {feed.valve: feed.operation for feed in mine.feeds if feed.is_done}
    fed = _drawn(revision, own_fed)
    return Basis(
        revision=revision,
        state=_with_own_shut(state, revision, fed.keys() - held),
        others=tuple(others),
        own_shut=own,
        others_feeding=tuple(of_others.feeds),
        own_fed=fed,
    )


def _still_drawn(
    revision: NetworkRevision, others: list[holding.Hold], own: dict[str, ValveOperation]
) -> tuple[list[holding.Hold], dict[str, ValveOperation]]:
    """Leave out valves that a newer revision does not have any more: the graph knows them not."""
    named = holding.valves(others) | own.keys()
    if not named:
        return others, own
    rows = Valve.objects.filter(revision=revision, asset_id__in=named)
    drawn = set(rows.values_list("asset_id", flat=True))
    return (
        [hold for hold in others if hold.valve in drawn],
        {valve: step for valve, step in own.items() if valve in drawn},
    )


def _with_own_opened(state: NetworkState, revision: NetworkRevision, own: set[str]) -> NetworkState:
    """Take the outage's own closures back, so that its progress does not change the question.

    One that cannot be turned any more counts as working: it is shut and holds, as its step says.
    """
    if not own:
        return state
    rows = Valve.objects.filter(revision=revision, asset_id__in=own)
    drawn = list(rows.values_list("asset_id", "state", "operability"))
    drawn_closed = {valve for valve, is_now, _works in drawn if is_now == ValveState.CLOSED}
    drawn_stuck = {valve for valve, _is_now, works in drawn if works in _STUCK}
    return replace(
        state,
        closed=state.closed - own,
        opened=state.opened | drawn_closed,
        inoperable=state.inoperable - own,
        operable=state.operable | drawn_stuck,
    )


def _drawn(
    revision: NetworkRevision, steps: dict[str, ValveOperation]
) -> dict[str, ValveOperation]:
    if not steps:
        return {}
    rows = Valve.objects.filter(revision=revision, asset_id__in=steps)
    return {valve: steps[valve] for valve in rows.values_list("asset_id", flat=True)}


def _with_own_shut(state: NetworkState, revision: NetworkRevision, fed: set[str]) -> NetworkState:
    """Take back what the outage itself has opened to feed, for the same reason."""
    if not fed:
        return state
    drawn = Valve.objects.filter(revision=revision, asset_id__in=fed, state=ValveState.CLOSED)
    closed = set(drawn.values_list("asset_id", flat=True))
    return replace(state, opened=state.opened - fed, closed=state.closed | (fed - closed))


def _window(outage: Outage | None) -> tuple[datetime, datetime] | None:
    if outage is None or outage.planned_start_at is None or outage.planned_end_at is None:
        return None
    return outage.planned_start_at, outage.planned_end_at
