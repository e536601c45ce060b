"""Planned outages through the pages, from draft to file, each gate tried while it is shut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from network.models import Organisation
from outages.models import Crew, Outage, OutageTask, PolicyValue
from outages.policy.matrix import Task
from outages.selectors import plan_in_force
from outages.services.publishing import notices
from tests import factories
from tests.factories import lay, person
from tests.outages.scenarios.test_outage_duties import STREET, with_persons

PORTAL = "https://portal.example/t/1"


@pytest.fixture(autouse=True)
def _roles(db: None, settings: Any, tmp_path: Any) -> None:
    sync_roles()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MEDIA_ROOT = tmp_path
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


@dataclass
class Office:
    """One browser for each role, and a crew."""

    crew: Crew

    def __post_init__(self) -> None:
        self.clients: dict[str, Client] = {}

    def by(self, role: str) -> Client:
        if role not in self.clients:
            client = Client()
            client.force_login(person(role, crew="C1" if role == "crew" else None))
            self.clients[role] = client
        return self.clients[role]

    def post(self, role: str, name: str, *keys: Any, **told: Any) -> int:
        answer = self.by(role).post(reverse(f"outages:{name}", args=keys), told)
        self.last = answer.content.decode()
        return answer.status_code

    def done(self, role: str, name: str, *keys: Any, **told: Any) -> None:
        assert self.post(role, name, *keys, **told) == 302, self.last[:3000]

    def refused(self, role: str, name: str, *keys: Any, **told: Any) -> None:
        status = self.post(role, name, *keys, **told)
        assert status in (403, 409, 422), (name, status)


@pytest.fixture
def office(db: None) -> Office:
    return Office(factories.crew("C1"))


def local(hours: float) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(hours=hours)):%Y-%m-%dT%H:%M}"


def publish(
    office: Office, outage: Outage, *, expect: str = "done", role: str = "call_agent"
) -> None:
    draft = outage.notices.filter(status="draft").latest("version")
    shown = notices.preview_notice(outage, kind=draft.kind)
    seen = {"customers": shown.customers, "messages": sum(shown.recipients_by_channel.values())}
    getattr(office, expect)(role, "notice-publish", draft.pk, **seen)


def pending(outage: Outage, owner: str) -> list[OutageTask]:
    return list(outage.duties.filter(owner=owner, status="pending").order_by("pk"))


def do_duties(office: Office, outage: Outage, owner: str, role: str) -> None:
    """Tick off everything of an owner's, each with what its channel wants to see."""
    for duty in pending(outage, owner):
        if duty.task.startswith(("phone_", "tell_", "notify_")):
            told = {"result": "reached", "told_to": "值班室"}
            office.done(role, "duty-call", duty.pk, **told)
        elif duty.task not in (Task.EXCHANGE, Task.SMS, Task.OUTAGE_SHEET, Task.PERMIT):
            told = {"evidence_url": PORTAL, "evidence": "B3 版", "told_to": "分管领导"}
            office.done(role, "duty-done", duty.pk, **told)


def crew_turns(office: Office, outage: Outage, direction: str) -> None:
    order = outage.work_orders.get()
    plan = plan_in_force(outage)
    assert plan is not None
    for step in plan.operations.filter(status="pending", direction=direction).order_by("sequence"):
        told = {"client_key": str(uuid4()), "result": "done"}
        office.done("crew", "work-order-step", order.number, step.pk, **told)


def begin_now(office: Office, outage: Outage) -> None:
    """Before the time that people were told nothing begins: the works are moved, then begun."""
    moved = {"planned_start_at": local(0), "planned_end_at": local(6), "reason": "提前施工"}
    office.done("dispatcher", "outage-postpone", outage.pk, **moved)
    office.done("dispatcher", "outage-start", outage.pk)


def carry_out(office: Office, outage: Outage) -> None:
    """The works themselves: valves shut, pipe renewed, valves opened."""
    order = outage.work_orders.get()
    office.done("crew", "work-order-milestone", order.number, milestone="accept")
    crew_turns(office, outage, "close")
    outage.refresh_from_db()
    assert outage.status == "in_effect"
    office.refused("dispatcher", "outage-restore", outage.pk)
    extended = {"reason": "管件晚到", "expected_version": outage.lock_version}
    extended["estimated_restoration_at"] = local(70)
    office.done("dispatcher", "outage-estimate", outage.pk, **extended)
    repair = {"cause_found": "旧管", "action_taken": "更换", "leak_check_passed": "on"}
    office.done("crew", "work-order-repair", order.number, **repair)
    office.refused("dispatcher", "outage-restore", outage.pk)
    office.done("dispatcher", "outage-reopening", outage.pk)
    office.refused("dispatcher", "outage-restore", outage.pk)
    plan = plan_in_force(outage)
    assert plan is not None
    for step in plan.operations.exclude(direction="close").order_by("sequence"):
        if step.status == "pending":
            told = {"client_key": str(uuid4()), "result": "done"}
            office.done("crew", "work-order-step", order.number, step.pk, **told)


