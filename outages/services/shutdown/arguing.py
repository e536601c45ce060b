"""What stands behind a stored plan, asked anew of the network it was made on. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from time import monotonic
from typing import Final

import shapely
from django.contrib.gis.db.models.functions import AsWKB

from network.models import Customer, NetworkRevision, Pipe
from network.selectors import current_revision, load_snapshot
from network.selectors.arguing import (
    PlacedStop,
    alternatives_for,
    normally_closed,
    pressure_zones,
    rows_of,
    stops_for,
)
from network.selectors.water_points import PlacedPoint, Reach, supply_points
from network.selectors.way_lines import Line, lines_of
from network.topology.argument.alternatives import LEAVE_OUT, OPEN, Alternatives, Plan
from network.topology.argument.explain import (
    CustomerGroup,
    CustomerReason,
    Explanation,
    ValveReason,
    explain,
    explain_customer,
)
from network.topology.argument.restore import Restoration, restore
from network.topology.argument.scene import Scene
from network.topology.argument.ways import Way
from network.topology.elements import UnknownAsset
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState
from outages.models import IsolationPlan
from outages.planning import WhatIf
from outages.selectors.rules import policy

MOST_ALTERNATIVES: Final = 5
# A person waits for it: what is found by then is shown, with a line about what was not tried.
ALTERNATIVES_S: Final = 0.6
# For stops the network is read and laid out anew, so a larger one is asked on the command line.
STOPS_S: Final = 2.0
STOPS_IN_PIPES: Final = 100_000
MOST_WITH_STOPS: Final = 4


class NotArguable(Exception):
    """The plan was made on a network that is not in force any more: its reasons are not known."""


class TooLarge(Exception):
    """The network is too large to try stops on it while somebody waits."""


@dataclass(frozen=True)
class Argument:
    """The question of a stored plan, laid out on the network that it names.

    Which valves to close is asked as if nobody else held any (`closing`), who loses water with
    what others hold shut (`losing`), as the plan itself was. Nearly always the two are one.
    """

    revision: NetworkRevision
    closing: Scene
    losing: Scene
    burst_point: shapely.Point | None

    @cached_property
    def explanation(self) -> Explanation:
        """Why each valve of the border is to be closed, or need not be."""
        return explain(self.closing, rows_of(self.revision))

    @cached_property
    def losing_groups(self) -> tuple[CustomerGroup, ...]:
        """Why those who lose water by this plan do, and not by another outage."""
        if self.losing is self.closing:
            return self.explanation.customers
        return explain(self.losing).customers

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The way of water over each valve or from each source that has one, by asset id."""
        known = self.explanation
        ways = {
            reason.valve: reason.way
            for reason in (*known.close, *known.already_closed)
            if reason.way is not None
        }
        ways |= {each.source: each.way for each in known.sources}
        drawn = lines_of(self.revision, list(ways.values()), ends=[self.burst_point] * len(ways))
        return {asset: line for asset, line in zip(ways, drawn, strict=True) if line}

    def reasons(self) -> dict[str, ValveReason]:
        """Reasons by valve."""
        known = self.explanation
        return {
            each.valve: each for each in (*known.close, *known.leave_open, *known.already_closed)
        }

    def why_customer(self, customer: str) -> tuple[CustomerReason, Line]:
        """Why a customer is dry, or the way that feeds him, with its line (empty without one).

        Raises UnknownAsset for a customer whom the network does not have.
        """
        found = explain_customer(self.losing, customer, rows_of(self.revision))
        return found, self._line_to(customer, found.way) if found.way else []

    def _line_to(self, customer: str, way: Way) -> Line:
        rows = Customer.objects.filter(revision=self.revision, asset_id=customer)
        place = rows.values_list(AsWKB("geom"), flat=True).first()
        end = shapely.from_wkb(bytes(place)).centroid if place else None
        return lines_of(self.revision, [way], ends=[end])[0]

    def alternatives(self) -> tuple[Alternatives, tuple[Plan, ...]]:
        """Other plans, and the few of them that are shown: never the one it is compared with."""
        go_on = _for_seconds(ALTERNATIVES_S)
        found = alternatives_for(self.losing, self.revision, go_on=go_on)
        others = [plan for plan in found.plans if plan.moves]
        return found, tuple(others[:MOST_ALTERNATIVES])

    def with_stops(self) -> tuple[Alternatives, tuple[Plan, ...], dict[str, PlacedStop]]:
        """Plans with temporary stops, the few that are shown, and where their stops would be.

        Raises TooLarge.
        """
        pipes = Pipe.objects.filter(revision=self.revision).order_by()
        if pipes[: STOPS_IN_PIPES + 1].count() > STOPS_IN_PIPES:
            raise TooLarge
        found, places = stops_for(self.losing, self.revision, go_on=_for_seconds(STOPS_S))
        plans = [plan for plan in found.plans if plan.stops]
        return found, tuple(plans[:MOST_WITH_STOPS]), places

    def restoration(self, *, at: datetime) -> tuple[Restoration, tuple[PlacedPoint, ...]]:
        """Valves to open for those cut off, and where water is best handed out to the rest.

        How far people carry it is a rule of the utility: the one in force at `at`.
        """
        found = restore(
            self.losing,
            openable=normally_closed(self.losing),
            pressure_zone_of=pressure_zones(self.revision),
        )
        reach = Reach(
            carry_m=policy.number("water_carried_m", at=at),
            stop_m=policy.number("tanker_stops_within_m", at=at),
        )
        return found, supply_points(self.losing, self.revision, found.rest, reach=reach)


