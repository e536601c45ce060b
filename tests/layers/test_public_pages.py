"""The public pages: question, answer, list, map, feed and calendar, without a login."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connections, transaction
from django.test import Client, RequestFactory
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from layers.models import PublicPlace
from layers.public.places import find_places, normalised
from layers.rate_limits import client_network
from layers.views.public import CHECKS_PER_MINUTE
from network.models import Customer
from outages.models import Outage
from tests.factories import NOON
from tests.layers.conftest import Burst

ENGLISH = {"Accept-Language": "en"}
pytestmark = pytest.mark.usefixtures("_public_addresses")


def page(client: Client, address: str = "/public/", **options: Any) -> str:
    response = client.get(address, **options)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_says_where_why_until_when_and_what_to_do(burst: Burst, client: Client) -> None:
    Outage.objects.filter(pk=burst.outage.pk).update(
        place="解放路、中山路口一带", place_en="Jiefang Road near Zhongshan Road"
    )
    burst.publish()
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        chinese = page(client)
        english = page(client, headers=ENGLISH)
    for said in ("我家停水了吗", "解放路、中山路口一带", "供水管爆裂，正在抢修", "18:00", "952525"):
        assert said in chinese
    for said in ("Is my water off?", "Jiefang Road near Zhongshan Road", "A water main burst"):
        assert said in english
    assert "fewer than 10 homes" in english
    detail = page(client, f"/public/outages/{burst.outage.code}/", headers=ENGLISH)
    assert "Turn taps off" in detail


def test_nothing_published_yet(client: Client, db: None, _public_folder: Path) -> None:
    assert "No data yet" in page(client, headers=ENGLISH)
    assert client.get("/public/current.json").status_code == 503
    assert client.get("/public/outages/07-07/").status_code == 404


@pytest.mark.parametrize(
    "change", [{"format": 1}, {"outages": "outages-00000000000000000000.json"}]
)
def test_what_cannot_be_read_is_no_data_and_no_error(
    burst: Burst, client: Client, _public_folder: Path, change: dict[str, Any]
) -> None:
    burst.publish()
    pointer = json.loads((_public_folder / "current.json").read_text())
    (_public_folder / "current.json").write_text(json.dumps(pointer | change))
    assert "No data yet" in page(client, headers=ENGLISH)


@pytest.mark.parametrize(("minutes", "is_old"), [(3, False), (9, True)])
def test_old_data_say_so(burst: Burst, client: Client, minutes: int, *, is_old: bool) -> None:
    at = burst.desk.now
    from layers.public.snapshots import publish_public_snapshot

    publish_public_snapshot(at)
    with time_machine.travel(at + timedelta(minutes=minutes), tick=False):
        text = page(client, headers=ENGLISH)
    assert bool(re.search(r"data-stale-banner\s+hidden", text)) is not is_old


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("桂花苑", "停水中|部分停水|正在停水"),
        ("桂花", "停水中|部分停水|正在停水"),
        ("guihua court", "停水中|部分停水|正在停水"),
        ("解放", "部分停水"),
        ("解放路128号", "停水中|部分停水|正在停水"),
        ("解放路１２８号", "停水中|部分停水|正在停水"),
        ("人民公园", "没有停水"),
        ("没有这条路", "没找到"),
        ("桂", "没找到"),
        ("' OR 1=1 --", "没找到"),
        ("%%%", "没找到"),
        ("<script>alert(1)</script>", "没找到"),
    ],
)
def test_a_question_is_answered(burst: Burst, client: Client, typed: str, verdict: str) -> None:
    burst.publish()
    text = page(client, "/public/", data={"q": typed})
    answer = text.split('class="public-answer"')[1].split('class="public__list"')[0]
    assert any(word in answer for word in verdict.split("|"))
    assert "<script>alert" not in text


def test_places_are_houses_and_never_flats(burst: Burst) -> None:
    burst.publish()
    names = set(PublicPlace.objects.values_list("name", flat=True))
    assert {"解放路128号", "解放路128号 桂花苑3栋", "桂花苑", "解放路", "人民公园"} <= names
    assert not [name for name in names if "单元" in name or "501" in name]
    people = set(Customer.objects.values_list("name", flat=True)) - {""}
    assert people
    assert not people & names


def test_places_follow_the_town(burst: Burst) -> None:
    burst.publish()
    before = PublicPlace.objects.count()
    from layers.models import BackgroundFeature

    BackgroundFeature.objects.filter(name="解放路").delete()
    burst.publish(minutes=1)
    assert PublicPlace.objects.count() == before - 1


def test_better_matches_come_first(burst: Burst) -> None:
    burst.publish()
    assert next(iter(find_places("解放路"))).name == "解放路"
    assert find_places("x" * 500).count() == 0
    assert normalised(" Ｇuihua-Court，3 栋") == "guihuacourt3栋"


def test_too_many_questions_are_refused(burst: Burst, client: Client) -> None:
    burst.publish()
    for _ in range(CHECKS_PER_MINUTE):
        assert client.get("/public/", {"q": "桂花苑"}).status_code == 200
    refused = client.get("/public/", {"q": "桂花苑"}, headers=ENGLISH)
    assert refused.status_code == 429
    assert "Too many questions" in refused.content.decode()
    assert client.get("/public/").status_code == 200
    assert client.get("/public/", {"q": "桂花苑"}, REMOTE_ADDR="192.0.2.7").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "network"),
    [
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:0db8:0001:0002"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "", "", "unknown"),
    ],
)
def test_who_asks(settings: Any, proxies: int, remote: str, forwarded: str, network: str) -> None:
    settings.AXES_IPWARE_PROXY_COUNT = proxies or None
    request = RequestFactory().get(
        "/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded} if forwarded else {}
    )
    assert client_network(request) == network


def test_the_feed_and_the_calendar_hold_the_same(burst: Burst, client: Client) -> None:
    begins = NOON + timedelta(days=2)
    Outage.objects.filter(pk=burst.outage.pk).update(
        kind="planned", status="published", planned_start_at=begins, started_at=None,
        planned_end_at=begins + timedelta(hours=6), place="文昌路西段；东口, 南侧",
    )  # fmt: skip
    burst.publish()
    feed = client.get("/public/feed.atom")
    root = ET.fromstring(feed.content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{atom}entry")
    assert len(entries) == 1
    assert "文昌路西段" in (entries[0].findtext(f"{atom}title") or "")
    calendar = client.get("/public/planned.ics").content.decode()
    assert "DTSTART:20261123T040000Z" in calendar
    assert "DTEND:20261123T100000Z" in calendar
    assert "文昌路西段；东口\\, 南侧" in calendar.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))


def test_hot_11_a_telephone_system_reads_out_what_is_off(burst: Burst, client: Client) -> None:
    Outage.objects.filter(pk=burst.outage.pk).update(place="解放路一带", place_en="Jiefang Road")
    burst.publish()
    with time_machine.travel(burst.desk.now, tick=False):
        answer = client.get("/public/spoken.json")
    told = answer.json()
    assert not told["is_stale"]
    assert told["zh"]["text"] == (
        "解放路一带，供水管爆裂，正在抢修，正在停水，预计今天晚上6点恢复。给您带来不便，非常抱歉。"
    )
    assert told["en"]["places"][0]["text"] == (
        "Jiefang Road: water is off. A water main burst and is being repaired. "
        "Expected back around 6 p.m. today. We are sorry."
    )
    assert "max-age=15" in answer.headers["Cache-Control"]
    # What was promised for a time that has passed is not promised again, and old news are not read.
    with time_machine.travel(burst.desk.now + timedelta(hours=9), tick=False):
        burst.publish(hours=9)
        late = client.get("/public/spoken.json").json()
        assert "恢复时间还没确定" in late["zh"]["text"]
    with time_machine.travel(burst.desk.now + timedelta(hours=10), tick=False):
        old = client.get("/public/spoken.json").json()
    assert (old["is_stale"], old["zh"]["places"]) == (True, [])
    assert "解放路" not in old["zh"]["text"]


def test_hot_11_planned_works_are_read_out_two_days_ahead_and_silence_is_told(
    burst: Burst, client: Client
) -> None:
    begins = burst.desk.now + timedelta(hours=60)
    Outage.objects.filter(pk=burst.outage.pk).update(
        kind="planned", status="published", planned_start_at=begins, started_at=None,
        planned_end_at=begins + timedelta(hours=6), place="文昌路西段",
    )  # fmt: skip
    for hours, said in ((0, "目前没有停水"), (24, "文昌路西段，11月")):
        at = burst.desk.now + timedelta(hours=hours)
        burst.publish(hours=hours)
        with time_machine.travel(at, tick=False):
            text = client.get("/public/spoken.json").json()["zh"]["text"]
        assert text.startswith(said)
    assert "起计划停水，预计" in text


def test_what_any_cache_may_keep_depends_on_its_address_alone(burst: Burst, client: Client) -> None:
    """A shared cache gives the next reader what the last one got, whatever either reads."""
    Outage.objects.filter(pk=burst.outage.pk).update(place="解放路", place_en="Jiefang Road")
    burst.publish()
    for name in ("feed.atom", "alerts.atom", "planned.ics"):
        address = f"/public/{name}"
        chinese = client.get(address)
        client.cookies["django_language"] = "en"
        asked = client.get(address, headers=ENGLISH)
        del client.cookies["django_language"]
        assert asked.content == chinese.content
        assert asked.headers["Cache-Control"].startswith("public")
        assert asked.headers["Content-Language"] == "zh-hans"
        english = client.get(f"{address}?lang=en")
        assert english.headers["Content-Language"] == "en"
    assert "Jiefang Road" in client.get("/public/feed.atom?lang=en").content.decode()
    assert "/public/feed.atom?lang=en" in page(client, headers=ENGLISH)


@pytest.mark.django_db(transaction=True)
def test_the_pointer_stays_where_it_was_when_the_rest_is_rolled_back(
    burst: Burst, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.public.snapshots import publish_public_snapshot

    burst.publish()
    before = client.get("/public/current.json").content
    Outage.objects.filter(pk=burst.outage.pk).update(place="别处")

    def lost() -> None:
        msg = "server closed the connection"
        raise OperationalError(msg)

    with monkeypatch.context() as broken:
        broken.setattr(connections["default"], "commit", lost)
        with pytest.raises(OperationalError):
            publish_public_snapshot(NOON + timedelta(minutes=30))
    assert client.get("/public/current.json").content == before
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        publish_public_snapshot(NOON + timedelta(minutes=31))
    assert client.get("/public/current.json").content == before
    publish_public_snapshot(NOON + timedelta(minutes=32))
    assert client.get("/public/current.json").content != before


def test_files_are_cached_for_ever_and_the_pointer_is_not(burst: Burst, client: Client) -> None:
    name = burst.publish().outages_file
    assert "immutable" in client.get(f"/public/data/{name}").headers["Cache-Control"]
    assert "max-age=15" in client.get("/public/current.json").headers["Cache-Control"]


def test_the_page_reads_files_and_no_outage(
    burst: Burst, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    burst.publish()
    with django_assert_num_queries(0):
        page(client)
        page(client, f"/public/outages/{burst.outage.code}/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_a_citizen_asks_in_a_browser(
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    burst: Burst,
    width: int,
) -> None:
    from layers.public.snapshots import publish_public_snapshot

    publish_public_snapshot(datetime.now().astimezone())
    visitor = new_context(viewport={"width": width, "height": 844}).new_page()
    visitor.goto(f"{live_server.url}/public/")
    visitor.get_by_role("textbox").fill("桂花苑")
    visitor.get_by_role("button", name="查询").click()
    visitor.locator(".public-verdict--danger").wait_for()
    assert "桂花苑" in visitor.locator(".public-verdict").inner_text()
    visitor.locator(".ov-zone").first.wait_for()
    visitor.locator(".glyph-icon--pin").wait_for()
    assert visitor.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.locator(".ov-zone").count() == 1
    visitor.get_by_role("link", name="看这次停水的详情").click()
    visitor.get_by_role("heading", level=1).wait_for()
    assert visitor.url.endswith(f"/public/outages/{burst.outage.code}/")
