"""From a reported burst to a stored plan with its customers, end to end in PostGIS."""

import random
import statistics
import time
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from network.models import Customer, NetworkRevision, Pipe
from network.selectors import load_topology
from network.topology.engine.isolation import Burst
from outages.models import AffectedCustomer, BurstReport, IsolationPlan
from outages.planning import steps
from outages.services.desk.reports import ReportFacts, report_burst
from outages.services.shutdown.plans import propose_plan
from tests.bench.pgrouting import GIVEN_UP_S, Floods, flooded
from tests.bench.timing import Measured, duration, measure, measure_each, row, summary

BURSTS, WARM_UP = 100, 10


def rows(
    name: str, revision: NetworkRevision, *, with_pgrouting: bool, flooded_at_most: int
) -> list[list[str]]:
    """Compare planning with fetching the customers of the same plans by index, and with floods.

    Each plan is followed by its own fetch. Each step is a transaction of its own, committed to
    disk; the fetch commits nothing, so what a commit takes here is told beside it. A plan can be
    seen with its customers when the first of its two transactions is committed, with its steps
    after the second.
    """
    names = Pipe.objects.filter(revision=revision).order_by("asset_id")
    drawn = random.Random(2).sample(
        list(names.values_list("asset_id", flat=True)[:100_000]), BURSTS + WARM_UP
    )
    by_name = {pipe.asset_id: pipe for pipe in names.filter(asset_id__in=drawn)}
    pipes = [by_name[each] for each in drawn]
    with patch("outages.tasks.wake"):
        # Nobody is nudged: the plan is made here, as it is when a dispatcher clicks.
        for pipe in pipes[:WARM_UP]:
            _plan(_report(pipe))
        reports: list[BurstReport] = []
        plans: list[IsolationPlan] = []
        reporting = measure_each(
            lambda pipe: reports.append(_report(pipe)), pipes[WARM_UP:], warm_up=0
        )
        with _StoredAt() as stored:
            began, planning = time.perf_counter, []
            for report in reports:
                start = began()
                plan = _plan(report)
                planned = began()
                # Right after its plan: what slows the machine for a while slows both.
                _fetch(plan, revision)
                plans.append(plan)
                planning.append((stored.at - start, planned - start, began() - planned))
    answered, whole, fetched = (summary(column) for column in zip(*planning, strict=True))
    customers = statistics.median(
        plan.customers_in_zone + plan.customers_unintended for plan in plans
    )
    largest = max(plans, key=lambda plan: len(plan.answer["valves_to_close"]))
    fetching = f"fetch the same customers ({customers:,.0f} in the median)"
    found = [
        _as_committed(f"burst to stored report, {name}", reporting),
        row(f"stored burst to stored plan with its customers, {name}", answered, fetched, fetching),
        row(f"the same with its steps in order, {name}", whole, fetched, fetching),
        _largest(name, largest, planning[plans.index(largest)]),
    ]
    if with_pgrouting:
        bursts = [Burst(each) for each in drawn[WARM_UP:]]
        floods = flooded(revision, load_topology(revision), bursts, at_most=flooded_at_most)
        if floods is not None:
            found.append(_against_floods(name, answered, floods))
    return found


def _largest(name: str, plan: IsolationPlan, taken: tuple[float, float, float]) -> list[str]:
    """What the plan with the most valves took: the order's cost is bounded."""
    answered, whole, _fetched = taken
    of = f"{len(plan.answer['valves_to_close'])} valves, {len(plan.answer['zone_pipes']):,} pipes"
    told = f"{duration(whole)}, {duration(whole - answered)} of it for the steps ({of})"
    return [f"the largest of these plans, {name}", told, "", ""]


def _against_floods(name: str, ours: Measured, floods: Floods) -> list[str]:
    against = "pgRouting: zone and flood, nothing stored"
    found = row(f"stored burst to stored plan, {name}", ours, floods.taken, against)
    if floods.given_up:
        *told, times = found
        return [*told, f"more than {times} (given up after {GIVEN_UP_S / 60:.0f} min)"]
    return found


class _StoredAt:
    """Notes when a plan and its customers were committed, before its steps are made."""

    at = 0.0

    def __enter__(self) -> "_StoredAt":
        made = steps.make_steps

        def noting(plan: IsolationPlan, **told: Any) -> IsolationPlan:
            self.at = time.perf_counter()
            return made(plan, **told)

        self._patched = patch("outages.planning.steps.make_steps", noting)
        self._patched.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._patched.stop()


def _report(pipe: Pipe) -> BurstReport:
    middle = pipe.geom.interpolate_normalized(0.5)
    facts = ReportFacts(lon=middle.x, lat=middle.y, pipe=pipe.asset_id)
    return report_burst(facts=facts, by=None, at=timezone.now())


def _plan(report: BurstReport) -> IsolationPlan:
    return propose_plan(report=report, by=None, at=timezone.now())


def _fetch(plan: IsolationPlan, revision: NetworkRevision) -> None:
    ids = AffectedCustomer.objects.filter(plan=plan).values_list("customer", flat=True)
    found = Customer.objects.filter(revision=revision, asset_id__in=list(ids))
    list(found.values_list("asset_id", "phone", "persons", "geom"))


def _as_committed(what: str, ours: Measured) -> list[str]:
    """A row whose baseline is the least that storing anything takes: one row, committed."""

    def commit() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_commits VALUES (1)")

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_commits (n int)")
    least = measure(commit, runs=50)
    return row(what, ours, least, "one row, committed")