def _for_seconds(seconds: float) -> Callable[[], bool]:
    """Say yes for so long, from when it is first asked: what is read before does not count."""
    until: list[float] = []

    def go_on() -> bool:
        until.append(monotonic() + seconds)
        return monotonic() < until[0]

    return go_on


def can_be_adopted(plan: Plan) -> bool:
    """Whether a what-if says all of it: leaving valves open does, and opening closed ones.

    A valve to try is work in the street before it is an assumption: it is done and recorded first.
    """
    return bool(plan.moves) and all(move.kind in (LEAVE_OUT, OPEN) for move in plan.moves)


def argument_for(plan: IsolationPlan) -> Argument:
    """Lay out the question of a plan. Raises NotArguable."""
    revision = current_revision()
    if revision is None or revision.number != plan.revision_number:
        raise NotArguable
    assumed = WhatIf.from_json(plan.what_if)
    state = _state_of(plan)
    held = frozenset(plan.basis.get("held", {}))
    alone = state.with_changes(opened=held - state.inoperable) if held else state
    snapshot = load_snapshot(revision)
    topology, ready = snapshot.topology, snapshot.ready(state) or snapshot.newest()
    bursts = tuple(Burst(each["pipe"], each.get("fraction")) for each in plan.burst_pipes)
    try:
        losing = Scene.of(topology, bursts, _assumed(state, assumed), ready)
        closing = losing
        if held:
            closing = Scene.of(topology, bursts, _assumed(alone, assumed), ready)
    except UnknownAsset as unknown:
        raise NotArguable from unknown
    point = plan.burst_point
    return Argument(
        revision=revision,
        closing=closing,
        losing=losing,
        burst_point=shapely.Point(point.x, point.y) if point else None,
    )


def _state_of(plan: IsolationPlan) -> NetworkState:
    names = NetworkState.__dataclass_fields__
    return NetworkState(**{name: frozenset(plan.basis.get(name, ())) for name in names})


def _assumed(state: NetworkState, what_if: WhatIf) -> NetworkState:
    """The state that the plan's answer assumed; valves closed by choice are shut beforehand."""
    return state.with_changes(
        closed=(*what_if.closed, *what_if.added),
        opened=what_if.opened,
        inoperable=(*what_if.inoperable, *what_if.removed),
        inactive_sources=what_if.inactive_sources,
    )
