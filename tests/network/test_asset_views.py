"""Cards of assets, what is recorded on them, and the same in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from network.choices import Operability, PipeStatus
from network.models import (
    Area,
    CheckFinding,
    Customer,
    ImportRun,
    NetworkRevision,
    Pipe,
    Source,
    SourceActivityChange,
    Valve,
    ValveCondition,
    ValveStateChange,
)
from network.selectors import network_state
from network.services import set_valve_state
from tests.factories import NOON, NORTH, WEST, lay
from tests.outages.conftest import Desk, _no_broker, desk  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

# p3 lies between V1 and V2; what hangs beyond V2 has no other way. V9 stands in p3 and is stuck.
TOWN = """
(S) -p1- a -p2-V1| b -p3/V9?/- c |V2-p5- d
a -p6- (T)
"""
HELD: set[str] = set()


def held() -> frozenset[str]:
    """Stands in for the project's answer to which valves running outages hold."""
    return frozenset(HELD)


def holders(valve: str, _user: Any) -> list[tuple[str, str, bool]]:
    return [("Q1-3", "", True)] if valve in HELD else []


@pytest.fixture(autouse=True)
def _own_world(settings: Any, tmp_path: Any) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    settings.HELD_VALVES = f"{__name__}.held"
    settings.VALVE_HOLDERS = f"{__name__}.holders"
    HELD.clear()


@pytest.fixture
def town() -> NetworkRevision:
    return lay(TOWN)


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """Return a function that gives an English browser of somebody with these permissions."""

    def browser(*permissions: str) -> Client:
        user = get_user_model().objects.create_user("vera", password="x" * 12)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return browser


@pytest.fixture
def vera(sign_in: Callable[..., Client]) -> Client:
    return sign_in("view_network", "operate_valves", "operate_sources")


def card(kind: str, asset_id: str) -> str:
    return reverse("network:asset", args=[kind, asset_id])


