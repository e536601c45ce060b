"""From a reported burst to a stored plan with its customers, end to end in PostGIS."""

import random
import statistics
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from network.models import Customer, NetworkRevision, Pipe
from network.selectors import load_topology
from network.topology.engine.isolation import Burst
from outages.models import AffectedCustomer, BurstReport, IsolationPlan
from outages.services.desk.reports import ReportFacts, report_burst
from outages.services.shutdown.plans import propose_plan
from tests.bench.pgrouting import flooded
from tests.bench.timing import Measured, measure, measure_each, row

BURSTS, WARM_UP = 50, 10


def rows(name: str, revision: NetworkRevision, *, with_pgrouting: bool) -> list[list[str]]:
    """Compare planning with fetching the customers of the same plans by index, and with floods.

    Each step is a transaction of its own, committed to disk; the fetch that it is compared with
    commits nothing, so what a commit takes here is told beside it.
    """
    pipes = list(Pipe.objects.filter(revision=revision).order_by("asset_id")[:100_000])
    drawn = random.Random(2).sample(pipes, BURSTS + WARM_UP)
    with patch("outages.tasks.wake"):
        # Nobody is nudged: the plan is made here, as it is when a dispatcher clicks.
        for pipe in drawn[:WARM_UP]:
            _plan(_report(pipe))
        reports: list[BurstReport] = []
        plans: list[IsolationPlan] = []
        reporting = measure_each(
            lambda pipe: reports.append(_report(pipe)), drawn[WARM_UP:], warm_up=0
        )
        planning = measure_each(lambda report: plans.append(_plan(report)), reports, warm_up=0)
    fetched = measure_each(lambda plan: _fetch(plan, revision), plans)
    customers = statistics.median(
        plan.customers_in_zone + plan.customers_unintended for plan in plans
    )
    found = [
        _as_committed(f"burst to stored report, {name}", reporting),
        row(
            f"stored burst to stored plan, {name}",
            planning,
            fetched,
            f"fetch the same customers ({customers:,.0f} in the median)",
        ),
    ]
    if with_pgrouting:
        bursts = [Burst(pipe.asset_id) for pipe in drawn[WARM_UP:]]
        floods = flooded(revision, load_topology(revision), bursts)
        if floods is not None:
            what = f"stored burst to stored plan, {name}"
            found.append(row(what, planning, floods, "pgRouting: zone and flood, nothing stored"))
    return found


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
