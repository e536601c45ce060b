"""The order of a plan's reopening, as it will be: the zone read, the rules asked."""

from collections.abc import Collection

from network.models import NetworkRevision
from network.selectors.working_order import PIPES_AT_MOST, zone_rows
from network.topology.engine.isolation import Burst
from network.topology.order.reopening import ReopeningOrder, reopening
from network.topology.order.zone import Zone, ZoneRows
from outages.choices import OUTLET_STEPS, Direction
from outages.models import IsolationPlan, ValveOperation
from outages.selectors.shutdown.steps import order_facts, plan_steps
from outages.workflow import StepStatus


def reopening_order(
    plan: IsolationPlan, turned: Collection[str], *, feed: Collection[str], held: Collection[str]
) -> ReopeningOrder:
    """Return the order in which a plan's `turned` valves open again, and what stays shut.

    Of a network that is not kept any more nothing is known but the valves: they are opened by id.
    """
    revision = NetworkRevision.objects.filter(number=plan.revision_number).first()
    answer = plan.answer
    already = set(answer["valves_already_closed"])
    left_open = set(answer.get("valves_not_needed", ())) - {*turned, *already}
    rows = ZoneRows()
    zone_pipes, dry = answer["zone_pipes"], answer["pipes_dry"]
    pipes = sorted({*zone_pipes, *dry})
    if len(pipes) > PIPES_AT_MOST:
        pipes, dry = zone_pipes, []
    if revision is not None:
        rows = zone_rows(
            revision,
            pipes=pipes,
            valves={*turned, *feed, *already, *left_open},
            hydrants=answer["hydrants_dry"],
        )
    bursts = [Burst(each["pipe"], each.get("fraction")) for each in plan.burst_pipes]
    zone = Zone(rows, bursts, {*turned, *already}, left_open)
    supplied = {*answer["valves_to_close"]}.intersection(turned)
    return reopening(zone, turned, supplied=supplied, feed=feed, held=held, dry=dry)


def reopening_preview(plan: IsolationPlan) -> list[ValveOperation]:
    """Return the steps of the reopening as they would be now, not stored; seven queries.

    For paper, which is printed before anything is shut.
    """
    steps = [step for step in plan_steps(plan) if step.status != StepStatus.VOID]
    known = {step.valve: step for step in steps if step.direction not in OUTLET_STEPS}
    turned = {
        valve
        for valve, step in known.items()
        if step.direction == Direction.CLOSE and "fed_by" not in step.facts
    }
    feed = {valve for valve, step in known.items() if step.direction == Direction.FEED}
    order = reopening_order(plan, turned, feed=feed, held=())
    return [
        ValveOperation(
            plan=plan,
            direction=Direction(each.action),
            sequence=number,
            valve=each.asset,
            facts={
                **(known[each.asset].facts if each.asset in known else {"kind": each.kind}),
                "order": order_facts(each),
            },
        )
        for number, each in enumerate(order.steps, start=1)
    ]
