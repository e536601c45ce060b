"""The control room through the test client: what each screen shows, takes and refuses.

1xx bursts, 2xx plans, 3xx the course of an outage, 4xx lists, search and notices.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from gisapp.accounts.roles import sync_roles
from network.choices import AreaKind, Operability
from network.models import Area, Customer
from network.services import set_valve_operability
from outages.models import BurstReport, Delivery, Event, IsolationPlan, Outage, OutageNotice
from outages.selectors import mask_phone
from outages.services import orders
from outages.services.publishing import notices
from outages.views.control.plan_facts import difference_rows, minutes_left, reasons_of
from outages.workflow import DeliveryStatus, OutageStatus, PlanStatus
from tests import factories
from tests.factories import NORTH, STEP_DEG, WEST, lay
from tests.outages.conftest import Desk

LINE = "(S) -p1- a -p2-V1| b -p3- c |V2-p4-V3| d -p5- (T)"
# The middle of p3.
ON_P3 = {"lon": WEST + 2.5 * STEP_DEG, "lat": NORTH}


@pytest.fixture
def town(db: None) -> None:
    sync_roles()
    lay(LINE)
    Customer.objects.update(search_text=F("address"))


def client_of(role: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(factories.person(role))
    return client


@pytest.fixture
def dana(town: None) -> Client:
    return client_of("dispatcher")


def burst(client: Client, **facts: Any) -> Any:
    return client.post(reverse("outages:burst"), {**ON_P3, **facts})


def proposed(client: Client) -> IsolationPlan:
    """Put a burst on p3 and return its plan."""
    assert burst(client).status_code == 302
    return IsolationPlan.objects.get()


def approval(**changes: Any) -> dict[str, Any]:
    back = timezone.localtime(timezone.now() + timedelta(hours=4))
    facts = {
        "estimated_restoration_at": f"{back:%Y-%m-%dT%H:%M}",
        "crew": factories.crew(f"C{uuid4().hex[:4]}").pk,
        "cause": "burst",
        "place": "解放路",
        "place_en": "Jiefang Road",
        "confirmed": "1",
    }
    return {**facts, **changes}


def valves(plan: IsolationPlan) -> set[str]:
    return set(plan.operations.filter(direction="close").values_list("valve", flat=True))


# -- 1xx bursts --------------------------------------------------------------------------------


def test_101_a_click_makes_a_report_and_its_plan_at_once(dana: Client) -> None:
    answer = burst(dana, client_key=str(uuid4()))
    report = BurstReport.objects.get()
    assert answer.url == reverse("outages:report", args=[report.pk])
    assert report.pipe == "p3"
    plan = IsolationPlan.objects.get(report=report)
    assert valves(plan) == {"V1", "V2"}
    page = dana.get(answer.url).content.decode()
    assert reverse("layers:plan-overlay", args=[plan.pk]) in page
    assert "Plan to approve" in page


def test_102_sent_twice_it_is_one_report(dana: Client) -> None:
    key = str(uuid4())
    burst(dana, client_key=key, duplicate_of="none")
    burst(dana, client_key=key, duplicate_of="none")
    assert BurstReport.objects.count() == 1


def test_109_a_form_sent_twice_is_not_offered_as_its_own_duplicate(dana: Client) -> None:
    key = str(uuid4())
    assert burst(dana, client_key=key).status_code == 302
    assert burst(dana, client_key=key).status_code == 302
    assert BurstReport.objects.count() == 1


def test_111_a_report_near_by_that_lies_at_no_pipe_is_offered_too(dana: Client) -> None:
    """Yellow water, say: nothing in the ground was looked up for it."""
    burst(dana, duplicate_of="none")
    BurstReport.objects.update(pipe_facts={})
    [there] = BurstReport.objects.all()
    for address in ("解放路4号", ""):
        BurstReport.objects.update(address=address)
        offered = burst(dana)
        assert offered.status_code == 200
        assert there.reference in offered.content.decode()


def test_110_nonsense_for_the_other_report_is_no_failure(dana: Client) -> None:
    assert burst(dana, duplicate_of="the one in the street").status_code == 422
    assert not BurstReport.objects.exists()


def test_103_far_from_any_pipe_is_a_clear_error_and_no_report(dana: Client) -> None:
    answer = burst(dana, lat=NORTH + 0.01)
    assert answer.status_code == 422
    assert "No pipe within 50 m" in answer.content.decode()
    assert not BurstReport.objects.exists()


def test_104_outside_the_service_area_is_a_clear_error(dana: Client) -> None:
    far = MultiPolygon(Polygon.from_bbox((100, 20, 101, 21)), srid=4326)
    Area.objects.create(kind=AreaKind.SERVICE_AREA, code="SA", name="服务区", geom=far)
    answer = burst(dana)
    assert answer.status_code == 422
    assert "outside the service area" in answer.content.decode()
    assert not BurstReport.objects.exists()


def test_105_a_pipe_or_an_address_is_a_place_too(dana: Client) -> None:
    nowhere = {"lon": "", "lat": ""}
    assert burst(dana, **nowhere, pipe="p3").status_code == 302
    assert burst(dana, **nowhere, address="解放路4号", duplicate_of="none").status_code == 302
    assert set(BurstReport.objects.values_list("pipe", flat=True)) == {"p3", "p5"}
    unknown = burst(dana, **nowhere, pipe="P-404")
    assert unknown.status_code == 422
    assert "There is no such pipe" in unknown.content.decode()
    assert burst(dana, **nowhere).status_code == 422


def test_106_several_addresses_are_offered_to_choose_from(dana: Client) -> None:
    answer = burst(dana, lon="", lat="", address="解放路")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Several addresses fit" in page
    assert page.count('name="customer"') >= 5


def test_107_an_open_report_near_by_is_offered_first(dana: Client) -> None:
    burst(dana)
    offered = burst(dana)
    assert offered.status_code == 200
    assert "Same one, merge" in offered.content.decode()
    assert BurstReport.objects.count() == 1
    first = BurstReport.objects.get()
    burst(dana, duplicate_of=first.pk)
    assert BurstReport.objects.filter(duplicate_of=first).count() == 1
    burst(dana, duplicate_of="none")
    assert BurstReport.objects.filter(duplicate_of=None).count() == 2


def test_108_htmx_gets_the_panel_alone(dana: Client) -> None:
    answer = dana.post(reverse("outages:burst"), ON_P3, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert answer.headers["HX-Push-Url"].startswith("/map/reports/")


# -- 2xx plans ---------------------------------------------------------------------------------


def test_201_nothing_is_approved_before_its_consequences_were_confirmed(dana: Client) -> None:
    plan = proposed(dana)
    url = reverse("outages:plan-approve", args=[plan.pk])
    asked = dana.post(url, approval(confirmed=""))
    assert "cannot be taken back" in asked.content.decode()
    assert not Outage.objects.exists()
    done = dana.post(url, approval())
    outage = Outage.objects.get()
    assert done.url == reverse("outages:outage", args=[outage.pk])
    assert outage.work_orders.count() == 1
    page = dana.get(done.url).content.decode()
    assert "Dispatched" in page
    assert "0 of 2 valves" in page


@pytest.mark.parametrize(
    "wrong", [{"estimated_restoration_at": ""}, {"estimated_restoration_at": "2020-01-01T10:00"}]
)
def test_202_an_approval_says_until_when(dana: Client, wrong: dict[str, str]) -> None:
    plan = proposed(dana)
    answer = dana.post(reverse("outages:plan-approve", args=[plan.pk]), approval(**wrong))
    assert answer.status_code == 422
    assert not Outage.objects.exists()


def test_203_a_stale_plan_is_answered_with_the_difference(dana: Client) -> None:
    plan = proposed(dana)
    now = timezone.now()
    set_valve_operability("V2", operability=Operability.INOPERABLE, by=None, at=now)
    answer = dana.post(reverse("outages:plan-approve", args=[plan.pk]), approval())
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The network changed" in page
    assert "<del>V2</del>" in page
    assert "<ins>+V3</ins>" in page
    assert not Outage.objects.exists()
    fresh = IsolationPlan.objects.get(status=PlanStatus.COMPUTED)
    assert (
        dana.post(reverse("outages:plan-approve", args=[fresh.pk]), approval()).status_code == 302
    )


def test_204_who_comes_second_sees_the_plan_that_holds(dana: Client) -> None:
    plan = proposed(dana)
    url = reverse("outages:plan-approve", args=[plan.pk])
    dana.post(url, approval())
    second = dana.post(url, approval())
    assert second.status_code == 409
    assert "Somebody was faster" in second.content.decode()
    assert Outage.objects.count() == 1


def test_205_a_change_is_the_next_version_and_keeps_the_automatic_one(dana: Client) -> None:
    plan = proposed(dana)
    url = reverse("outages:plan-adjust", args=[plan.pk])
    assert "choice-V1" in dana.get(url).content.decode()
    dana.post(url, {"choice": ["inoperable:V2", ""], "reason": "cover under a car"})
    changed = IsolationPlan.objects.get(status=PlanStatus.ADJUSTED)
    assert valves(changed) == {"V1", "V3"}
    assert changed.automatic is not None
    page = dana.get(reverse("outages:plan", args=[changed.pk])).content.decode()
    assert "Changed against v1" in page
    assert "cover under a car" in page


def test_206_valves_may_be_typed_as_codes(dana: Client) -> None:
    plan = proposed(dana)
    url = reverse("outages:plan-adjust", args=[plan.pk])
    dana.post(url, {"stuck": "V2", "add": "V3", "reason": "known"})
    changed = IsolationPlan.objects.get(status=PlanStatus.ADJUSTED)
    assert changed.what_if == {"added": ["V3"], "inoperable": ["V2"]}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"stuck": "V9", "reason": "x"}, "Not in the network: V9"),
        ({"choice": "inoperable:V2", "reason": " "}, "required"),
    ],
)
def test_207_a_wrong_change_says_what_is_wrong(
    dana: Client, sent: dict[str, str], said: str
) -> None:
    plan = proposed(dana)
    answer = dana.post(reverse("outages:plan-adjust", args=[plan.pk]), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert IsolationPlan.objects.count() == 1


def test_208_where_valves_do_not_stop_it_the_source_is_named_and_a_reason_asked(
    dana: Client,
) -> None:
    burst(dana, lon="", lat="", pipe="p1")
    plan = IsolationPlan.objects.get()
    assert not plan.is_isolatable
    page = dana.get(reverse("outages:plan", args=[plan.pk])).content.decode()
    assert "Valves alone cannot stop this" in page
    assert "Shut it first: S" in page
    url = reverse("outages:plan-approve", args=[plan.pk])
    assert dana.post(url, approval()).status_code == 422
    assert dana.post(url, approval(reason="the works shut the pump")).status_code == 302


def test_209_a_leader_may_approve_but_not_change(town: None, dana: Client) -> None:
    plan = proposed(dana)
    lee = client_of("leader")
    page = lee.get(reverse("outages:report", args=[plan.report_id])).content.decode()
    assert "Approve and dispatch" in page
    assert reverse("outages:plan-adjust", args=[plan.pk]) not in page
    assert lee.get(reverse("outages:plan-adjust", args=[plan.pk])).status_code == 403
    assert "138****" not in page


def test_210_a_plan_given_up_leaves_the_report_open(dana: Client) -> None:
    plan = proposed(dana)
    url = reverse("outages:plan-abort", args=[plan.pk])
    assert dana.post(url, {"reason": ""}).status_code == 422
    dana.post(url, {"reason": "only a wet patch"})
    plan.refresh_from_db()
    assert plan.status == PlanStatus.ABORTED
    report = BurstReport.objects.get()
    page = dana.get(reverse("outages:report", args=[report.pk])).content.decode()
    assert "Compute a plan" in page


# -- 3xx the course of an outage ---------------------------------------------------------------


@pytest.fixture
def outage(town: None, desk: Desk) -> Outage:
    return desk.burst("p3").outage


def post(client: Client, name: str, outage: Outage, *more: int, **facts: Any) -> Any:
    return client.post(reverse(f"outages:outage-{name}", args=[outage.pk, *more]), facts)


def test_301_from_approval_to_closed(dana: Client, outage: Outage, desk: Desk) -> None:
    order = outage.work_orders.get()
    order.status = "issued"
    order.save()
    assert post(dana, "crew-told", outage).status_code == 302
    orders.accept_order(order, by=desk.cruz, at=desk.now)
    desk.close_all(outage)
    assert post(dana, "reopening", outage).status_code == 409
    assert post(dana, "repair", outage, reason="six metres replaced").status_code == 302
    assert post(dana, "reopening", outage).status_code == 302
    assert post(dana, "restore", outage).status_code == 409
    for valve in ("V1", "V2"):
        desk.step(outage, valve, direction="open")
    assert post(dana, "restore", outage).status_code == 302
    assert post(dana, "close", outage).status_code == 302
    outage.refresh_from_db()
    assert outage.status == OutageStatus.CLOSED
    page = dana.get(reverse("outages:outage", args=[outage.pk])).content.decode()
    for told in ("Reported", "Plan approved", "V1 closed", "V2 opened", "Supply restored"):
        assert told in page


def test_302_what_the_crew_cannot_close_waits_as_a_new_plan(
    dana: Client, outage: Outage, desk: Desk
) -> None:
    desk.step(outage, "V1")
    desk.step(outage, "V2", "cannot", cannot_reason="seized")
    proposal = IsolationPlan.objects.get(status=PlanStatus.COMPUTED)
    page = dana.get(reverse("outages:outage", args=[outage.pk])).content.decode()
    assert "New plan v2 waits" in page
    assert "V2 cannot be closed: seized" in page
    assert "Waits for you now" in page
    assert dana.post(reverse("outages:plan-adopt", args=[proposal.pk])).status_code == 302
    proposal.refresh_from_db()
    assert proposal.status == PlanStatus.EXECUTING
    again = dana.post(reverse("outages:plan-adopt", args=[proposal.pk]))
    assert again.status_code == 409


def test_308_plans_are_compared_by_what_is_left_to_do(
    dana: Client, outage: Outage, desk: Desk
) -> None:
    """Of a plan half worked off, only what is left is a measure for the next one."""
    desk.step(outage, "V1")
    before = outage.plans.get()
    assert 0 < minutes_left(before) < before.closing_minutes
    desk.step(outage, "V2", "cannot", cannot_reason="seized")
    after = IsolationPlan.objects.get(status=PlanStatus.COMPUTED)
    # Nothing is left of the old plan, so that the new valve costs what it takes, and saves nothing.
    assert minutes_left(before) == 0
    assert minutes_left(after) == after.closing_minutes > 0
    with translation.override("en"):
        rows = {row["label"]: row for row in difference_rows(before, after)}
    assert rows["Still to close, minutes"]["delta"] == f"+{after.closing_minutes}"


def test_309_a_valve_that_another_outage_shut_is_said_once(
    dana: Client, outage: Outage, desk: Desk
) -> None:
    desk.close_all(outage)
    second = desk.burst("p4")
    shared = second.plan.operations.get(valve="V2")
    assert shared.facts["shared_with"] == [outage.code]
    # As older plans were stored: the shared valve among those that are closed already.
    second.plan.answer["valves_already_closed"] = ["V2"]
    reasons, _left_out = reasons_of(second.plan)
    assert "V2" not in [reason.valve for reason in reasons]


def test_310_what_is_over_alarms_nobody(dana: Client, outage: Outage, desk: Desk) -> None:
    url = reverse("outages:outage", args=[outage.pk])
    assert "impact--past" not in dana.get(url).content.decode()
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    page = dana.get(url).content.decode()
    assert "impact--past" in page
    assert "customers were without water" in page
    assert "Valves closed" in page


def test_311_one_fold_for_all_valves_that_may_stay_closed(
    dana: Client, outage: Outage, desk: Desk
) -> None:
    desk.close_all(outage)
    desk.repair(outage)
    post(dana, "reopening", outage)
    page = dana.get(reverse("outages:outage", args=[outage.pk])).content.decode()
    assert page.count("Leave a valve closed…") == 1
    for step in outage.plans.get().operations.filter(direction="open"):
        assert f"Leave {step.valve} closed" in page
        url = reverse("outages:outage-leave-closed", args=[outage.pk, step.pk])
        assert f'formaction="{url}"' in page


def test_303_a_new_time_needs_a_reason_and_the_version_that_was_read(
    dana: Client, outage: Outage
) -> None:
    later = timezone.localtime(timezone.now() + timedelta(hours=9))
    facts = {
        "estimated_restoration_at": f"{later:%Y-%m-%dT%H:%M}",
        "reason": "管件送到晚",
        "expected_version": outage.lock_version,
    }
    assert post(dana, "estimate", outage, **{**facts, "reason": ""}).status_code == 422
    assert post(dana, "estimate", outage, **facts).status_code == 302
    stale = post(dana, "estimate", outage, **facts)
    assert stale.status_code == 409
    assert "Somebody changed this meanwhile" in stale.content.decode()
    assert outage.estimates.count() == 2


def test_304_leaving_a_valve_closed_needs_its_code_and_a_reason(
    dana: Client, outage: Outage, desk: Desk
) -> None:
    desk.close_all(outage)
    desk.repair(outage)
    post(dana, "reopening", outage)
    step = outage.plans.get().operations.filter(direction="open").last()
    assert step is not None
    assert post(dana, "leave-closed", outage, step.pk, reason="leaks").status_code == 422
    typed = {"typed": step.valve, "reason": "leaks"}
    assert post(dana, "leave-closed", outage, step.pk, **typed).status_code == 302
    step.refresh_from_db()
    assert step.status == "left_closed"


def test_305_an_outage_that_has_not_begun_is_called_off_with_a_reason(
    dana: Client, outage: Outage
) -> None:
    assert post(dana, "cancel", outage, reason="").status_code == 422
    assert post(dana, "cancel", outage, reason="wrong street").status_code == 302
    outage.refresh_from_db()
    assert outage.status == OutageStatus.CANCELLED


def test_306_planned_works_from_draft_to_begun(dana: Client, desk: Desk) -> None:
    start = timezone.localtime(timezone.now() + timedelta(days=2))
    facts = {
        "pipes": "p3 p4",
        "planned_start_at": f"{start:%Y-%m-%dT%H:%M}",
        "planned_end_at": f"{start + timedelta(hours=6):%Y-%m-%dT%H:%M}",
        "cause": "renewal",
        "works": "network",
        "supply": "no_water",
        "place": "解放路",
        "place_en": "Jiefang Road",
        "on_trunk_road": "no",
    }
    url = reverse("outages:planned-new")
    assert "P-404" in dana.post(url, {**facts, "pipes": "P-404"}).content.decode()
    backwards = {**facts, "planned_end_at": facts["planned_start_at"]}
    assert dana.post(url, backwards).status_code == 422
    assert dana.post(url, facts).status_code == 302
    outage = Outage.objects.get()
    plan = IsolationPlan.objects.get()
    assert valves(plan) == {"V1", "V3"}
    assert dana.post(reverse("outages:plan-adopt", args=[plan.pk])).status_code == 302
    assert post(dana, "ready", outage).status_code == 302
    assert post(dana, "start", outage).status_code == 409
    notice = OutageNotice.objects.get()
    ada = client_of("call_agent")
    assert dana.post(reverse("outages:notice-publish", args=[notice.pk])).status_code == 403
    address = reverse("outages:notice-publish", args=[notice.pk])
    assert ada.post(address).status_code == 422, "to whom it goes must have been seen"
    seen = {"customers": notice.customers, "messages": 99}
    assert ada.post(address, seen).status_code == 409, "and must still be so"
    preview = notices.preview_notice(notice.outage)
    seen["messages"] = sum(preview.recipients_by_channel.values())
    assert ada.post(address, seen).status_code == 302
    assert "Jiefang Road" in dana.get(reverse("outages:planned")).content.decode()
    assert post(dana, "start", outage).status_code == 409, "two days too early"
    with time_machine.travel(start + timedelta(minutes=1)):
        dana.force_login(desk.dana)  # the session of two days ago is over
        assert post(dana, "start", outage).status_code == 302
    outage.refresh_from_db()
    assert outage.status == "in_effect"


# -- 4xx lists, search, notices ----------------------------------------------------------------


def test_401_the_board_lists_what_is_open_and_narrows(dana: Client, outage: Outage) -> None:
    url = reverse("outages:board")
    assert outage.code in dana.get(url).content.decode()
    assert outage.code not in dana.get(url, {"show": "planned"}).content.decode()
    block = dana.get(url, headers={"HX-Request": "true"}).content.decode()
    assert outage.code in block
    assert "<html" not in block


def test_402_the_map_is_a_list_as_well(dana: Client, outage: Outage) -> None:
    page = dana.get(reverse("outages:map"), {"view": "list"}).content.decode()
    assert "data-map" not in page
    assert page.count(reverse("outages:outage", args=[outage.pk])) >= 2


def test_410_the_age_of_the_valve_states_is_said_even_when_nobody_reported_one(
    town: None, dana: Client
) -> None:
    page = dana.get(reverse("outages:map")).content.decode()
    assert "valves as imported" in page
    assert "none reported since" in page
    set_valve_operability("V3", operability=Operability.INOPERABLE, by=None, at=timezone.now())
    page = dana.get(reverse("outages:map")).content.decode()
    assert "none reported since" not in page
    assert "· valves " in page


def test_403_reports_are_answered_invalidated_merged_and_taken_up_again(dana: Client) -> None:
    burst(dana, kind="leak")
    burst(dana, kind="leak", duplicate_of="none")
    first, second = BurstReport.objects.order_by("pk")

    def act(name: str, report: BurstReport, **facts: str) -> int:
        return dana.post(reverse(f"outages:report-{name}", args=[report.pk]), facts).status_code

    assert act("merge", second, into="R-NONE") == 422
    assert act("merge", second, into=first.reference.lower()) == 302
    assert act("unmerge", second, reason="another house") == 302
    assert act("answer", second, text="") == 422
    assert act("answer", second, text="valve box drips, no danger") == 302
    assert act("reopen", second, reason="called again") == 302
    assert act("invalidate", second, reason="test call") == 302
    assert act("place", first, pipe="p5") == 302
    first.refresh_from_db()
    assert first.pipe == "p5"
    listed = dana.get(reverse("outages:reports"), {"status": "invalid"}).content.decode()
    assert second.reference in listed
    assert first.reference not in listed


def test_404_search_finds_assets_outages_and_customers(dana: Client, outage: Outage) -> None:
    def find(text: str, client: Client = dana) -> set[tuple[str, str]]:
        answer = client.get(reverse("outages:search"), {"q": text, "format": "json"})
        return {(hit["kind"], hit["id"]) for hit in answer.json()["hits"]}

    assert ("valve", "V1") in find("v1")
    assert ("pipe", "p3") in find("p3")
    assert ("outage", outage.code) in find(outage.code)
    assert ("customer", "c.p3") in find("A0002")
    assert find("x") == set()
    # An asset leads to the map and to its card.
    listed = dana.get(reverse("outages:search"), {"q": "V1"}).content.decode()
    assert reverse("network:asset", args=["valve", "V1"]) in listed
    assert f"{reverse('outages:map')}?at=" in listed
    production = client_of("production")
    assert not {kind for kind, _id in find("A0002", production)} & {"customer"}
    page = dana.get(reverse("outages:search"), {"q": "A0002"}).content.decode()
    assert "138****0002" in page
    assert "13800000002" not in page


def test_404_a_customer_is_found_with_the_reason_why_he_is_dry(
    dana: Client, outage: Outage
) -> None:
    dana.cookies["django_language"] = "en"
    answer = dana.get(reverse("outages:search"), {"q": "A0002", "format": "json"})
    [dry] = [hit for hit in answer.json()["hits"] if hit["kind"] == "customer"]
    assert dry["state"] == "off"
    assert dry["why"].startswith(f"{outage.code}: In the zone")
    page = dana.get(reverse("outages:search"), {"q": "A0002"}).content.decode()
    assert "no working valve stands between them and the burst" in page
    assert dry["why_url"] in page
    assert dana.get(dry["why_url"]).status_code == 200
    answer = dana.get(reverse("outages:search"), {"q": "A0000", "format": "json"})
    [fine] = [hit for hit in answer.json()["hits"] if hit["kind"] == "customer"]
    assert (fine["state"], fine["why"]) == ("fine", "")


def test_405_customers_are_listed_and_numbers_shown_one_by_one(dana: Client) -> None:
    plan = proposed(dana)
    url = reverse("outages:plan-customers", args=[plan.pk])
    page = dana.get(url).content.decode()
    assert "解放路2号" in page
    file = b"".join(dana.get(url, {"format": "csv"}).streaming_content).decode()  # type: ignore[arg-type]
    assert "138****0002" in file
    assert "13800000002" not in page + file
    assert client_of("leader").get(url).status_code == 403
    shown = dana.post(
        reverse("outages:plan-phone", args=[plan.pk, "c.p3"]),
        {"reason": "outage_notice"},
        headers={"Accept": "application/json"},
    )
    assert shown.json() == {"phone": "13800000002", "seconds": 30}
    assert Event.objects.filter(verb="phone_shown", facts__customer="c.p3").count() == 1
    other = reverse("outages:plan-phone", args=[plan.pk, "c.p1"])
    assert dana.post(other).status_code == 404


def test_406_a_name_is_never_a_formula_in_the_file(dana: Client) -> None:
    lay(LINE, c_p3={"name": "=HYPERLINK(1)", "address": "@x"})
    plan = proposed(dana)
    url = reverse("outages:plan-customers", args=[plan.pk])
    file = b"".join(dana.get(url, {"format": "csv"}).streaming_content).decode()  # type: ignore[arg-type]
    assert "'=HYPERLINK(1)" in file
    assert "'@x" in file


def test_407_a_message_of_unknown_fate_is_decided_by_a_person(town: None, outage: Outage) -> None:
    ada = client_of("call_agent")
    delivery = Delivery.objects.filter(channel="sms").first()
    assert delivery is not None
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.UNKNOWN)
    url = reverse("outages:delivery-resolve", args=[delivery.pk])
    # Each is told apart by whom it goes to, on the list of all and on its notice's page.
    assert delivery.notice is not None
    for listing in ("outages:notices", "outages:notice"):
        args = [] if listing == "outages:notices" else [delivery.notice.pk]
        shown = ada.get(reverse(listing, args=args)).content.decode()
        assert "Fate unknown" in shown
        assert mask_phone(delivery.recipient) in shown
        assert delivery.recipient not in shown
        assert url in shown
    page = ada.get(url).content.decode()
    assert delivery.recipient not in page
    assert ada.post(url, {"arrived": "yes", "reason": ""}).status_code == 422
    assert ada.post(url, {"arrived": "no", "reason": "gateway says so"}).status_code == 302
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.PENDING
    assert ada.post(url, {"arrived": "yes", "reason": "again"}).status_code == 422


def test_408_a_notice_is_shown_as_it_is_sent_in_both_languages(town: None, outage: Outage) -> None:
    notice = OutageNotice.objects.get()
    page = client_of("call_agent").get(reverse("outages:notice", args=[notice.pk]))
    text = page.content.decode()
    for told in (notice.text_zh, notice.text_en, notice.sms_zh):
        assert told in text


def test_409_the_rail_costs_the_same_however_many_cases(
    dana: Client, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    for _case in range(4):
        burst(dana, duplicate_of="none")
    with django_assert_max_num_queries(16):
        dana.get(reverse("outages:cases"))
