"""What stands behind a plan, as the pages ask for it: reasons, alternatives, restoring supply."""

import time
from collections.abc import Callable

from django.utils import timezone

from network.models import NetworkRevision
from outages.models import IsolationPlan
from outages.services.shutdown.arguing import ALTERNATIVES_S, Argument, argument_for
from tests.bench.timing import Measured, duration, summary

PLANS = 30


def rows(name: str, revision: NetworkRevision) -> list[list[str]]:
    """Ask for each of the newest plans of `revision`; nothing is kept between two questions."""
    plans = IsolationPlan.objects.filter(revision_number=revision.number).order_by("-pk")[:PLANS]
    cut_short = 0

    def alternatives(argument: Argument) -> None:
        nonlocal cut_short
        searched, _others = argument.alternatives()
        cut_short += searched.cut_short

    found = [
        _row(f"why each valve, with its ways, {name}", plans, lambda each: each.lines),
        _row(f"alternatives, {name}", plans, alternatives),
        _row(f"restoring supply, {name}", plans, lambda each: each.restoration(at=timezone.now())),
    ]
    found[1][2] = f"{cut_short} of {len(plans)} cut short after {duration(ALTERNATIVES_S)}"
    return found


def _row(what: str, plans: list[IsolationPlan], ask: Callable[[Argument], object]) -> list[str]:
    def seconds(plan: IsolationPlan) -> float:
        start = time.perf_counter()
        ask(argument_for(plan))
        return time.perf_counter() - start

    taken: Measured = summary(seconds(plan) for plan in plans)
    slowest = duration(taken.slowest_s)
    return [what, f"{duration(taken.median_s)} (slowest {slowest}, n={taken.runs})", "", ""]
