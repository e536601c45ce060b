"""A dispatcher, a crew and a small town for the tests of the outage services."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from network.models import Pipe
from outages import tasks
from outages.models import BurstReport, Crew, IsolationPlan, Outage, ValveOperation
from outages.services import outages
from outages.services.desk import reports
from outages.services.field import reopening, work
from outages.services.shutdown import plans
from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Services announce tasks on commit; what they announce is noted instead of sent."""
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(tasks, "_send", lambda name, **arguments: sent.append((name, arguments)))
    yield sent


@pytest.fixture(autouse=True)
def _own_snapshots(settings: Any, tmp_path: Path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


@dataclass
class Desk:
    """What one dispatcher and one crew do, at a clock that moves a minute a step."""

    dana: Any
    cruz: Any
    crew: Crew
    clock: Iterator[datetime]

    @property
    def now(self) -> datetime:
        return next(self.clock)

    def report(self, pipe: str, **facts: Any) -> BurstReport:
        """Take a report on the middle of a pipe."""
        (x1, y1), (x2, y2) = Pipe.objects.get(asset_id=pipe, revision__status="current").geom.coords
        given = reports.ReportFacts(lon=(x1 + x2) / 2, lat=(y1 + y2) / 2, pipe=pipe, **facts)
        return reports.report_burst(facts=given, by=self.dana, at=self.now)

    def propose(self, report: BurstReport) -> IsolationPlan:
        return plans.propose_plan(report=report, by=self.dana, at=self.now)

    def approve(self, plan: IsolationPlan, **facts: Any) -> plans.Approval:
        given = {"crew": self.crew, "estimated_restoration_at": NOON + timedelta(hours=6)}
        return plans.approve_plan(plan, by=self.dana, at=self.now, **{**given, **facts})

    def burst(self, pipe: str, *, accepted: bool = True) -> plans.Approval:
        """Report, plan and approval in one go; the crew takes its order unless told not to."""
        approval = self.approve(self.propose(self.report(pipe)))
        return self.take(approval) if accepted else approval

    def take(self, approval: plans.Approval) -> plans.Approval:
        """Accept the order of an approval, as its crew."""
        assert approval.order is not None
        work.accept_order(approval.order, by=self.cruz, at=self.now)
        approval.order.refresh_from_db()
        return approval

    def step(
        self,
        outage: Outage,
        valve: str,
        result: Any = "done",
        direction: str = "close",
        **facts: Any,
    ) -> work.StepOutcome:
        """Record a step of the outage's plan in force."""
        operation = ValveOperation.objects.get(
            plan__outage=outage,
            plan__status__in=["approved", "executing", "all_closed", "reopening", "reopened"],
            valve=valve,
            direction=direction,
        )
        now = self.now
        return work.record_valve_operation(
            operation,
            result=result,
            done_at=now,
            client_key=uuid4(),
            by=self.cruz,
            at=now,
            **facts,
        )

    def close_all(self, outage: Outage) -> None:
        for operation in ValveOperation.objects.filter(
            plan__outage=outage,
            plan__status__in=["approved", "executing"],
            status="pending",
            direction="close",
        ):
            self.step(outage, operation.valve)

    def repair(self, outage: Outage) -> Outage:
        order = work.open_order(outage)
        assert order is not None
        if order.status == "issued":
            order = work.accept_order(order, by=self.cruz, at=self.now)
        if order.status == "accepted":
            order = work.start_work(order, by=self.cruz, at=self.now)
        work.complete_repair(
            order,
            cause_found="接口断裂",
            action_taken="更换管段",
            leak_check_passed=True,
            by=self.cruz,
            at=self.now,
        )
        outage.refresh_from_db()
        return outage

    def reopen_all(self, outage: Outage) -> None:
        done = reopening.plan_reopening(outage, by=self.dana, at=self.now)
        for operation in done.steps:
            operation.refresh_from_db()
            if operation.status == "pending":
                self.step(outage, operation.valve, direction=operation.direction)

    def restore(self, outage: Outage) -> Outage:
        return outages.restore_outage(outage, by=self.dana, at=self.now)


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()


def make_desk() -> Desk:
    crew = factories.crew("C1")
    minutes = (NOON + timedelta(minutes=n) for n in itertools.count())
    return Desk(
        dana=factories.person("dispatcher"),
        cruz=factories.person("crew", crew="C1"),
        crew=crew,
        clock=minutes,
    )


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    return django_capture_on_commit_callbacks
