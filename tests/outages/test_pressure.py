"""Pressures of a plan: asked for, reckoned, kept, shown. Grades known from a drawing.

1xx asking, 2xx reckoning, 3xx workers that die, 4xx what is shown.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from gisapp.celery import app
from network.models import Customer, Junction, NetworkRevision, Pipe, Source
from outages.choices import PressureStatus
from outages.models import Event, IsolationPlan, PressureRun
from outages.planning import pressure
from outages.selectors.shutdown.pressure import weakened
from outages.services.shutdown.pressure import ask_pressure
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_argument_views import block, client_of

# A ring with a wide and a thin side; the burst is on the wide one, and d beyond draws much.
RING = """
    (S) -p0- a |V1-p1- b -p2-V4| c -p5- d
    a -p3- e -p4- c
"""
BORES = {"p0": 300, "p1": 200, "p2": 200, "p3": 80, "p4": 80, "p5": 150}


def town(*, heights: bool = True, head: float | None = 20.0) -> None:
    lay(RING)
    for pipe, bore in BORES.items():
        Pipe.objects.filter(asset_id=pipe).update(diameter_mm=bore, length_m=200.0, roughness=100.0)
    Customer.objects.update(demand_m3_d=0.0)
    # 20 m3/h at the hour that is graded.
    Customer.objects.filter(asset_id="c.p5").update(demand_m3_d=320.0, key_user=True, name="医院")
    if heights:
        Junction.objects.update(elevation_m=6.0)
    Source.objects.update(head_m=head)


def clock(at: datetime) -> Any:
    return lambda: at


@pytest.fixture
def plan(db: None, desk: Desk) -> IsolationPlan:
    town()
    return desk.propose(desk.report("p1"))


def asked(plan: IsolationPlan, desk: Desk) -> PressureRun:
    return ask_pressure(plan, by=desk.dana, at=NOON)


# -- 1xx asking --------------------------------------------------------------------


def test_101_asking_twice_is_one_run_and_one_event(
    plan, desk, _no_broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = asked(plan, desk), asked(plan, desk)
    assert first.pk == second.pk
    assert first.status == PressureStatus.WAITING
    assert Event.objects.filter(verb="pressure_asked", subject_id=plan.pk).count() == 1
    assert ("outages.tasks.reckon_pressures", {}) in _no_broker


def test_102_the_database_lets_one_run_of_a_plan_be_open(plan, desk):
    asked(plan, desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        PressureRun.objects.create(plan=plan, asked_at=NOON, revision_number=1)


def test_103_small_networks_are_graded_unasked(plan, settings):
    assert pressure.ask_for_proposals(at=NOON + timedelta(hours=1)) == 1
    assert pressure.ask_for_proposals(at=NOON + timedelta(hours=1)) == 0
    assert plan.pressure_runs.get().asked_by is None


@pytest.mark.parametrize(
    "change",
    [
        lambda settings: setattr(settings, "PRESSURE_UNASKED_PIPES", 5),
        lambda settings: Junction.objects.update(elevation_m=None),
        lambda settings: Source.objects.update(head_m=None),
    ],
)
def test_104_large_networks_and_those_without_facts_are_not(plan, settings, change):
    change(settings)
    assert pressure.ask_for_proposals(at=NOON + timedelta(hours=1)) == 0


def test_105_no_notice_waits_behind_a_reckoning():
    for task in ("outages.tasks.reckon_pressures", "gisapp.reckon_risk"):
        route = app.amqp.router.route({}, task)
        assert route["queue"].name == django_settings.RECKONING_QUEUE
    sending = app.amqp.router.route({}, "outages.tasks.send_due_deliveries")
    assert sending["queue"].name == app.conf.task_default_queue != "reckoning"


# -- 2xx reckoning -----------------------------------------------------------------


def test_201_who_is_weak_is_kept_with_before_and_after(plan, desk):
    asked(plan, desk)
    run = pressure.reckon_next(clock(NOON))
    run.refresh_from_db()
    assert run.status == PressureStatus.FINISHED, (run.refusal, run.facts)
    assert run.engine.startswith("EPANET 2.")
    assert run.percent == 100
    assert run.counts == {
        "new_under_7": 1, "new_under_10": 1, "weak_before": 0,
        "enough": 2, "graded": 4, "ungraded": 0,
    }  # fmt: skip
    weak = run.weak.get(kind="customer", asset="c.p5")
    # More than the 20 - 12.4 - 6 m that 20 m3/h would leave: short of pressure, d draws less.
    assert 1.6 < weak.after_m < 7.0
    assert weak.before_m == pytest.approx(13.9, abs=0.1)
    assert weak.is_new
    assert run.state_digest
    finished = Event.objects.get(verb="pressure_finished")
    assert finished.facts["new_under_10"] == 1
    assert pressure.reckon_next(clock(NOON)) is None


def test_202_nothing_is_kept_of_who_is_cut_off(plan, desk):
    asked(plan, desk)
    run = pressure.reckon_next(clock(NOON))
    dry = set(plan.affected.values_list("customer", flat=True))
    assert dry == {"c.p1", "c.p2"}
    assert not dry & set(run.weak.values_list("asset", flat=True))
    assert not {"p1", "p2"} & set(run.weak.values_list("asset", flat=True))


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (lambda: Junction.objects.update(elevation_m=None), "no_elevations"),
        (lambda: Source.objects.update(head_m=None), "no_heads"),
        (lambda: NetworkRevision.objects.update(number=77), "old_network"),
    ],
)
def test_203_without_facts_there_are_no_grades_but_the_reason(plan, desk, missing, code):
    missing()
    asked(plan, desk)
    run = pressure.reckon_next(clock(NOON))
    run.refresh_from_db()
    assert (run.status, run.refusal) == (PressureStatus.REFUSED, code)
    assert not run.weak.exists()
    assert Event.objects.filter(verb="pressure_refused").count() == 1
    # Once the facts are there it may be asked again.
    assert ask_pressure(plan, by=desk.dana, at=NOON).pk != run.pk


def test_204_what_does_not_balance_is_kept_without_grades(plan, desk, monkeypatch):
    usual = pressure.assumptions()
    monkeypatch.setattr(pressure, "assumptions", lambda: replace(usual, trials=1))
    asked(plan, desk)
    run = pressure.reckon_next(clock(NOON))
    run.refresh_from_db()
    assert (run.status, run.refusal) == (PressureStatus.REFUSED, "not_balanced")
    assert run.facts["run"] == "before"
    assert not run.weak.exists()


# -- 3xx workers that die ----------------------------------------------------------


def test_301_a_run_whose_worker_died_is_taken_over_after_its_lease(plan, desk):
    asked(plan, desk)
    dead = pressure._claim(NOON)
    assert dead is not None
    assert pressure.reckon_next(clock(NOON + timedelta(seconds=44))) is None
    run = pressure.reckon_next(clock(NOON + timedelta(seconds=46)))
    run.refresh_from_db()
    assert (run.pk, run.status, run.attempts) == (dead.pk, PressureStatus.FINISHED, 2)


def test_302_the_late_word_of_a_worker_is_not_heard(plan, desk):
    asked(plan, desk)
    slow = pressure._claim(NOON)
    later = NOON + timedelta(seconds=46)
    pressure.reckon_next(clock(later))
    assert not pressure._end(slow, later, PressureStatus.REFUSED, refusal="no_supply")
    with pytest.raises(pressure.LeaseLost):
        pressure._Progress(slow, clock(later))(50)
    assert PressureRun.objects.get().status == PressureStatus.FINISHED
    assert Event.objects.filter(verb__in=["pressure_finished", "pressure_refused"]).count() == 1


def test_303_progress_renews_the_lease(plan, desk):
    asked(plan, desk)
    run = pressure._claim(NOON)
    pressure._Progress(run, clock(NOON + timedelta(seconds=40)))(20)
    assert pressure._claim(NOON + timedelta(seconds=60)) is None
    assert PressureRun.objects.get().percent == 20


def test_304_after_three_deaths_it_is_given_up(plan, desk):
    asked(plan, desk)
    for minutes in range(3):
        assert pressure._claim(NOON + timedelta(minutes=minutes)) is not None
    assert pressure.reckon_next(clock(NOON + timedelta(minutes=3))) is None
    run = PressureRun.objects.get()
    assert (run.status, run.refusal) == (PressureStatus.FAILED, pressure.GAVE_UP)


# -- 4xx what is shown -------------------------------------------------------------


def shown(client: Client, plan: IsolationPlan) -> str:
    return block(client, "plan-pressure", plan)


def test_401_the_block_offers_follows_and_tells(plan, desk):
    client = client_of("dispatcher")
    assert "Not reckoned yet" in shown(client, plan)
    answer = client.post(reverse("outages:plan-pressure-ask", args=[plan.pk]))
    assert answer.status_code == 302
    waiting = shown(client, plan)
    assert "Reckoning the pressures" in waiting or "No worker has taken it up" in waiting
    assert 'hx-trigger="load delay:2s"' in waiting
    pressure.reckon_next(clock(NOON))
    told = shown(client, plan)
    assert "4 customers graded" in told
    assert "医院" in told
    assert "hx-trigger" not in told
    assert reverse("layers:plan-pressure", args=[plan.pk]) in told


def test_402_without_heights_it_says_how_to_supply_them(plan, desk):
    Junction.objects.update(elevation_m=None)
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    told = shown(client_of("dispatcher"), plan)
    assert "The heights of the network are not known" in told
    assert "elevation_m" in told
    assert "Try again" in told


def test_403_the_page_lists_special_users_first(plan, desk):
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    page = client_of("dispatcher").get(reverse("outages:plan-pressure", args=[plan.pk]))
    rows = page.context["page"].object_list
    assert [row.place.asset for row in rows] == ["c.p5", "c.p4"]
    assert rows[0].is_special


def test_404_names_and_places_are_for_who_sees_customers(plan, desk):
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    assert client_of("crew").get(reverse("layers:plan-pressure", args=[plan.pk])).status_code == 403


def test_405_the_map_gets_pipes_and_customers_new_and_worst_first(plan, desk):
    client = client_of("dispatcher")
    url = reverse("layers:plan-pressure", args=[plan.pk])
    assert client.get(url).json()["features"] == []
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    features = client.get(url).json()["features"]
    assert {each["properties"]["kind"] for each in features} == {"weak-pipe", "weak-customer"}
    grades = [each["properties"]["grade"] for each in features if "dn" in each["properties"]]
    assert grades[0] == "under_7"
    assert "m before" in features[0]["properties"]["label"]


def test_406_the_impact_says_how_many_keep_water_at_low_pressure(plan, desk):
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    page = client_of("dispatcher").get(reverse("outages:plan", args=[plan.pk]))
    assert re.search(r"Low pressure\s*<b>2</b>", page.content.decode())


def test_407_the_panel_and_the_list_lead_to_a_weak_customer_on_the_map(plan, desk):
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    point = Customer.objects.get(asset_id="c.p5").geom
    client = client_of("dispatcher")
    told = block(client, "plan-pressure", plan)
    assert f'data-line="[[{round(point.x, 6)}, {round(point.y, 6)}]]"' in unescape(told)
    page = client.get(reverse("outages:plan-pressure", args=[plan.pk]))
    found = re.search(r'href="([^"]+\?at=[^"]+)"', page.content.decode())
    assert found
    address, query = unescape(found[1]).split("?")
    assert address == reverse("outages:report", args=[plan.report_id])
    assert parse_qs(query)["at"] == [f"{point.y:.6f},{point.x:.6f}"]
    assert parse_qs(query)["label"][0].startswith("医院 · ")


def test_408_desk_and_search_say_who_has_low_pressure(plan, desk):
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    weak = Customer.objects.get(asset_id="c.p5")
    Customer.objects.update(search_text="解放路")
    # Not yet: the plan is only proposed.
    assert weakened(["c.p5"]) == {}
    outage = desk.approve(plan).outage
    assert list(weakened(["c.p5", "c.p4", "c.p0", "c.p1"])) == ["c.p4", "c.p5"]
    desk_page = client_of("call_agent").get(reverse("outages:desk"), {"q": "解放", "c": weak.pk})
    said = re.sub(r"\s+", " ", unescape(desk_page.content.decode()))
    assert "Low pressure at this address" in said
    assert re.search(r"keeps water, reckoned at \d m instead of 14 m", said)
    assert "您家不停水，只是水压低" in said
    assert "Your pressure is low because" in said
    hits = said.split('id="desk-results"')[1]
    assert hits.count("low pressure") >= 2
    found = client_of("shift_leader").get(
        reverse("outages:search"), {"q": "解放", "format": "json"}
    )
    by_id = {hit["id"]: hit for hit in found.json()["hits"]}
    assert by_id["c.p5"]["state"] == "weak"
    assert by_id["c.p5"]["why"].startswith(f"{outage.code}: ")
    assert by_id["c.p0"]["state"] == "fine"
    assert by_id["c.p1"]["state"] == "off"


def test_409_low_pressure_ends_with_the_outage(plan, desk):
    asked(plan, desk)
    pressure.reckon_next(clock(NOON))
    outage = desk.take(desk.approve(plan)).outage
    desk.close_all(outage)
    assert weakened(["c.p5"])["c.p5"].outage == outage
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    assert weakened(["c.p5"]) == {}


# -- 5xx on the command line -------------------------------------------------------


def isolated(*options: str) -> dict[str, Any]:
    told = StringIO()
    call_command("isolate", "--pipe", "p1", "--json", *options, stdout=told)
    return json.loads(told.getvalue())


def test_501_isolate_adds_one_key_and_changes_no_other(db):
    town()
    plain, graded = isolated(), isolated("--pressure")
    told = graded.pop("pressure")
    assert graded == plain
    assert told["balanced"]
    assert (told["counts"]["new_under_7"], told["counts"]["new_under_10"]) == (1, 1)
    assert [each["id"] for each in told["customers"]] == ["c.p5", "c.p4"]
    assert told["customers"][0]["grade"] == "under_7"


def test_502_isolate_says_what_is_missing(db):
    town(head=None)
    told = isolated("--pressure")["pressure"]
    assert told == {
        "balanced": False,
        "error": {
            "code": "no_heads",
            "text": "No head is known for S: import sources with head_m.",
        },
    }


def test_503_for_people_it_is_lines(db):
    town()
    told = StringIO()
    call_command("isolate", "--pipe", "p1", "--pressure", stdout=told)
    assert "Now under 7 m: 1, under 10 m: 1" in told.getvalue()
    assert "c.p5: 13.9 m before" in told.getvalue()