def told_about(outage: Outage, about: str) -> set[tuple[str, str]]:
    return set(outage.duties.filter(about=about).values_list("task", "target"))


def test_planned_network_above_5000_persons_goes_from_draft_to_closed(office: Office) -> None:
    with_persons(5200, key_user=True)
    form = {
        "pipes": "p2", "planned_start_at": local(48), "planned_end_at": local(54),
        "cause": "renewal", "supply": "no_water", "works": "network", "place": "解放路",
    }  # fmt: skip
    office.refused("call_agent", "planned-new", **form)
    office.done("dispatcher", "planned-new", **form)
    outage = Outage.objects.get()
    office.refused("dispatcher", "outage-start", outage.pk)
    plan = outage.plans.get()
    office.refused("production", "plan-adopt", plan.pk)
    office.done("dispatcher", "plan-adopt", plan.pk)
    outage.refresh_from_db()
    assert (outage.status, outage.persons) == ("impact_confirmed", 5200)
    assert outage.area is not None
    Organisation.objects.create(
        code="O1", kind="property", name="新城物业", phone="1", geom=outage.area.point_on_surface
    )

    # The sheet, then the permit: until then nobody outside hears of it.
    office.refused("dispatcher", "sheet-hand-over", outage.pk)
    office.refused("call_agent", "sheet-hand-over", outage.pk, on_trunk_road="no")
    office.done("dispatcher", "sheet-hand-over", outage.pk, on_trunk_road="no")
    outage.refresh_from_db()
    assert outage.status == "awaiting_permit"
    assert not outage.notices.exists(), "there is nothing to publish yet"
    call = outage.duties.get(task=Task.PHONE_KEY_USERS)
    office.refused("call_agent", "duty-call", call.pk, result="reached")
    office.refused("dispatcher", "outage-start", outage.pk)
    office.refused("call_agent", "permit-apply", outage.pk, applied_at=local(0))
    office.done("dispatcher", "permit-apply", outage.pk, applied_at=local(0))
    no = {"decision": "rejected", "decided_at": local(0), "note": "材料不全"}
    office.done("dispatcher", "permit-decide", outage.pk, **no)
    outage.refresh_from_db()
    assert outage.status == "awaiting_permit"
    office.done("dispatcher", "permit-apply", outage.pk, applied_at=local(0))
    yes = {"decision": "approved", "number": "城管118", "decided_at": local(0)}
    office.done("dispatcher", "permit-decide", outage.pk, **yes)

    # Published by the call centre alone; posted by engineering; then it may begin.
    outage.refresh_from_db()
    assert outage.status == "ready"
    office.refused("dispatcher", "outage-start", outage.pk)
    publish(office, outage, expect="refused", role="dispatcher")
    publish(office, outage)
    outage.refresh_from_db()
    assert outage.status == "published"
    do_duties(office, outage, "call_centre", "call_agent")
    do_duties(office, outage, "engineering", "dispatcher")
    assert not outage.duties.filter(status="pending").exists(), outage.duties.filter(
        status="pending"
    )
    told = set(outage.duties.filter(status="done").values_list("task", flat=True))
    assert told >= {
        "outage_sheet", "permit", "posting", "wechat_and_website", "sms", "phone_organisations",
        "phone_key_users", "phone_production", "phone_leader", "portal", "exchange",
    }  # fmt: skip

    office.done("dispatcher", "outage-order", outage.pk, **{"crew": office.crew.pk})
    office.refused("dispatcher", "outage-start", outage.pk)
    begin_now(office, outage)
    carry_out(office, outage)
    on_channels = told_about(outage, "update")
    assert {task for task, _target in on_channels} == told - {"outage_sheet", "permit", "exchange"}
    office.refused("dispatcher", "outage-close", outage.pk)
    office.done("dispatcher", "outage-restore", outage.pk)
    assert told_about(outage, "all_clear") == on_channels
    office.done("dispatcher", "outage-close", outage.pk)
    outage.refresh_from_db()
    assert outage.status == "closed"
    assert set(outage.notices.values_list("kind", flat=True)) == {"first", "update", "all_clear"}
    causes = outage.exchanges.order_by("number").values_list("cause", flat=True)
    assert {"estimate", "repair", "status"} <= set(causes)


