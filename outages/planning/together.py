"""Who would be dry only because a plan's works overlap with others in time."""

from collections import defaultdict
from datetime import datetime

from network import selectors as network
from network.models import Source, Valve
from network.topology.argument.together import TimeSlice, Work, dry_together
from outages.choices import Direction
from outages.models import IsolationPlan, Outage
from outages.planning import holding
from outages.planning.refusals import NoPlan, PlanningRefused
from outages.workflow import RUNNING_OUTAGES, OutageKind


def dry_only_together(plan: IsolationPlan, *, at: datetime) -> list[TimeSlice]:
    """The times from `at` on in which `plan` and other works overlap, and who is dry only so.

    Works are named by their outages' codes, a plan without an outage by "". Running outages and
    bursts last until they are really over; planned ones have their windows. For the dispatcher to
    see before approving. Raises PlanningRefused without a network.
    """
    revision = network.current_revision()
    if revision is None:
        raise PlanningRefused(NoPlan.NO_NETWORK)
    outage = plan.outage
    window = _window(outage, at)
    others = holding.others_holding(outage, at=at, window=window)
    shut_by: dict[int, set[str]] = defaultdict(set)
    outages: dict[int, Outage] = {}
    for hold in others:
        shut_by[hold.outage.pk].add(hold.valve)
        outages[hold.outage.pk] = hold.outage
    own = {*plan.answer.get("valves_to_close", []), *_own_valves(plan)}
    shut_now = {hold.valve for hold in others if hold.is_shut} | {*holding.own_shut(outage)}
    drawn = _drawn(revision.pk, own.union(shut_now, *shut_by.values()))
    works = [_work(outages[pk], valves & drawn, at) for pk, valves in shut_by.items()]
    silenced = set(
        Source.objects.filter(
            revision=revision, asset_id__in=plan.answer.get("sources_to_shut", [])
        ).values_list("asset_id", flat=True)
    )
    mine = Work(
        id=outage.code if outage else "",
        start=_start(outage, at),
        end=_end(outage),
        shut=frozenset(own & drawn),
        silenced=frozenset(silenced),
    )
    without = network.network_state(opened=shut_now & drawn)
    slices = dry_together(network.load_topology(revision), [*works, mine], without, since=at)
    return [each for each in slices if mine.id in each.works]


def _own_valves(plan: IsolationPlan) -> list[str]:
    steps = plan.operations.filter(direction=Direction.CLOSE)
    return list(steps.values_list("valve", flat=True))


def _drawn(revision_pk: int, valves: set[str]) -> set[str]:
    """Those of `valves` that the current drawing has: the graph knows no others."""
    rows = Valve.objects.filter(revision=revision_pk, asset_id__in=valves)
    return set(rows.values_list("asset_id", flat=True))


def _work(outage: Outage, valves: set[str], at: datetime) -> Work:
    return Work(id=outage.code, start=_start(outage, at), end=_end(outage), shut=frozenset(valves))


def _start(outage: Outage | None, at: datetime) -> datetime:
    if outage is None:
        return at
    planned = outage.planned_start_at if outage.kind == OutageKind.PLANNED else None
    return outage.started_at or planned or outage.created_at


def _end(outage: Outage | None) -> datetime | None:
    """When its valves open again, as far as that is settled: a running one is not over."""
    if outage is None or outage.kind == OutageKind.UNPLANNED or outage.status in RUNNING_OUTAGES:
        return None
    return outage.planned_end_at


def _window(outage: Outage | None, at: datetime) -> tuple[datetime, datetime] | None:
    end = _end(outage)
    return (max(_start(outage, at), at), end) if end is not None and end > at else None
