"""A plan for the map, as an offline file and on paper: who may have it and what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Route, expect

from layers.geojson import mark_feature, marks_of_now
from layers.plan_drawing import spread_apart
from layers.plan_picture import Mark
from network.models import Customer, Valve, ValveCondition
from outages.models import BurstReport, IsolationPlan, ValveOperation
from outages.services.field import reopening
from outages.services.shutdown import plans
from tests.factories import crew, person
from tests.layers.conftest import SECRETS, Burst

DOCUMENTS = (".geojson", "/map.html", "/print/", "/print/?format=pdf", "/latest/")
EVIL = '<img src=x onerror="alert(1)">{{ 7*7 }}</script>'
SIZE_LIMIT = 600_000


def overlay(client: Client, plan: IsolationPlan) -> dict[str, Any]:
    response = client.get(f"/layers/plans/{plan.pk}.geojson")
    assert response.status_code == 200
    document: dict[str, Any] = json.loads(response.content)
    return document


def by_role(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    roles: dict[str, list[dict[str, Any]]] = {}
    for feature in document["features"]:
        roles.setdefault(feature["properties"]["role"], []).append(feature["properties"])
    return roles


def test_the_overlay_holds_everything_that_is_drawn(
    burst: Burst, signed_in: Callable[..., Client]
) -> None:
    document = overlay(signed_in("dispatcher"), burst.plan)
    roles = by_role(document)
    assert document["version"] == 1
    assert {pipe["id"] for pipe in roles["zone_pipe"]} == {"p3"}
    assert {pipe["id"] for pipe in roles["unintended_pipe"]} == {"p4"}
    steps = {step["id"]: step for step in roles["valve_close"]}
    assert set(steps) == {"V1", "V2"}
    assert sorted(step["number"] for step in steps.values()) == [1, 2]
    assert {step["status"] for step in steps.values()} == {"waiting"}
    assert {valve["id"] for valve in roles["valve_inoperable"]} == {"V9"}
    assert {valve["id"] for valve in roles["valve_not_needed"]} == {"V3"}
    assert len(roles["burst"]) == 1
    assert roles["zone"]
    assert roles["unintended"]
    assert {hydrant["dry"] for hydrant in roles["hydrant_dry"]} == {True}


def test_steps_carry_what_the_crew_did(burst: Burst, signed_in: Callable[..., Client]) -> None:
    burst.desk.step(burst.outage, "V1")
    steps = {
        s["id"]: s
        for s in by_role(overlay(signed_in("crew", crew="C1"), burst.plan))["valve_close"]
    }
    assert steps["V1"]["status"] == "done"
    assert steps["V2"]["status"] == "waiting"


ALARMS = {"zone", "unintended", "zone-pipe", "unintended-pipe"}


def test_what_is_over_is_drawn_as_history(burst: Burst, signed_in: Callable[..., Client]) -> None:
    client = signed_in("dispatcher")
    before = overlay(client, burst.plan)
    assert before["is_over"] is False
    assert {feature["properties"]["kind"] for feature in before["features"]} >= ALARMS

    burst.desk.close_all(burst.outage)
    burst.desk.repair(burst.outage)
    burst.desk.reopen_all(burst.outage)
    burst.desk.restore(burst.outage)
    after = overlay(client, burst.plan)
    kinds = {feature["properties"]["kind"] for feature in after["features"]}
    assert after["is_over"] is True
    assert not kinds & ALARMS
    assert kinds >= {"past", "past-pipe"}
    roles = by_role(after)
    assert {sign["past"] for sign in roles["burst"]} == {True}
    assert {sign["dry"] for sign in roles["hydrant_dry"]} == {False}
    assert {sign["inside"] for sign in roles["key_user"]} == {False}

    sheet = client.get(f"/layers/plans/{burst.plan.pk}/print/").content.decode()
    assert "已结束" in sheet
    saved = client.get(f"/layers/plans/{burst.plan.pk}/map.html").content.decode()
    assert "已结束" in saved
    assert "#B0122B" not in saved.split("<body>")[1]


def test_a_valve_that_opens_again_has_one_sign(
    burst: Burst, signed_in: Callable[..., Client]
) -> None:
    burst.desk.close_all(burst.outage)
    burst.desk.repair(burst.outage)
    reopening.plan_reopening(burst.outage, by=burst.desk.dana, at=burst.desk.now)
    roles = by_role(overlay(signed_in("dispatcher"), burst.plan))
    assert {step["id"] for step in roles["valve_open"]} == {"V1", "V2"}
    assert "valve_close" not in roles


def test_an_outlet_has_one_sign_with_the_number_of_what_is_next() -> None:
    def mark(role: str, asset: str, number: int, status: str = "pending") -> Mark:
        return Mark(role, Point(110, 23), asset_id=asset, sequence=number, status=status)

    def signs(*marks: Mark, is_over: bool = False) -> list[tuple[str, int, str]]:
        found = [mark_feature(m)["properties"] for m in marks_of_now([*marks], is_over=is_over)]
        assert {each["kind"] for each in found} <= {"outlet"}
        return [(each["id"], each["number"], each["status"]) for each in found]

    dry = mark("outlet_shutdown", "H1", 3, "done")
    assert signs(dry) == [("H1", 3, "done")]
    vent, flush = mark("outlet_reopening", "H2", 5), mark("outlet_reopening", "H2", 8)
    # Once the reopening is planned, who looked whether it is dry is of no interest any more.
    assert signs(dry, vent, flush) == [("H2", 5, "waiting")]
    vented = mark("outlet_reopening", "H2", 5, "done")
    assert signs(dry, vented, flush) == [("H2", 8, "waiting")]
    assert signs(mark("outlet_reopening", "H2", 5, "void"), dry) == [("H1", 3, "done")]
    assert signs(dry, vent, is_over=True) == []


def test_only_who_may_see_customers_gets_names(
    burst: Burst, signed_in: Callable[..., Client]
) -> None:
    content_type = ContentType.objects.get_for_model(IsolationPlan)
    may_see, _made = Permission.objects.get_or_create(
        content_type=content_type, codename="view_customers", defaults={"name": "see customers"}
    )
    client = signed_in("dispatcher")
    person("dispatcher").user_permissions.add(may_see)
    named = by_role(overlay(client, burst.plan))
    assert [user.get("name") for user in named["key_user"]] == [SECRETS["name"]]
    assert [user.get("name") for user in named["special_user"]] == ["秘密乙某"]
    # Key users and the others are told apart, and everybody else has no sign.
    assert {user["kind"] for user in named["key_user"]} == {"key-user"}
    assert {user["kind"] for user in named["special_user"]} == {"special-user"}
    drawn = by_role(overlay(signed_in("crew", crew="C1"), burst.plan))
    assert "special_user" not in drawn
    unnamed = drawn["key_user"]
    assert [user["symbol"] for user in unnamed] == ["医"]
    assert "name" not in unnamed[0]
    # The household with a dialysis machine is not even drawn.
    assert {user["id"] for user in unnamed} == {"c.p3"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_crew_gets_its_own_plan_and_no_other(
    burst: Burst, signed_in: Callable[..., Client], document: str
) -> None:
    crew("C2")
    address = f"/layers/plans/{burst.plan.pk}{document}"
    own = signed_in("crew", crew="C1").get(address)
    assert own.status_code in (200, 302)
    assert signed_in("crew", crew="C2").get(address).status_code == 404
    assert signed_in("crew").get(address).status_code == 404
    assert signed_in("gis_editor").get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert Client().get(address).headers["Location"].startswith("/sign-in")


def test_an_unknown_plan_is_not_there(db: None, signed_in: Callable[..., Client]) -> None:
    assert signed_in("dispatcher").get("/layers/plans/999.geojson").status_code == 404


def poison(burst: Burst) -> None:
    """Put markup, a template and a closing script into everything that people type."""
    BurstReport.objects.update(address=EVIL, landmark=EVIL, description=EVIL)
    Customer.objects.update(name=EVIL, category=f"hospital {EVIL}"[:40])
    ValveOperation.objects.update(
        facts={"location": EVIL, "location_en": EVIL, "ground": EVIL, "chamber": EVIL}
    )
    IsolationPlan.objects.update(override_reason=EVIL)
    burst.outage.refresh_from_db()


@pytest.mark.parametrize("document", ["/map.html", "/print/"])
def test_what_people_typed_stays_text(
    burst: Burst, signed_in: Callable[..., Client], document: str
) -> None:
    poison(burst)
    text = signed_in("dispatcher").get(f"/layers/plans/{burst.plan.pk}{document}").content.decode()
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    assert "{{ 7*7 }}" in text
    assert not re.search(r"(?<![\w.])49</", text)


@pytest.mark.parametrize("document", ["/map.html", "/print/"])
def test_documents_name_no_customer(
    burst: Burst, signed_in: Callable[..., Client], document: str
) -> None:
    text = signed_in("dispatcher").get(f"/layers/plans/{burst.plan.pk}{document}").content.decode()
    for secret in (
        SECRETS["name"],
        SECRETS["phone"],
        SECRETS["account"],
        "秘密乙某",
        "13812349999",
    ):
        assert secret not in text
    assert "V1" in text


@pytest.mark.django_db(transaction=True)
def test_the_offline_map_opens_from_a_file_without_any_request(
    new_context: Callable[..., BrowserContext],
    burst: Burst,
    signed_in: Callable[..., Client],
    tmp_path: Path,
) -> None:
    poison(burst)
    response = signed_in("crew", crew="C1").get(f"/layers/plans/{burst.plan.pk}/map.html")
    assert "attachment" in response.headers["Content-Disposition"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert len(response.content) < SIZE_LIMIT
    file = tmp_path / "plan.html"
    file.write_bytes(response.content)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            route.abort()

    phone = new_context(viewport={"width": 390, "height": 844}, offline=True).new_page()
    phone.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    phone.route("**/*", refuse)
    phone.goto(file.as_uri())
    phone.locator(".leaflet-container .disc").first.wait_for()
    assert phone.locator(".leaflet-container .disc").all_inner_texts() == ["1", "2"]
    assert phone.locator("tbody tr").count() == 3, "two valves, and where it shows dry"
    assert phone.locator(".leaflet-control-scale-line").count() == 1
    # It says how old it is, and goes on saying it while nobody can update it.
    age = phone.locator("#plan-age")
    expect(age).to_contain_text("刚刚取到")
    phone.clock.install(time=timezone.now() + timedelta(minutes=95))
    phone.reload()
    expect(age).to_contain_text("已过 1 小时 35 分钟，之后没有更新")
    expect(age).to_have_class("age is-old")
    assert asked == [file.as_uri()] * 2


def test_a_superseded_plan_says_stop(burst: Burst, signed_in: Callable[..., Client]) -> None:
    IsolationPlan.objects.filter(pk=burst.plan.pk).update(status="superseded")
    client = signed_in("dispatcher")
    for document in ("/map.html", "/print/"):
        address = f"/layers/plans/{burst.plan.pk}{document}"
        text = client.get(address, headers={"Accept-Language": "en"}).content.decode()
        assert "uperseded" in text
        assert 'role="alert"' in text


def test_an_unapproved_plan_says_so(burst: Burst, signed_in: Callable[..., Client]) -> None:
    report = burst.desk.report("p6")
    plan = plans.propose_plan(report=report, by=burst.desk.dana, at=burst.desk.now)
    address = f"/layers/plans/{plan.pk}/print/"
    text = signed_in("dispatcher").get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "not approved, do not turn any valve" in text


def test_the_printed_code_leads_to_the_newest_version(
    burst: Burst, signed_in: Callable[..., Client]
) -> None:
    newer = IsolationPlan.objects.get(pk=burst.plan.pk)
    newer.pk, newer.version, newer.replaces, newer.status = None, 2, burst.plan, "computed"
    newer.save()
    answer = signed_in("dispatcher").get(f"/layers/plans/{burst.plan.pk}/latest/")
    assert answer.headers["Location"] == f"/layers/plans/{newer.pk}/print/"


def test_the_sheet_is_a_pdf(burst: Burst, signed_in: Callable[..., Client]) -> None:
    pytest.importorskip("weasyprint")
    response = signed_in("crew", crew="C1").get(f"/layers/plans/{burst.plan.pk}/print/?format=pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert len(response.content) < SIZE_LIMIT


def test_the_sheet_speaks_both_languages(burst: Burst, signed_in: Callable[..., Client]) -> None:
    client = signed_in("dispatcher")
    address = f"/layers/plans/{burst.plan.pk}/print/"
    chinese = client.get(address).content.decode()
    english = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "关阀方案" in chinese
    assert "V9 关不动" in chinese
    assert "Valve plan" in english
    assert "V3 stays open: no source behind it" in english


def test_network_features_are_limited_and_current(
    burst: Burst, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("gis_editor")
    box = "bbox=110.04,22.92,110.06,22.94"
    ValveCondition.objects.create(asset_id="V3", state="closed", changed_at=burst.desk.now)
    everything = client.get(f"/layers/network.geojson?{box}").json()
    assert everything["truncated"] is False
    valves = {
        f["properties"]["id"]: f["properties"]
        for f in everything["features"]
        if f["properties"]["kind"] == "valve"
    }
    assert set(valves) == set(Valve.objects.values_list("asset_id", flat=True))
    assert valves["V3"]["state"] == "closed"
    assert "name" not in str([f for f in everything["features"] if "symbol" in f["properties"]])
    monkeypatch.setattr("layers.views.features.MAX_FEATURES", 2)
    few = client.get(f"/layers/network.geojson?{box}&kinds=hydrant").json()
    assert (len(few["features"]), few["truncated"]) == (2, True)
    assert client.get(f"/layers/network.geojson?{box}&kinds=pipe").status_code == 400
    assert client.get("/layers/network.geojson?bbox=nan,1,2,3").status_code == 400
    assert client.get("/layers/network.geojson").status_code == 400


def test_open_outages_and_reports_for_staff(burst: Burst, signed_in: Callable[..., Client]) -> None:
    waiting = burst.desk.report("p6")
    client = signed_in("dispatcher")
    areas = client.get("/layers/outages.geojson").json()["features"]
    assert [area["properties"]["code"] for area in areas] == [burst.outage.code]
    assert areas[0]["properties"]["state"] == "off"
    reports = client.get("/layers/reports.geojson").json()["features"]
    assert [report["properties"]["reference"] for report in reports] == [waiting.reference]
    assert "13812349999" not in str(reports)
    assert signed_in("crew", crew="C1").get("/layers/outages.geojson").status_code == 403


def test_numbers_are_moved_apart_within_the_sheet() -> None:
    spots = [(10.0, 10.0)] * 5 + [(50.0, 20.0)]
    places = spread_apart(spots, gap=6.0, window=(100.0, 40.0))
    for index, one in enumerate(places):
        for other in places[index + 1 :]:
            distance = ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5
            assert distance > 5.5
    assert places[-1] == (50.0, 20.0)
    assert places == spread_apart(spots, gap=6.0, window=(100.0, 40.0))
    assert all(0 <= x <= 100 and 0 <= y <= 40 for x, y in places)
