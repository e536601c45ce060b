"""Nothing is destroyed, callers hear the truth, and no valve is turned out of order.

T19, T22 and T24 of the requirements; T23 (the public side) is in tests/layers.
"""

from __future__ import annotations

from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import sync_roles
from gisapp.templatetags.wording import public_moment
from network.models import Customer, ValveCondition, ValveStateChange
from network.selectors import network_state
from outages.models import Event, Outage, ValveOperation
from outages.services import outages
from outages.services.field import reopening, work
from outages.services.field.work import Refusal, StepRefused
from outages.services.shutdown import plans
from tests.factories import NOON, lay, person
from tests.gisapp.test_access import addresses
from tests.outages.conftest import Desk
from tests.outages.test_crew_views import answer, order_of
from tests.outages.test_plans import LINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> Client:
    """A superuser's browser: whoever could do most harm by mistake."""
    boss = get_user_model().objects.create(username="root", is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(boss)
    return client


# -- T19 ---------------------------------------------------------------------------------------


def test_t19_the_administration_deletes_no_record_even_for_a_superuser(root: Client) -> None:
    deleting = [(name, url) for name, url in addresses() if name.endswith("_delete")]
    codes = {
        name: root.post(url.replace("/x/", "/1/"), {"post": "yes"}).status_code
        for name, url in deleting
        if name != "admin:auth_group_delete"
    }
    assert "admin:accounts_user_delete" in codes
    assert set(codes.values()) <= {302, 403, 404}
    assert get_user_model().objects.filter(username="root").exists()


def test_t19_no_address_of_the_product_answers_to_delete(root: Client) -> None:
    codes = {
        name: root.delete(url).status_code
        for name, url in addresses()
        if name.startswith(("outages:", "network:", "layers:"))
    }
    assert {name: code for name, code in codes.items() if code not in (404, 405)} == {}


# -- T22 ---------------------------------------------------------------------------------------


def asked(client: Client, asset_id: str) -> str:
    """What the desk's page says to a caller of this customer."""
    customer = Customer.objects.get(asset_id=asset_id)
    page = client.get(reverse("outages:desk"), {"c": customer.pk}).content.decode()
    return unescape(page.split('id="desk-answer"', 1)[1])


def test_t22_an_enquiry_inside_the_area_hears_reason_period_eta_and_apology(desk: Desk) -> None:
    sync_roles()
    lay(LINE)
    agent = Client()
    agent.force_login(person("call_agent"))
    assert "这个地址没有停水" in asked(agent, "c.p3")
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    outage = Outage.objects.get(pk=outage.pk)
    assert outage.started_at is not None
    assert outage.estimated_restoration_at is not None
    said = asked(agent, "c.p3")
    assert "这个地址正在停水" in said
    assert "供水管爆了" in said  # the reason
    assert public_moment(outage.started_at) in said  # since when
    assert public_moment(outage.estimated_restoration_at) in said  # expected back
    assert "非常抱歉" in said  # the apology
    # Outside the area nothing of it is told.
    outside = asked(agent, "c.p1")
    assert "这个地址没有停水" in outside
    assert outage.code not in outside


# -- T24 ---------------------------------------------------------------------------------------


def test_t24_no_valve_is_turned_before_its_plan_is_approved(desk: Desk) -> None:
    sync_roles()
    order = order_of(desk)
    ahead = desk.propose(desk.report("p3"))
    step = ahead.operations.filter(direction="close").first()
    assert step is not None
    browser = Client()
    browser.force_login(desk.cruz)
    assert answer(browser, order, step, result="done").status_code in (404, 409)
    step.refresh_from_db()
    assert step.status == "pending"
    assert not network_state().closed
    assert not ValveStateChange.objects.exists()


def test_t24_a_step_of_a_new_plan_that_nobody_has_adopted_is_a_conflict(desk: Desk) -> None:
    sync_roles()
    order = order_of(desk)
    assert order.outage is not None
    proposal = plans.adjust_plan(
        order.outage.plans.get(),
        what_if=plans.WhatIf(inoperable=("V1",)),
        reason="关不动",
        by=desk.dana,
        at=desk.now,
    )
    step = proposal.operations.filter(direction="close").first()
    assert step is not None
    browser = Client()
    browser.force_login(desk.cruz)
    assert answer(browser, order, step, result="done").status_code == 409
    step.refresh_from_db()
    assert step.status == "pending"
    assert not ValveStateChange.objects.exists()


def test_t24_after_the_step_the_valves_state_and_history_say_so(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V1")
    assert ValveCondition.objects.get(asset_id="V1").state == "closed"
    change = ValveStateChange.objects.get(asset_id="V1", new="closed")
    assert change.by == desk.cruz
    assert Event.objects.filter(subject="operation", outage=outage, by=desk.cruz).exists()
    # Told again for good: the same step is not taken twice.
    operation = ValveOperation.objects.get(plan__outage=outage, valve="V1", direction="close")
    assert operation.status == "done"


def test_t24_water_is_not_back_while_a_valve_is_shut_without_a_reason(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    desk.repair(outage)
    steps = reopening.plan_reopening(outage, by=desk.dana, at=desk.now).steps
    opening = [step for step in steps if step.direction == "open"]
    for step in opening[1:]:
        desk.step(outage, step.valve, direction="open")
    with pytest.raises(outages.RestoreRefused) as refused:
        outages.restore_outage(outage, by=desk.dana, at=desk.now)
    assert opening[0].valve in str(refused.value)
    reopening.leave_closed(opening[0], reason="阀杆锈死", by=desk.cruz, at=desk.now)
    assert outages.restore_outage(outage, by=desk.dana, at=desk.now).status == "restored"
    assert network_state().closed == {opening[0].valve}


def test_t24_a_step_of_a_plan_that_is_not_in_force_is_refused_by_the_service(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    step = plan.operations.filter(direction="close").first()
    assert step is not None
    with pytest.raises(StepRefused) as refused:
        work.record_valve_operation(
            step, result="done", done_at=NOON, client_key=uuid4(), by=desk.cruz, at=desk.now
        )
    assert refused.value.code == Refusal.PLAN_NOT_IN_FORCE