def test_a_planned_plant_of_the_largest_class_waits_for_leader_and_second_person(
    office: Office,
) -> None:
    lay(STREET, c_p1={"persons": 26_000, "large_user": True})
    PolicyValue.objects.create(
        key="second_approver_customers", value=0, effective_from=timezone.now(),
        set_at=timezone.now(), source="test",
    )  # fmt: skip
    form = {
        "sources": "S", "planned_start_at": local(72), "planned_end_at": local(78),
        "cause": "renewal", "supply": "no_water", "place": "城南片区",
    }  # fmt: skip
    office.refused("call_agent", "plant-planned", **form)
    office.refused("production", "plant-planned", **(form | {"sources": "nowhere"}))
    office.done("production", "plant-planned", **form)
    outage = Outage.objects.get()
    assert (outage.kind, outage.works, outage.status) == ("planned", "plant", "draft")
    office.done("production", "plan-adopt", outage.plans.get().pk)
    outage.refresh_from_db()
    office.done("production", "sheet-hand-over", outage.pk, on_trunk_road="no")
    outage.refresh_from_db()
    assert outage.status == "awaiting_leader"
    asked = outage.approvals.get()
    office.refused("production", "approval-decide", asked.pk, decision="approve")
    office.done("leader", "approval-decide", asked.pk, decision="approve")
    outage.refresh_from_db()
    assert outage.status == "ready", "the permit of a plant warns and does not stop"

    publish(office, outage, expect="refused")
    draft = outage.notices.get()
    office.refused("call_agent", "notice-approve", draft.pk)
    office.done("dispatcher", "notice-approve", draft.pk)
    publish(office, outage)
    assert outage.events.get(verb="published_without").reason == "permit"
    office.done("production", "permit-apply", outage.pk, applied_at=local(0))
    yes = {"decision": "approved", "number": "城管119", "decided_at": local(0)}
    office.done("production", "permit-decide", outage.pk, **yes)
    do_duties(office, outage, "production", "production")
    do_duties(office, outage, "call_centre", "call_agent")
    done = set(outage.duties.filter(status="done").values_list("task", flat=True))
    assert done >= {"portal", "newspaper", "report_upward", "phone_key_users", "leader_approval"}
    assert not outage.duties.filter(status="pending").exists()

    office.refused("dispatcher", "outage-start", outage.pk)
    begin_now(office, outage)
    repaired = {"reason": "清水池检修完毕"}
    office.done("dispatcher", "outage-repair", outage.pk, **repaired)
    office.done("dispatcher", "outage-reopening", outage.pk)
    office.done("dispatcher", "outage-restore", outage.pk)
    again = {task for task, _target in told_about(outage, "all_clear")}
    assert {"portal", "newspaper", "report_upward", "phone_key_users", "sms"} <= again
    office.done("dispatcher", "outage-close", outage.pk)


def test_a_plant_that_stops_is_in_effect_and_told_once_its_impact_is_confirmed(
    office: Office,
) -> None:
    lay(STREET, c_p1={"persons": 40, "key_user": True})
    form = {
        "sources": "S", "stopped_at": local(-0.5), "estimated_restoration_at": local(6),
        "cause": "equipment_failure", "supply": "no_water", "place": "城南片区",
    }  # fmt: skip
    office.refused("call_agent", "plant-stopped", **form)
    office.done("production", "plant-stopped", **form)
    outage = Outage.objects.get()
    assert (outage.status, outage.persons) == ("draft", 0)
    office.done("production", "plan-adopt", outage.plans.get().pk)
    outage.refresh_from_db()
    assert (outage.status, outage.persons) == ("in_effect", 40)
    assert outage.started_at is not None
    assert outage.started_at < outage.created_at
    assert outage.notices.get().status == "published"
    found = set(outage.duties.values_list("task", "owner"))
    assert ("notify_bureau_section", "call_centre") in found, "any size"
    assert ("outage_sheet", "call_centre") in found, "nobody else is named for it"
    assert not {task for task, _owner in found} & {"posting", "permit", "portal", "newspaper"}
    office.done("call_agent", "sheet-hand-over", outage.pk, on_trunk_road="no")
    assert outage.sheets.get().sources == ["S"]
    office.done("dispatcher", "outage-repair", outage.pk, **{"reason": "水泵恢复"})
    office.done("dispatcher", "outage-reopening", outage.pk)
    again = {"found": "水泵又停", "estimated_restoration_at": local(9), "reason": "水泵再次停运"}
    office.done("dispatcher", "outage-leak-back", outage.pk, **again)
    outage.refresh_from_db()
    assert (outage.status, outage.repaired_at) == ("in_effect", None)
    assert "水泵再次停运" in outage.notices.latest("version").text_zh
    office.done("dispatcher", "outage-repair", outage.pk, **{"reason": "更换水泵"})
    office.done("dispatcher", "outage-reopening", outage.pk)
    office.done("dispatcher", "outage-restore", outage.pk)
    office.done("dispatcher", "outage-close", outage.pk)


def test_the_pages_of_plants_name_the_sources(office: Office) -> None:
    with_persons(40)
    for name in ("plant-stopped", "plant-planned"):
        shown = office.by("production").get(reverse(f"outages:{name}")).content.decode()
        assert 'value="S"' in shown and 'value="T"' in shown
