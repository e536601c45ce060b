"""The answer is stored first, the steps a moment later: nobody ever finds a plan without its order.

answer ── committed: everybody sees valves and customers ──► steps ── committed
                    └─ in between, or after a process died ─► made for whoever looks
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from layers.plan_facts import plan_facts
from outages import planning, selectors
from outages.models import AffectedCustomer, Event, IsolationPlan, ValveOperation
from outages.planning import WhatIf, waiting
from outages.services.shutdown.in_force import compare_plans
from outages.services.shutdown.plans import abort_plan, propose_plan
from outages.views.control.panels import plan_part
from tests.factories import lay
from tests.outages.conftest import Desk
from tests.outages.test_feeding import TOWN as FED_TOWN
from tests.outages.test_order_steps import lay_with_heights
from tests.outages.test_plans import valves
from tests.outages.test_two_outages import NEIGHBOURS

Proposing = Callable[..., IsolationPlan]


@pytest.fixture
def answered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Proposing:
    """Propose, in a process that dies between the answer and its steps."""

    def propose(**question: Any) -> IsolationPlan:
        with monkeypatch.context() as dying:
            dying.setattr("outages.planning.steps.make_steps", lambda plan, **_told: plan)
            plan = propose_plan(by=desk.dana, at=timezone.now(), **question)
        assert plan.steps_to_make is not None
        assert not plan.operations.exists()
        return plan

    return propose


_SAID = ("direction", "sequence", "valve", "status", "facts", "done_at", "turns", "remark")


def said(steps: list[ValveOperation]) -> list[tuple[Any, ...]]:
    place = [step.geom and (round(step.geom.x, 9), round(step.geom.y, 9)) for step in steps]
    told = [tuple(getattr(step, name) for name in _SAID) for step in steps]
    return list(zip(told, place, strict=True))


def made(plan: IsolationPlan) -> IsolationPlan:
    return planning.make_steps(plan, by=None, at=timezone.now())


def test_who_looks_in_between_finds_the_steps_that_are_stored_later(
    desk: Desk, answered: Proposing
) -> None:
    lay_with_heights()
    plan = answered(report=desk.report("p3"))
    seen = selectors.plan_steps(plan)
    assert [step.valve for step in seen] == ["V1", "V2", "h.e"]
    assert all(step.pk is None for step in seen)
    stored = made(plan)
    assert stored.steps_to_make is None
    assert said(selectors.plan_steps(stored)) == said(seen)
    assert stored.closing_minutes > 0


def test_what_another_outage_has_shut_is_a_step_done_either_way(
    desk: Desk, answered: Proposing
) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    plan = answered(report=desk.report("p3"))
    seen = selectors.plan_steps(plan)
    shared = next(step for step in seen if step.valve == "V2")
    assert (shared.status, shared.facts["shared_with"]) == ("done", [first.code])
    assert said(selectors.plan_steps(made(plan))) == said(seen)


def test_a_valve_undone_in_between_is_not_carried_over_as_done(
    desk: Desk, answered: Proposing
) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    plan = answered(report=desk.report("p3"))
    ValveOperation.objects.filter(plan__outage=first, valve="V2").update(status="failed")
    made(plan)
    assert plan.operations.get(valve="V2").status == "pending"


def test_what_feeds_comes_last_either_way(desk: Desk, answered: Proposing) -> None:
    lay(FED_TOWN)
    report = desk.report("p3")
    plan = answered(report=report, what_if=WhatIf.of(opened=["V9"]))
    seen = selectors.plan_steps(plan)
    assert (seen[-1].direction, seen[-1].valve) == ("feed", "V9")
    assert said(selectors.plan_steps(made(plan))) == said(seen)


def test_every_screen_and_paper_shows_them_in_between(desk: Desk, answered: Proposing) -> None:
    lay_with_heights()
    sync_roles()
    plan = answered(report=desk.report("p3"))
    part = plan_part(plan, desk.dana)
    assert [row["code"] for row in part.closing] == ["V1", "V2", "h.e"]
    assert part.closing_minutes > 0
    assert part.closing_way
    paper = plan_facts(plan, at=timezone.now())
    assert [step.valve for step in paper.closing] == ["V1", "V2", "h.e"]
    assert paper.reopening
    row = next(row for row in selectors.open_board(at=desk.now) if row.report == plan.report)
    assert (row.next_step, row.steps_total) == ("approve", 2)
    client = Client()
    client.force_login(desk.dana)
    page = client.get(reverse("outages:plan", args=[plan.pk]))
    assert page.status_code == 200
    assert 'data-asset="V1"' in page.content.decode()
    drawn = client.get(reverse("layers:plan-overlay", args=[plan.pk])).json()["features"]
    assert {"V1", "V2"} <= {each["properties"].get("asset_id") for each in drawn}
    stored = made(plan)
    assert compare_plans(plan, stored).is_empty
    after = plan_part(stored, desk.dana)
    assert (after.closing_minutes, after.closing_way) == (part.closing_minutes, part.closing_way)


def test_an_approval_makes_them_first(desk: Desk, answered: Proposing) -> None:
    lay(NEIGHBOURS)
    plan = answered(report=desk.report("p2"))
    approval = desk.take(desk.approve(plan))
    assert approval.plan.pk == plan.pk
    assert valves(approval.plan) == {"V1", "V2"}
    desk.close_all(approval.outage)
    approval.plan.refresh_from_db()
    assert approval.plan.status == "all_closed"


def test_they_are_made_once(desk: Desk, answered: Proposing) -> None:
    lay(NEIGHBOURS)
    plan = answered(report=desk.report("p2"))
    same = IsolationPlan.objects.get(pk=plan.pk)
    first, second = made(plan), made(same)
    assert first.steps_to_make is None
    assert second.steps_to_make is None
    assert plan.operations.filter(direction="close").count() == 2
    told = Event.objects.get(subject="plan", subject_id=plan.pk, verb="steps_made")
    assert told.facts["steps"] == plan.operations.count()


def test_the_sweeper_makes_what_a_dead_process_left(desk: Desk, answered: Proposing) -> None:
    lay(NEIGHBOURS)
    plan = answered(report=desk.report("p2"))
    waiting.plan_waiting_reports(at=plan.computed_at)
    assert not plan.operations.exists(), "its own process is still at it"
    waiting.plan_waiting_reports(at=plan.computed_at + 2 * waiting.STEPS_LATE)
    assert valves(plan) == {"V1", "V2"}


def test_one_given_up_before_has_nothing_to_turn(desk: Desk, answered: Proposing) -> None:
    lay(NEIGHBOURS)
    plan = abort_plan(
        answered(report=desk.report("p2")), reason="误报", by=desk.dana, at=timezone.now()
    )
    assert {step.status for step in selectors.plan_steps(plan)} == {"void"}


def test_a_drawing_that_is_gone_leaves_no_steps(desk: Desk, answered: Proposing) -> None:
    lay(NEIGHBOURS)
    plan = answered(report=desk.report("p2"))
    plan.revision_number = 999
    assert selectors.plan_steps(plan) == []


def test_nobody_is_affected_by_a_plan_that_there_is_not(desk: Desk) -> None:
    lay(NEIGHBOURS)
    plan = desk.propose(desk.report("p2"))
    with pytest.raises(IntegrityError), transaction.atomic():
        AffectedCustomer.objects.bulk_create(
            AffectedCustomer(plan_id=pk, customer="c.p9", effect="zone")
            for pk in (plan.pk, plan.pk + 1000)
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outages_affectedcustomer (plan_id, customer, effect) "
            "SELECT %s, 'c.p9', 'zone'",
            [plan.pk],
        )
