"""The order of the closing: the zone read, the rules of `network.topology.order` asked."""

from collections.abc import Collection

from network.selectors.working_order import zone_rows
from network.topology.order.closing import closing
from network.topology.order.steps import Step
from network.topology.order.zone import Zone
from outages.models import ValveOperation
from outages.planning.answers import Answer
from outages.planning.basis import Basis


def closing_order(
    found: Answer,
    basis: Basis,
    valves: Collection[str],
    *,
    done: dict[str, ValveOperation],
    feed: Collection[str],
) -> tuple[Step, ...]:
    """Return the steps of the closing: the valves, where it is seen to be dry, what feeds."""
    isolation = found.isolation
    rows = zone_rows(
        basis.revision,
        pipes=isolation.zone_pipes,
        valves={*valves, *feed},
        hydrants=isolation.hydrants_dry,
    )
    zone = Zone(rows, isolation.bursts, {*valves, *isolation.valves_already_closed})
    known = [step for valve, step in done.items() if valve in valves]
    known.sort(key=lambda step: (step.done_at is None, step.done_at, step.pk))
    return closing(zone, valves, feed=feed, done=[step.valve for step in known])
