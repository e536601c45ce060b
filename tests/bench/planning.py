"""From a reported burst to a stored plan with its customers, end to end in PostGIS."""

import random
from unittest.mock import patch

from django.utils import timezone

from network.models import Customer, Pipe
from network.selectors import current_revision
from outages.models import AffectedCustomer, IsolationPlan
from outages.services.plans import propose_plan
from outages.services.reports import ReportFacts, report_burst
from tests.bench.timing import measure_each, row


def rows(name: str) -> list[list[str]]:
    """Compare reporting and planning with fetching the customers of the same plans by index."""
    revision = current_revision()
    pipes = list(Pipe.objects.filter(revision=revision).order_by("asset_id")[:100_000])
    drawn = random.Random(2).sample(pipes, 25)
    plans: list[IsolationPlan] = []

    def burst(pipe: Pipe) -> None:
        middle = pipe.geom.interpolate_normalized(0.5)
        facts = ReportFacts(lon=middle.x, lat=middle.y, pipe=pipe.asset_id)
        # Nobody is nudged: the plan is made here, as it is when a dispatcher clicks.
        report = report_burst(facts=facts, by=None, at=timezone.now())
        plans.append(propose_plan(report=report, by=None, at=timezone.now()))

    def fetch(plan: IsolationPlan) -> None:
        ids = AffectedCustomer.objects.filter(plan=plan).values_list("customer", flat=True)
        found = Customer.objects.filter(revision=revision, asset_id__in=list(ids))
        list(found.values_list("asset_id", "phone", "persons", "geom"))

    with patch("outages.services.reports._plan_on_commit"):
        ours = measure_each(burst, drawn, warm_up=2)
    fetched = measure_each(fetch, plans)
    return [row(f"burst to stored plan, {name}", ours, fetched, "fetch the same customers")]
