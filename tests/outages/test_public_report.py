"""The public's report: open to people, closed to machines, and it tells nothing about others."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from outages.forms import spam_guard
from outages.models import BurstReport
from outages.services import plans, reports
from outages.views.public_report import token_of
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

TOWN = "(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)"
URL = "/public/report/"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def form(**more: Any) -> dict[str, Any]:
    """A form shown a minute ago."""
    with time_machine.travel(NOON, tick=False):
        shown = spam_guard.stamp()
    given = {
        "lat": "22.93",
        "lon": "110.0525",
        "kind": "burst",
        "address": "解放路3号门口",
        "description": "路面冒水",
        "contact_phone": "13811112222",
        "shown": shown,
        "client_key": str(uuid4()),
    }
    return {**given, **more}


@pytest.fixture
def _a_minute_later() -> Any:
    with time_machine.travel(NOON.replace(minute=1), tick=False):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_a_minute_later")]


def test_a_person_reports_and_gets_a_reference_and_a_secret_link() -> None:
    lay(TOWN)
    answer = Client().post(URL, form())
    made = BurstReport.objects.get()
    assert (made.channel, made.pipe, made.taken_by) == ("public_form", "p3", None)
    assert answer.url == reverse(
        "outages:public-report-status", args=[made.reference, token_of(made.reference)]
    )
    page = Client().get(answer.url).content.decode()
    assert made.reference in page
    assert "已收到" in page
    for hidden in ("13811112222", "p3", "V1"):
        assert hidden not in page


def test_the_address_alone_is_enough_and_an_unknown_one_asks_for_the_pin() -> None:
    lay(TOWN)
    Client().post(URL, form(lat="", lon="", address="解放路 3 号门口"))
    assert BurstReport.objects.get().geom.y == pytest.approx(22.93)
    refused = Client().post(URL, form(lat="", lon="", address="月亮街1号"))
    assert refused.status_code == 422
    assert "请在地图上点" in refused.content.decode()
    nowhere = Client().post(URL, form(lat="", lon="", address=""))
    assert nowhere.status_code == 422
    assert BurstReport.objects.count() == 1


def test_sending_it_twice_is_one_report() -> None:
    lay(TOWN)
    told = form()
    first, second = (Client().post(URL, told) for _time in range(2))
    assert first.url == second.url
    assert BurstReport.objects.count() == 1


def test_the_trap_catches_machines() -> None:
    lay(TOWN)
    answer = Client().post(URL, form(website="https://spam.example"))
    assert answer.status_code == 302
    assert not BurstReport.objects.exists()


@pytest.mark.parametrize("note", ["now", "forged", ""])
def test_a_form_filled_in_no_time_is_refused(note: str) -> None:
    lay(TOWN)
    shown = spam_guard.stamp() if note == "now" else note
    assert Client().post(URL, form(shown=shown)).status_code == 422
    assert not BurstReport.objects.exists()


def test_a_home_may_report_so_often_and_its_neighbours_go_on() -> None:
    lay(TOWN)
    home, neighbour = Client(REMOTE_ADDR="2001:db8::1"), Client(REMOTE_ADDR="2001:db8:0:1::1")
    codes = [home.post(URL, form()).status_code for _time in range(7)]
    assert codes == [302] * 6 + [429]
    # Another address of the same home, and the home next door.
    assert Client(REMOTE_ADDR="2001:db8::ffff").post(URL, form()).status_code == 429
    assert neighbour.post(URL, form()).status_code == 302


def test_without_a_cache_the_process_counts_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_more: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "add", away)
    monkeypatch.setattr(spam_guard, "_own", spam_guard.OwnCounter())
    request = RequestFactory().get("/")
    asked = [spam_guard.is_too_often(request, what="x", limit=2, within_s=60) for _n in range(3)]
    assert asked == [False, False, True]


def test_the_forwarded_address_counts_only_behind_trusted_proxies(settings: Any) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 9.9.9.9"})
    assert spam_guard.client_network(request) == "127.0.0.1"
    settings.AXES_IPWARE_PROXY_COUNT = 1
    assert spam_guard.client_network(request) == "9.9.9.9"


def test_the_form_needs_its_csrf_token() -> None:
    lay(TOWN)
    assert Client(enforce_csrf_checks=True).post(URL, form()).status_code == 403
    assert not BurstReport.objects.exists()


@pytest.mark.parametrize(("lat", "lon"), [("91", "0"), ("nan", "1"), ("x", "1")])
def test_a_place_that_is_none_is_refused(lat: str, lon: str) -> None:
    lay(TOWN)
    assert Client().post(URL, form(lat=lat, lon=lon)).status_code == 422


def test_the_wrong_token_looks_like_no_report_at_all() -> None:
    lay(TOWN)
    Client().post(URL, form())
    reference = BurstReport.objects.get().reference
    for token in ("x" * 24, token_of("R000000-XXXXXXXXXX")):
        url = reverse("outages:public-report-status", args=[reference, token])
        assert Client().get(url).status_code == 404


def test_a_merged_report_is_as_far_as_the_one_it_joined(desk: Desk) -> None:
    lay(TOWN)
    link = Client().post(URL, form()).url
    made = BurstReport.objects.get()
    first = desk.report("p3")
    reports.merge_report(made, into=first, by=desk.dana, at=desk.now)
    assert "已收到" in Client().get(link).content.decode()
    desk.approve(plans.propose_plan(report=first, by=desk.dana, at=desk.now))
    page = Client().get(link).content.decode()
    assert "正在处理" in page
    assert desk.crew.name not in page
