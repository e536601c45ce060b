"""What a plan does together with other works at the same time. Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from network.models import NetworkRevision, Source, Valve
from network.selectors import load_topology, network_now
from network.topology.argument.together import TimeSlice, Work, dry_together
from outages.choices import Direction
from outages.models import IsolationPlan, Outage
from outages.planning import holding
from outages.selectors import plan_steps
from outages.workflow import OPEN_OUTAGES, RUNNING_OUTAGES, OutageKind, StepStatus

THIS = "this plan"


@dataclass(frozen=True)
class Overlap:
    """Customers who are dry only because of the plan and the works in `codes` together.

    Without an `end` it lasts until one of them is really over.
    """

    start: datetime
    end: datetime | None
    codes: tuple[str, ...]
    customers: tuple[str, ...]
    persons: int


def overlaps(plan: IsolationPlan, *, at: datetime) -> list[Overlap]:
    """Who would have water if this plan and other works did not overlap, by slices of time.

    A running outage counts until it is really over. Empty where the plan was made on another
    revision than the one in force: approving it computes anew.
    """
    now = network_now()
    if now is None or now.revision.number != plan.revision_number:
        return []
    others = _others(plan, now.revision, at)
    works = [_of_plan(plan, at), *others]
    if not others:
        return []
    turned = frozenset(valve for work in works for valve in work.shut)
    fed = frozenset(valve for work in works for valve in work.opened)
    before = now.state.with_changes(opened=turned, closed=fed)
    slices = dry_together(load_topology(now.revision), works, before, since=at)
    return [found for each in slices for found in _with_plan(each)]


def _with_plan(each: TimeSlice) -> list[Overlap]:
    return [
        Overlap(
            start=each.start,
            end=each.end,
            codes=tuple(code for code in one.works if code != THIS),
            customers=one.customers,
            persons=one.persons,
        )
        for one in each.combinations
        if THIS in one.works
    ]


def _of_plan(plan: IsolationPlan, at: datetime) -> Work:
    start, end = _window(plan.outage, at)
    steps = [step for step in plan_steps(plan) if step.status != StepStatus.VOID]
    return Work(
        id=THIS,
        start=start,
        end=end,
        shut=frozenset(step.valve for step in steps if step.direction == Direction.CLOSE),
        opened=frozenset(step.valve for step in steps if step.direction == Direction.FEED),
        silenced=frozenset(plan.answer["sources_to_shut"]),
    )


def _others(plan: IsolationPlan, revision: NetworkRevision, at: datetime) -> list[Work]:
    """What the other open outages hold or are about to hold shut, each with its time.

    An outage that began on an older drawing counts with all that the new one still has.
    """
    is_open = Q(plan__outage__status__in=OPEN_OUTAGES)
    by_outage: dict[int, list[holding.Hold]] = defaultdict(list)
    held = holding.holds(is_open, exclude=plan.outage_id)
    for hold in held:
        by_outage[hold.outage.pk].append(hold)
    fed_by: dict[int, set[str]] = defaultdict(set)
    for feed in holding.feeds(is_open, exclude=plan.outage_id):
        fed_by[feed.outage.pk].add(feed.valve)
    drawn = _drawn(Valve, revision, holding.valves(held).union(*fed_by.values()))
    works = []
    for those in by_outage.values():
        start, end = _window(those[0].outage, at)
        if end is None or end > at:
            silenced = those[0].operation.plan.answer["sources_to_shut"]
            works.append(
                Work(
                    id=those[0].code,
                    start=start,
                    end=end,
                    shut=holding.valves(those) & drawn,
                    opened=frozenset(fed_by[those[0].outage.pk]) & drawn,
                    silenced=_drawn(Source, revision, silenced),
                )
            )
    return works


def _drawn(
    assets: type[Valve | Source], revision: NetworkRevision, ids: Iterable[str]
) -> frozenset[str]:
    """Those of `ids` that the drawing in force has: the graph knows no others."""
    rows = assets.objects.filter(revision=revision, asset_id__in=list(ids))
    return frozenset(rows.values_list("asset_id", flat=True))


def _window(outage: Outage | None, at: datetime) -> tuple[datetime, datetime | None]:
    """From when to when an outage counts; a burst and whatever runs have no sure end."""
    if outage is None or outage.kind == OutageKind.UNPLANNED or outage.status in RUNNING_OUTAGES:
        return at, None
    return outage.planned_start_at or at, outage.planned_end_at