def words(answer: Any) -> str:
    """The text of a page, without markup and with single blanks."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", body)


def record(client: Client, valve: str, found: str, reason: str = "seen on patrol") -> Any:
    """Record a finding, answering the question about its consequences."""
    url = reverse("network:valve-record", args=[valve])
    asked = client.post(url, {"found": found, "reason": reason})
    return client.post(url, asked.context["fields"])


# -- 1XX what a card shows ----------------------------------------------------------------------


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("kind", "asset_id", "told"),
    [
        ("pipe", "p3", ["Jiefang Road", "DN200", "100.0 m", "V9", "If this pipe bursts"]),
        ("valve", "V9", ["inoperable", "in the middle of a pipe", "p3"]),
        ("hydrant", "h.b", ["b", "p2", "p3"]),
        ("source", "S", ["gives water", "p1"]),
        ("junction", "b", ["p2", "p3", "V1"]),
    ],
)
def test_101_a_card_tells_its_facts_and_neighbours(
    vera: Client, kind: str, asset_id: str, told: list[str]
) -> None:
    page = vera.get(card(kind, asset_id))
    assert page.status_code == 200
    for each in told:
        assert each in words(page)


def test_102_a_card_names_the_areas_that_it_lies_in(vera: Client, town: NetworkRevision) -> None:
    box = Polygon.from_bbox((WEST - 1, NORTH - 1, WEST + 1, NORTH + 1))
    far = Polygon.from_bbox((0, 0, 1, 1))
    for code, shape in (("D1", box), ("D2", far)):
        geom = MultiPolygon(shape, srid=4326)
        Area.objects.create(kind="dma", code=code, name=code, name_en=f"Area {code}", geom=geom)
    text = words(vera.get(card("junction", "b")))
    assert "Area D1" in text
    assert "Area D2" not in text


def test_103_a_card_tells_what_the_last_check_found(vera: Client, town: NetworkRevision) -> None:
    for number, outcome in enumerate(["published", "checked", "dry_run"]):
        run = ImportRun.objects.create(
            started_at=NOON, source_name="town", outcome=outcome, revision=town
        )
        CheckFinding.objects.create(
            run=run, code="valve_state_unknown", severity="warning", asset_kind="valve",
            asset_id="V1", facts={"state": f"run{number}"},
        )  # fmt: skip
    findings = vera.get(card("valve", "V1")).context["findings"]
    checked = ImportRun.objects.get(outcome="checked")
    assert [each["run"] for each in findings] == [checked.pk]
    assert vera.get(card("valve", "V2")).context["findings"] == []


@pytest.mark.usefixtures("town")
def test_104_a_pipe_says_what_its_burst_takes_and_stores_nothing(vera: Client) -> None:
    Customer.objects.filter(asset_id="c.p5").update(key_user=True)
    burst = vera.get(card("pipe", "p3")).context["burst"]
    # V9 is stuck, so that p3 is one zone; p5 hangs on it.
    assert [valve.asset_id for valve in burst.valves] == ["V1"]
    assert burst.isolation.customers_isolated == ("c.p3",)
    assert burst.isolation.customers_unintended == ("c.p5",)
    assert burst.key_users == 1
    kinds = [each["properties"]["kind"] for each in burst.drawing["features"]]
    assert {"zone-pipe", "unintended-pipe", "valve", "hydrant"} == set(kinds)
    assert not ValveCondition.objects.exists()


@pytest.mark.usefixtures("town")
def test_105_a_burst_that_valves_cannot_stop_names_the_source(vera: Client) -> None:
    text = words(vera.get(card("pipe", "p1")))
    assert "Valves alone cannot stop this" in text
    assert "Shut the source first: S, T." in text


@pytest.mark.usefixtures("town")
def test_106_a_pipe_dry_before_says_so(vera: Client) -> None:
    set_valve_state("V2", state="closed", by=None, at=NOON)
    text = words(vera.get(card("pipe", "p5")))
    assert "It is dry already" in text
    assert "No valve has to be closed" not in text


@pytest.mark.usefixtures("town")
def test_107_a_pipe_out_of_service_has_no_burst(vera: Client) -> None:
    Pipe.objects.filter(asset_id="p5").update(status=PipeStatus.ABANDONED)
    page = vera.get(card("pipe", "p5"))
    assert page.context["burst"] is None
    assert "no water runs in it" in words(page)


@pytest.mark.usefixtures("town")
def test_108_a_fragment_is_a_few_lines_with_the_way_to_the_card(vera: Client) -> None:
    popup = vera.get(card("valve", "V9"), {"fragment": "1"}).content.decode()
    assert "<html" not in popup
    assert card("valve", "V9") in popup
    assert "inoperable" in popup


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("kind", "asset_id"),
    [("pipe", "nope"), ("customer", "c.p1"), ("zebra", "V1"), ("valve", "a\x00b"), ("valve", "..")],
)
def test_109_what_is_not_there_is_not_found(vera: Client, kind: str, asset_id: str) -> None:
    assert vera.get(card(kind, asset_id)).status_code == 404


def test_110_strange_ids_are_shown_and_not_run(vera: Client, town: NetworkRevision) -> None:
    strange = '<img src=x onerror=alert(1)> a/b?c#d"'
    Valve.objects.filter(asset_id="V1").update(asset_id=strange, location="</script><b>")
    for query in ({}, {"fragment": "1"}):
        page = vera.get(card("valve", strange), query)
        assert page.status_code == 200
        assert "<img src=x" not in page.content.decode()
        assert "</script><b>" not in page.content.decode()


def test_111_an_old_drawings_asset_has_no_card(vera: Client, town: NetworkRevision) -> None:
    lay("(S) -p1- a")
    assert vera.get(card("valve", "V1")).status_code == 404


@pytest.mark.usefixtures("town")
def test_112_a_card_asks_the_database_few_questions(
    vera: Client, django_assert_max_num_queries: Any
) -> None:
    vera.get(card("pipe", "p3"))  # builds the snapshot
    for kind, asset_id in (("pipe", "p3"), ("valve", "V1"), ("junction", "b")):
        with django_assert_max_num_queries(40):
            vera.get(card(kind, asset_id))


@pytest.mark.usefixtures("town")
def test_113_chinese_is_spoken_by_default(vera: Client) -> None:
    vera.cookies["django_language"] = "zh-hans"
    text = words(vera.get(card("pipe", "p3")))
    assert "如果这段管爆了" in text
    assert "If this pipe" not in text


# -- 2XX recording ------------------------------------------------------------------------------


@pytest.mark.usefixtures("town")
def test_201_closing_is_asked_about_with_the_customers_it_dries(vera: Client) -> None:
    url = reverse("network:valve-record", args=["V2"])
    asked = vera.post(url, {"found": "closed", "reason": "seen on patrol"})
    assert "1 customer (about 4 persons) has no water with V2 closed." in words(asked)
    assert not ValveStateChange.objects.exists()
    done = vera.post(url, asked.context["fields"], follow=True)
    change = ValveStateChange.objects.get()
    assert (change.old, change.new, change.reason) == ("open", "closed", "seen on patrol")
    assert change.by.username == "vera"
    assert network_state().closed == {"V2"}
    assert "recorded by vera" in words(done)


@pytest.mark.usefixtures("town")
def test_202_a_loop_loses_nobody(vera: Client) -> None:
    lay("(S) -p1- a -p2-V1| b\na -p3- b")
    asked = vera.post(
        reverse("network:valve-record", args=["V1"]), {"found": "closed", "reason": "x"}
    )
    assert "Nobody loses water" in words(asked)


@pytest.mark.usefixtures("town")
def test_203_consequences_that_are_out_of_date_are_asked_about_again(vera: Client) -> None:
    url = reverse("network:valve-record", args=["V2"])
    asked = vera.post(url, {"found": "closed", "reason": "x"})
    set_valve_state("V1", state="closed", by=None, at=NOON)
    again = vera.post(url, asked.context["fields"])
    assert again.status_code == 200
    assert "Nobody loses water" in words(again), "it is dry already behind V1"
    assert network_state().closed == {"V1"}


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("sent", [{"found": "closed"}, {"reason": "x"}, {"found": "open"}, {}])
def test_204_without_reason_or_news_nothing_is_recorded(vera: Client, sent: dict[str, str]) -> None:
    answer = vera.post(reverse("network:valve-record", args=["V1"]), sent)
    assert answer.status_code == 422
    assert not ValveStateChange.objects.exists()


@pytest.mark.usefixtures("town")
def test_205_a_valve_held_by_an_outage_is_not_recorded_open(vera: Client) -> None:
    set_valve_state("V1", state="closed", by=None, at=NOON, occasion="plan 1 v1")
    HELD.add("V1")
    answer = vera.post(
        reverse("network:valve-record", args=["V1"]), {"found": "open", "reason": "x"}
    )
    assert answer.status_code == 422
    assert "held shut by a running outage (Q1-3)" in words(answer)
    assert network_state().closed == {"V1"}


@pytest.mark.usefixtures("town")
def test_206_nor_when_the_outage_came_between(vera: Client, settings: Any) -> None:
    set_valve_state("V1", state="closed", by=None, at=NOON)
    settings.VALVE_HOLDERS = ""  # the card has not heard of it yet; the write asks again
    HELD.add("V1")
    record(vera, "V1", "open")
    assert network_state().closed == {"V1"}
    assert ValveStateChange.objects.count() == 1


@pytest.mark.usefixtures("town")
def test_207_a_seized_valve_says_what_bursts_then_take(vera: Client) -> None:
    url = reverse("network:valve-record", args=["V2"])
    asked = vera.post(url, {"found": "inoperable", "reason": "spindle"})
    assert "A burst on p5 then takes 1 valves (so far 1) and leaves 2 customers" in words(asked)
    vera.post(url, asked.context["fields"])
    assert network_state().inoperable == {"V2"}
    assert ValveCondition.objects.get().operability == Operability.INOPERABLE


@pytest.mark.usefixtures("town")
def test_208_taking_back_records_the_earlier_state_again(vera: Client) -> None:
    record(vera, "V2", "closed")
    change = ValveStateChange.objects.get()
    url = reverse("network:valve-take-back", args=["V2"])
    vera.post(url, {"change": change.pk})
    assert network_state().closed == frozenset()
    rows = list(ValveStateChange.objects.values_list("old", "new"))
    assert rows == [("open", "closed"), ("closed", "open")]
    assert not vera.get(card("valve", "V2")).context["history"][0].can_take_back
    vera.post(url, {"change": change.pk})
    assert ValveStateChange.objects.count() == 2


@pytest.mark.usefixtures("town")
def test_209_taking_back_asks_first_where_somebody_loses_water(vera: Client) -> None:
    set_valve_state("V2", state="closed", by=None, at=NOON)
    record(vera, "V2", "open")
    change = ValveStateChange.objects.latest("pk")
    url = reverse("network:valve-take-back", args=["V2"])
    asked = vera.post(url, {"change": change.pk})
    assert "has no water with V2 closed" in words(asked)
    assert network_state().closed == frozenset()
    vera.post(url, asked.context["fields"])
    assert network_state().closed == {"V2"}


@pytest.mark.usefixtures("town")
def test_210_what_a_plan_did_is_not_taken_back_here(vera: Client) -> None:
    set_valve_state("V2", state="closed", by=None, at=NOON, occasion="plan 1 v1")
    change = ValveStateChange.objects.get()
    assert not vera.get(card("valve", "V2")).context["history"][0].can_take_back
    vera.post(reverse("network:valve-take-back", args=["V2"]), {"change": change.pk})
    assert network_state().closed == {"V2"}


@pytest.mark.usefixtures("town")
def test_211_a_source_goes_out_of_action_and_back(vera: Client) -> None:
    Source.objects.filter(asset_id="T").update(is_active=False)
    url = reverse("network:source-record", args=["S"])
    asked = vera.post(url, {"reason": "pump failed"})
    assert "5 customers (about 20 persons) have no water with S out of action." in words(asked)
    vera.post(url, asked.context["fields"])
    assert network_state().inactive_sources == {"S"}
    # Sent a second time it asks for nothing, least of all for the opposite.
    again = vera.post(url, asked.context["fields"], follow=True)
    assert "question" not in again.context
    assert network_state().inactive_sources == {"S"}
    change = SourceActivityChange.objects.get()
    assert (change.is_active, change.reason, change.by.username) == (False, "pump failed", "vera")
    vera.post(reverse("network:source-take-back", args=["S"]), {"change": change.pk})
    assert network_state().active_sources == {"S"}
    assert SourceActivityChange.objects.count() == 2


@pytest.mark.usefixtures("town")
def test_212_who_may_not_record_sees_no_form(sign_in: Callable[..., Client]) -> None:
    client = sign_in("view_network")
    for kind, asset_id in (("valve", "V1"), ("source", "S")):
        assert client.get(card(kind, asset_id)).context["form"] is None
        for act in ("record", "take-back"):
            url = reverse(f"network:{kind}-{act}", args=[asset_id])
            assert client.post(url, {"reason": "x"}).status_code == 403


@pytest.mark.usefixtures("town")
def test_213_an_approved_plan_is_named_on_its_valves_cards(
    sign_in: Callable[..., Client],
    settings: Any,
    desk: Desk,  # noqa: F811
) -> None:
    settings.VALVE_HOLDERS = "gisapp.held_valves.valve_holders"
    settings.HELD_VALVES = "gisapp.held_valves.held_valves"
    outage = desk.approve(desk.propose(desk.report("p3"))).outage
    client = sign_in("view_network", "operate_valves", "view_outages")
    record_of = client.get(card("valve", "V1")).context["valve"]
    address = reverse("outages:outage", args=[outage.pk])
    assert record_of.holders == [(outage.code, address, False)]
    assert client.get(card("valve", "V2")).context["valve"].holders == []


# -- 3XX in Chromium ----------------------------------------------------------------------------


@pytest.fixture
def open_page(
    transactional_db: None,
    live_server: Any,
    new_context: Callable[..., BrowserContext],
) -> Callable[..., Page]:
    """Return a function that opens a path as vera, who may record."""

    def open_path(path: str, **differences: Any) -> Page:
        user, _created = get_user_model().objects.get_or_create(username="vera")
        user.user_permissions.set(
            Permission.objects.filter(codename__in=["view_network", "operate_valves"])
        )
        client = Client()
        client.force_login(user)
        context = new_context(**differences)
        session = settings.SESSION_COOKIE_NAME
        cookies = {session: client.cookies[session].value, "django_language": "en"}
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in cookies.items()
            ]
        )
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return open_path


def test_301_a_valve_is_recorded_and_taken_back_by_mouse(open_page: Callable[..., Page]) -> None:
    lay(TOWN)
    page = open_page(card("valve", "V2"))
    page.get_by_text("It is closed", exact=True).click()
    page.get_by_label("Reason").fill("seen on patrol")
    page.get_by_role("button", name="Go on: what it does").click()
    expect(page.get_by_role("link", name="Look again")).to_be_focused()
    page.get_by_role("button", name="Record: closed").click()
    expect(page.get_by_text("seen on patrol")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back: seen on patrol")).to_be_visible()
    assert network_state().closed == frozenset()


def test_302_the_same_without_script_and_on_a_phone(open_page: Callable[..., Page]) -> None:
    lay(TOWN)
    page = open_page(
        card("valve", "V2"), java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page.get_by_text("It is seized", exact=True).click()
    page.get_by_label("Reason").fill("spindle slips")
    page.get_by_role("button", name="Go on: what it does").click()
    page.get_by_role("button", name="Record: inoperable").click()
    expect(page.get_by_text("spindle slips")).to_be_visible()
    assert network_state().inoperable == {"V2"}


def test_303_a_click_on_the_map_opens_the_asset_there(open_page: Callable[..., Page]) -> None:
    lay(TOWN)
    page = open_page(card("hydrant", "h.d"))
    at_middle(page, "Hydrant h.d")
    assert page.url.endswith(card("hydrant", "h.d"))


def at_middle(page: Page, told: str) -> None:
    """Click the middle of the map once its tiles are drawn, and read the popup."""
    area = page.locator("[data-map]")
    expect(area.locator(".legend li").first).to_be_visible()
    box = area.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".map-popup")).to_contain_text(told)
    page.get_by_role("link", name="Open the card").click()
    expect(page).to_have_url(re.compile(r"/network/"))


def test_304_a_pipes_burst_is_drawn_and_linked_with_its_list(
    open_page: Callable[..., Page],
) -> None:
    lay(TOWN)
    page = open_page(card("pipe", "p3"), viewport={"width": 1440, "height": 900})
    row = page.locator("li[data-asset='V1']")
    disc = page.locator(".glyph-icon[data-asset='V1']")
    expect(disc).to_be_visible()
    row.hover()
    expect(disc).to_have_class(re.compile("is-lit"))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 1440


def test_305_findings_and_dots_light_one_another_and_part_close_by(
    open_page: Callable[..., Page],
) -> None:
    revision = lay(TOWN)
    run = ImportRun.objects.create(
        started_at=NOON, source_name="town", outcome="published", revision=revision
    )
    places = {valve.asset_id: valve.geom for valve in Valve.objects.all()}
    # Two at one place, one 200 m away.
    for asset_id, place in (("V1", "V1"), ("V2", "V1"), ("V9", "V2")):
        CheckFinding.objects.create(
            run=run, code="valve_state_unknown", severity="warning", asset_kind="valve",
            asset_id=asset_id, geom=places[place], facts={"state": "?"},
        )  # fmt: skip
    page = open_page(reverse("network:check"))
    dots = page.locator(".finding-dot")
    expect(dots).to_have_count(2)
    several = page.locator(".finding-dot--many")
    expect(several).to_have_text("2×")
    rows = page.locator("li[data-asset]")
    rows.nth(2).hover()
    expect(page.locator(".finding-dot:not(.finding-dot--many)")).to_have_class(re.compile("is-lit"))
    rows.first.click(position={"x": 5, "y": 5})
    expect(several).to_have_count(0)
    shown = [box for dot in dots.all() if (box := dot.bounding_box())]
    assert len({(round(box["x"]), round(box["y"])) for box in shown}) == len(shown)
    lit = page.locator(".finding-dot.is-lit")
    expect(lit).to_have_text("1")
