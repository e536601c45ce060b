"""The arguments under a plan: why, what else, what then. Answers known from the drawings.

1xx why a valve, 2xx why a customer, 3xx other ways to shut, 4xx water back before the repair.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import sync_roles
from network.models import Pipe
from outages.models import IsolationPlan
from tests import factories
from tests.factories import lay

# Fed from both ends; V3 stands behind V2.
LINE = "(S) -p1- a -p2-V1| b -p3- c |V2-p4-V3| d -p5- (T)"
# What lies beyond V2 is fed through p3; V9 is normally closed, with T's water behind it.
BACKED = "(S) -p1- a -p2-V1| b -p3- c |V2-p4- d -p5-V9!| e -p6- (T)"
# One valve farther out, V0, does the work of V1 and V2, and dries p5 as well.
TWO_OR_ONE = """
    (S) -p1-V0| a |V1-p2- b -p3- c
    a |V2-p4- c
    a -p5- e
"""


@pytest.fixture
def dana(db: None) -> Client:
    sync_roles()
    return client_of("dispatcher")


def client_of(role: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(factories.person(role))
    return client


def plan_on(client: Client, drawing: str, pipe: str = "p3") -> IsolationPlan:
    lay(drawing)
    (x1, y1), (x2, y2) = Pipe.objects.get(asset_id=pipe).geom.coords
    place = {"lon": (x1 + x2) / 2, "lat": (y1 + y2) / 2, "pipe": pipe}
    assert client.post(reverse("outages:burst"), place).status_code == 302
    return IsolationPlan.objects.get()


def block(client: Client, name: str, plan: IsolationPlan, **query: Any) -> str:
    """The block that the panel asks for, without the blanks between its words."""
    url = reverse(f"outages:{name}", args=[plan.pk])
    answer = client.get(url, query, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def line_in(text: str) -> list[list[float]]:
    found = re.search(r'data-line="(\[\[.*?\]\])"', text)
    assert found, "no way is drawn"
    places: list[list[float]] = json.loads(found[1])
    return places


def reason_for(text: str, valve: str) -> str:
    found = re.search(rf'data-for="why-{valve}">(.*?)</li>', text)
    assert found, f"nothing is said of {valve}"
    return found[1]


# -- 1xx why a valve ---------------------------------------------------------------


def test_101_a_valve_to_close_names_the_source_and_draws_its_way_to_the_burst(dana: Client) -> None:
    plan = plan_on(dana, LINE)
    text = block(dana, "plan-why", plan)
    assert "Left open, water from S would reach the burst." in reason_for(text, "V1")
    beyond = reason_for(text, "V2")
    assert "water from T would reach the burst by way of V3." in beyond
    way = line_in(beyond)
    source, burst = Pipe.objects.get(asset_id="p5").geom.coords[-1], plan.burst_point
    assert way[0] == pytest.approx(source, abs=1e-6)
    assert way[-1] == pytest.approx([burst.x, burst.y], abs=1e-6)


def test_102_a_valve_that_may_stay_open_says_why(dana: Client) -> None:
    text = block(dana, "plan-why", plan_on(dana, BACKED))
    assert "gets its water only through the zone" in reason_for(text, "V2")
    assert "data-line" not in reason_for(text, "V2")


def test_103_the_page_says_the_same_without_script(dana: Client) -> None:
    plan = plan_on(dana, LINE)
    page = dana.get(reverse("outages:plan-why", args=[plan.pk])).content.decode()
    assert page.count("would reach the burst") == 2
    assert 'id="why-V1"' in page
    assert "data-reasons" not in page


def test_104_a_plan_of_an_older_network_gives_no_reasons_of_another_one(dana: Client) -> None:
    plan = plan_on(dana, LINE)
    lay(BACKED)
    page = dana.get(reverse("outages:plan-why", args=[plan.pk])).content.decode()
    assert "made on an older network" in page
    assert "would reach the burst" not in page
    assert "others" not in block(dana, "plan-options", plan)


def test_105_every_row_of_the_panel_leads_to_its_reason(dana: Client) -> None:
    plan = plan_on(dana, LINE)
    panel = dana.get(reverse("outages:plan", args=[plan.pk])).content.decode()
    why = reverse("outages:plan-why", args=[plan.pk])
    for valve in ("V1", "V2"):
        assert f'href="{why}#why-{valve}"' in panel
        assert f'id="why-{valve}"' in panel


# -- 2xx why a customer ------------------------------------------------------------


def test_201_groups_are_told_apart_by_their_reason(dana: Client) -> None:
    text = block(dana, "plan-why", plan_on(dana, BACKED))
    assert re.search(r">1</b> <span>In the zone: no working valve", text)
    assert re.search(r">2</b> <span>Outside the zone: their water came through the zone", text)


def test_202_one_who_keeps_water_sees_his_way(dana: Client) -> None:
    plan = plan_on(dana, LINE)
    text = block(dana, "plan-customer-why", plan, q="c.p4")
    assert "Keeps water: it comes from T by way of V3." in text
    assert line_in(text)[0] == pytest.approx(Pipe.objects.get(asset_id="p5").geom.coords[-1])


def test_203_one_who_is_dry_sees_why_and_several_are_offered(dana: Client) -> None:
    plan = plan_on(dana, BACKED)
    assert "In the zone: no working valve" in block(dana, "plan-customer-why", plan, q="c.p3")
    assert "their water came through the zone" in block(dana, "plan-customer-why", plan, q="c.p5")
    several = block(dana, "plan-customer-why", plan, q="解放路")
    assert several.count("hx-get") == 6
    assert "Nobody by this" in block(dana, "plan-customer-why", plan, q="nobody")


def test_204_who_may_not_see_customers_is_not_told_of_one(dana: Client) -> None:
    plan = plan_on(dana, LINE)
    other = client_of("gis_editor")
    url = reverse("outages:plan-customer-why", args=[plan.pk])
    assert other.get(url, {"q": "c.p3"}).status_code == 403


# -- 3xx other ways to shut --------------------------------------------------------


def test_301_one_valve_farther_out_is_offered_with_its_price(dana: Client) -> None:
    plan = plan_on(dana, TWO_OR_ONE)
    assert set(plan.operations.filter(direction="close").values_list("valve", flat=True)) == {
        "V1",
        "V2",
    }
    text = block(dana, "plan-options", plan)
    assert "close V0 instead" in text
    assert "+1 customer<" in text
    assert "−1 valve to turn" in text
    assert text.count('class="other"') <= 5


def test_302_choosing_one_takes_a_reason_and_makes_a_proposal_only(dana: Client) -> None:
    plan = plan_on(dana, TWO_OR_ONE)
    text = block(dana, "plan-options", plan)
    choices = re.findall(r'name="choice" value="([^"]+)"', text)
    assert choices
    assert set(choices) <= {"removed:V1", "removed:V2"}
    url = reverse("outages:plan-adjust", args=[plan.pk])
    assert dana.post(url, {"choice": choices[:1]}).status_code == 422
    assert IsolationPlan.objects.count() == 1
    assert dana.post(url, {"choice": choices[:1], "reason": "one crew"}).status_code == 302
    newest = IsolationPlan.objects.get(replaces=plan)
    assert newest.status == "adjusted"
    assert set(newest.operations.filter(direction="close").values_list("valve", flat=True)) == {
        "V0"
    }


def test_303_who_may_not_plan_sees_no_button(dana: Client) -> None:
    plan = plan_on(dana, TWO_OR_ONE)
    text = block(client_of("leader"), "plan-options", plan)
    assert "close V0 instead" in text
    assert "<form" not in text


def test_304_a_temporary_stop_spares_who_lives_before_it_and_says_where_it_would_be(
    dana: Client,
) -> None:
    """The burst is in the middle of p3; stopped before it, V1 stays open and c.p2 has water."""
    plan = plan_on(dana, BACKED)
    assert "With a temporary stop on a pipe" in block(dana, "plan-options", plan)
    text = block(dana, "plan-options", plan, stops="1")
    metres = Pipe.objects.get(asset_id="p3").length_m
    assert f"Stop p3, {round(metres / 4)} m from the burst" in text
    assert "V1 need not be closed" in text
    assert "+1 temporary stop<" in text
    spot = json.loads(re.search(r'data-spots="(\[\[.*?\]\])"', text)[1])[0]
    assert not Pipe.objects.get(asset_id="p3").geom.distance(Point(*spot, srid=4326)) > 1e-7
    assert "<form" not in text
    page = dana.get(reverse("outages:plan-options", args=[plan.pk]), {"stops": "1"})
    assert "Stop p3" in page.content.decode()


def test_306_a_city_is_not_laid_out_anew_while_somebody_waits(
    dana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outages.services.shutdown.arguing.STOPS_IN_PIPES", 5)
    text = block(dana, "plan-options", plan_on(dana, BACKED), stops="1")
    assert "too large to try stops" in text


# -- 4xx water back before the repair ----------------------------------------------


def test_401_a_normally_closed_valve_feeds_those_cut_off_once_v2_is_shut(dana: Client) -> None:
    text = block(dana, "plan-options", plan_on(dana, BACKED))
    assert "Close V2 first, then open V9 (normally closed)" in text
    assert "2 customers get water again (8 people)" in text
    assert "brings no water to the burst" in text
    assert 'name="choice" value="opened:V9"' in text


def test_402_the_rest_are_sent_to_hydrants_that_keep_water(dana: Client) -> None:
    text = block(dana, "plan-options", plan_on(dana, LINE))
    marks = re.findall(r'data-mark="([^"]+)".*?<b>(h\.\w+)</b>', text)
    assert marks
    assert not {name for _place, name in marks} & {"h.b", "h.c"}


def test_305_before_approving_the_best_other_ways_stand_in_a_line_each(dana: Client) -> None:
    plan = plan_on(dana, TWO_OR_ONE)
    text = block(dana, "plan-options", plan, brief="1")
    assert "Other ways to shut, against this plan" in text
    assert "close V0 instead" in text
    assert "\u22121 valve to turn" in text
    assert "+" in text.split("other__facts", 1)[1]  # what it costs stands beside it
    assert "<form" not in text


@pytest.mark.parametrize("in_panel", [True, False])
def test_405_the_page_of_its_own_sends_its_forms_plainly(dana: Client, in_panel: bool) -> None:
    """There is no panel on it: a form whose answer is to go there did nothing when it was sent."""
    plan = plan_on(dana, BACKED)
    url = reverse("outages:plan-options", args=[plan.pk])
    page = dana.get(url, headers={"HX-Request": "true"} if in_panel else {}).content.decode()
    assert page.count(f'action="{reverse("outages:plan-adjust", args=[plan.pk])}"') > 0
    assert ('hx-target="#panel"' in page) is in_panel
