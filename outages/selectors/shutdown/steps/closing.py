"""The steps of the closing: stored ones, or those that a plan is still to get.

Which valves, and who is dry, is stored at once; the order, the way and the outlets are worked out
after it and stored with it a moment later (`planning.make_steps`). Whoever looks in between gets
the same steps from here.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.db.models import Case, When

from network.models import NetworkRevision, Valve
from network.selectors.working_order import zone_rows
from network.topology.engine.isolation import Burst
from network.topology.order.closing import closing
from network.topology.order.steps import Step
from network.topology.order.zone import Zone
from outages.choices import SHUTDOWN, Direction
from outages.models import IsolationPlan, ValveOperation
from outages.selectors.shutdown.steps.making import (
    copy_done,
    minutes_of,
    ordered_step,
    outlet_rows,
    valve_rows,
)
from outages.workflow import StepStatus

Done = Mapping[str, ValveOperation]


@dataclass(frozen=True, kw_only=True)
class StepsToMake:
    """What the steps of a closing are made of, besides the plan's answer: all by asset id.

    `shared` are valves to close that other outages hold, with these outages' codes; `fed_by` those
    that others opened to feed, likewise; `shut` and `opened` name the steps, by their ids, by which
    a valve is turned already.
    """

    close: tuple[str, ...]
    feed: tuple[str, ...] = ()
    shared: Mapping[str, list[str]] = field(default_factory=dict)
    fed_by: Mapping[str, list[str]] = field(default_factory=dict)
    shut: Mapping[str, int] = field(default_factory=dict)
    opened: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `as_json` made."""
        return cls(
            close=tuple(stored.get("close", ())),
            feed=tuple(stored.get("feed", ())),
            shared=stored.get("shared", {}),
            fed_by=stored.get("fed_by", {}),
            shut=stored.get("shut", {}),
            opened=stored.get("opened", {}),
        )

    def as_json(self) -> dict[str, Any]:
        """What `IsolationPlan.steps_to_make` stores: nothing that is empty but `close`."""
        return {name: each for name, each in asdict(self).items() if each or name == "close"}


@dataclass(frozen=True)
class MadeSteps:
    """Steps of the closing in order, not yet stored, and the minutes estimated for what is left."""

    operations: tuple[ValveOperation, ...]
    minutes: int


def plan_steps(plan: IsolationPlan) -> list[ValveOperation]:
    """Return the steps in order: those of the closing first, then those of the reopening.

    One query. Of a plan that is a moment old they may not be stored yet: they are made, in five
    queries, and have no id.
    """
    if plan.steps_to_make is not None:
        return list(steps_to_store(plan).operations)
    later = Case(When(direction__in=SHUTDOWN, then=0), default=1)
    steps = plan.operations.select_related("done_by").annotate(later=later)
    return list(steps.order_by("later", "sequence", "pk"))


def steps_to_store(plan: IsolationPlan) -> MadeSteps:
    """Make the steps of a plan that has none yet, in order. Five queries.

    1. valves to close, those among them that another outage holds marked as shared;
    2. what is shut already, by this outage or by another, is a step done;
    3. an outlet by which the zone is seen to be dry;
    4. closed valves that are opened to feed those cut off.

    None are made of valves that the drawing does not have any more.
    """
    wanted = StepsToMake.from_json(plan.steps_to_make or {})
    revision = NetworkRevision.objects.filter(number=plan.revision_number).first()
    if revision is None:
        return MadeSteps((), 0)
    rows = valve_rows(revision, {*wanted.close, *wanted.feed})
    known = ValveOperation.objects.in_bulk([*wanted.shut.values(), *wanted.opened.values()])
    shut, opened = _turned(wanted.shut, known), _turned(wanted.opened, known)
    order = _order(plan, revision, rows, wanted, shut)
    outlets = outlet_rows(revision, order)
    told: dict[str, Done] = {Direction.CLOSE: shut, Direction.FEED: opened}
    made = []
    for sequence, each in enumerate(order, start=1):
        step = ordered_step(each, rows, outlets, sequence)
        step.plan = plan
        if each.asset in wanted.shared:
            step.facts["shared_with"] = wanted.shared[each.asset]
        if each.action == Direction.CLOSE and each.asset in wanted.fed_by:
            # Normally closed and opened to feed somebody: shutting it is how it is left for good.
            step.facts["fed_by"] = wanted.fed_by[each.asset]
        if done := told.get(each.action, {}).get(each.asset):
            copy_done(done, step)
        made.append(step)
    return MadeSteps(tuple(made), minutes_of(made))


def _turned(steps: Mapping[str, int], known: Mapping[int, ValveOperation]) -> Done:
    """By valve the steps that are done: one may have been undone since."""
    found = {valve: known[pk] for valve, pk in steps.items() if pk in known}
    return {valve: step for valve, step in found.items() if step.status == StepStatus.DONE}


def _order(
    plan: IsolationPlan,
    revision: NetworkRevision,
    drawn: Mapping[str, Valve],
    wanted: StepsToMake,
    shut: Done,
) -> tuple[Step, ...]:
    """The zone read, and the rules of `network.topology.order` asked."""
    valves = [valve for valve in wanted.close if valve in drawn]
    feed = [valve for valve in wanted.feed if valve in drawn]
    answer = plan.answer
    rows = zone_rows(
        revision,
        pipes=answer["zone_pipes"],
        valves={*valves, *feed},
        hydrants=answer["hydrants_dry"],
    )
    bursts = [Burst(each["pipe"], each.get("fraction")) for each in plan.burst_pipes]
    zone = Zone(rows, bursts, {*valves, *answer["valves_already_closed"]})
    return closing(zone, valves, feed=feed, done=_as_done(shut, valves))


def _as_done(shut: Done, valves: Collection[str]) -> list[str]:
    known = [step for valve, step in shut.items() if valve in valves]
    known.sort(key=lambda step: (step.done_at is None, step.done_at, step.pk))
    return [step.valve for step in known]
