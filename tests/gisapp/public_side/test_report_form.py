"""The public's report: open to people, closed to machines, and it tells nothing about others."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.gis.geos import LineString
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from gisapp.public_side.guard import stamp
from gisapp.public_side.views import token_of
from layers import rate_limits
from layers.models import BackgroundFeature
from layers.public.places import rebuild_places
from outages.models import BurstReport, Deadline, PublicReport
from outages.services import orders
from outages.services.desk import reports
from outages.services.desk.public_reports import take_public_reports, update_stages
from outages.services.orders.extension import decide_extension
from outages.services.shutdown import plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.offices import member, ordered

TOWN = "(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)"
URL = "/public/report/"


def form(**more: Any) -> dict[str, Any]:
    """A form shown a minute ago."""
    with time_machine.travel(NOON, tick=False):
        shown = stamp()
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


pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("_public_addresses", "_public_folder", "_a_minute_later"),
]


def taken() -> BurstReport:
    """The one report, after a worker took it out of the letter box."""
    take_public_reports()
    update_stages(timezone.now())
    return BurstReport.objects.get()


def sent(link: str) -> str:
    """The page that its sender sees."""
    page: str = Client().get(link).content.decode()
    return page


def test_a_person_reports_and_gets_a_reference_and_a_secret_link() -> None:
    lay(TOWN)
    answer = Client().post(URL, form())
    filed = PublicReport.objects.get()
    assert filed.contact_phone == "13811112222"
    # Nobody waits for a worker to be thanked.
    assert filed.reference in sent(answer.url)
    made = taken()
    filed.refresh_from_db()
    assert (filed.report, filed.contact_phone, filed.description) == (made, "", "")
    assert made.contact_phone == "13811112222"
    assert made.received_at == filed.received_at
    assert (made.channel, made.pipe, made.taken_by) == ("public_form", "p3", None)
    assert answer.url == reverse(
        "public:report-status", args=[made.reference, token_of(made.reference)]
    )
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", sent(answer.url))
    assert made.reference in page
    assert "已收到" in page
    for hidden in ("13811112222", "p3", "V1"):
        assert hidden not in page


def test_the_address_alone_is_enough_and_an_unknown_one_asks_for_the_pin() -> None:
    lay(TOWN)
    BackgroundFeature.objects.create(
        kind="street", name="解放路", geom=LineString((110.05, 22.93), (110.06, 22.93), srid=4326)
    )
    rebuild_places()
    Client().post(URL, form(lat="", lon="", address="城关解放路 3 号门口"))
    assert taken().geom.y == pytest.approx(22.93)
    refused = Client().post(URL, form(lat="", lon="", address="月亮街1号"))
    assert refused.status_code == 422
    assert "请在地图上点" in refused.content.decode()
    nowhere = Client().post(URL, form(lat="", lon="", address=""))
    assert nowhere.status_code == 422
    assert PublicReport.objects.count() == 1


def test_sending_it_twice_is_one_report() -> None:
    lay(TOWN)
    told = form()
    first, second = (Client().post(URL, told) for _time in range(2))
    assert first.url == second.url
    taken()
    # Taken or not: the same words are the same report, other words another.
    assert Client().post(URL, told).url == first.url
    assert Client().post(URL, {**told, "description": "越来越大"}).url != first.url
    assert (take_public_reports(), BurstReport.objects.count()) == (1, 2)


def test_one_that_cannot_be_taken_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    lay(TOWN)
    for description in ("坏的", "好的"):
        Client().post(URL, form(description=description))
    real = reports.report_burst

    def breaks(*, facts: reports.ReportFacts, **more: Any) -> BurstReport:
        if facts.description == "坏的":
            msg = "broken"
            raise RuntimeError(msg)
        return real(facts=facts, **more)

    monkeypatch.setattr(reports, "report_burst", breaks)
    assert take_public_reports() == 1
    monkeypatch.undo()
    # It waited, with all that was said in it.
    assert take_public_reports() == 1
    assert BurstReport.objects.filter(description="坏的").exists()
    assert take_public_reports() == 0


def test_the_trap_catches_machines() -> None:
    lay(TOWN)
    answer = Client().post(URL, form(website="https://spam.example"))
    assert answer.status_code == 302
    assert not PublicReport.objects.exists()


@pytest.mark.parametrize("note", ["now", "forged", ""])
def test_a_form_filled_in_no_time_is_refused(note: str) -> None:
    lay(TOWN)
    shown = stamp() if note == "now" else note
    assert Client().post(URL, form(shown=shown)).status_code == 422
    assert not PublicReport.objects.exists()


def test_a_home_may_report_so_often_and_its_neighbours_go_on() -> None:
    lay(TOWN)
    home, neighbour = Client(REMOTE_ADDR="2001:db8::1"), Client(REMOTE_ADDR="2001:db8:0:1::1")
    codes = [home.post(URL, form()).status_code for _time in range(7)]
    assert codes == [302] * 6 + [429]
    # Another address of the same home, and the home next door.
    assert Client(REMOTE_ADDR="2001:db8::ffff").post(URL, form()).status_code == 429
    assert neighbour.post(URL, form()).status_code == 302


def test_without_the_database_the_process_counts_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr(rate_limits, "_own", rate_limits.OwnCounter())
    request = RequestFactory().get("/")
    asked = [rate_limits.is_too_often(request, what="x", limit=2, within_s=60) for _n in range(3)]
    assert asked == [False, False, True]


def test_a_count_runs_out_and_is_forgotten() -> None:
    request = RequestFactory().get("/")
    asked = [rate_limits.is_too_often(request, what="x", limit=1, within_s=60) for _n in range(2)]
    assert asked == [False, True]
    assert not rate_limits.is_too_often(request, what="another", limit=1, within_s=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_asked SET until = clock_timestamp() - interval '1 second'")
        assert not rate_limits.is_too_often(request, what="x", limit=1, within_s=60)
        rate_limits.forget_old_counts()
        cursor.execute("SELECT who FROM layers_asked")
        (left,) = cursor.fetchone()
    # What is kept is no address.
    assert len(left) == 40
    assert "127.0.0.1" not in left


def test_the_form_needs_its_csrf_token() -> None:
    lay(TOWN)
    assert Client(enforce_csrf_checks=True).post(URL, form()).status_code == 403
    assert not PublicReport.objects.exists()


@pytest.mark.parametrize(("lat", "lon"), [("91", "0"), ("nan", "1"), ("x", "1")])
def test_a_place_that_is_none_is_refused(lat: str, lon: str) -> None:
    lay(TOWN)
    assert Client().post(URL, form(lat=lat, lon=lon)).status_code == 422


def test_the_wrong_token_looks_like_no_report_at_all() -> None:
    lay(TOWN)
    Client().post(URL, form())
    reference = PublicReport.objects.get().reference
    for token in ("x" * 24, token_of("R000000-XXXXXXXXXX")):
        url = reverse("public:report-status", args=[reference, token])
        assert Client().get(url).status_code == 404


def test_a_merged_report_is_as_far_as_the_one_it_joined(desk: Desk) -> None:
    lay(TOWN)
    link = Client().post(URL, form()).url
    made = taken()
    first = desk.report("p3")
    reports.merge_report(made, into=first, by=desk.dana, at=desk.now)
    update_stages(timezone.now())
    assert "已收到" in sent(link)
    desk.approve(plans.propose_plan(report=first, by=desk.dana, at=desk.now))
    assert update_stages(timezone.now()) == 1
    page = sent(link)
    assert "正在处理" in page
    assert desk.crew.name not in page


def test_where_it_takes_longer_the_sender_sees_the_plan_and_the_day_and_no_number() -> None:
    lay(TOWN)
    link = Client().post(URL, form()).url
    order = ordered(taken())
    orders.accept_order(order, by=None, at=timezone.now(), assignee="李工")
    due = Deadline.objects.get(key="repair_finish", order=order).due_at
    asked = orders.ask_extension(
        order,
        key="repair_finish",
        wanted_until=due + timedelta(hours=5),
        plan="配件明早到，电话 138-1234-5678 联系",
        reason="缺配件",
        by=None,
        at=timezone.now(),
    )
    assert "配件明早到" not in sent(link), "nothing is promised before the leader agrees"
    leader = member("leader", department="engineering")
    decide_extension(asked, approve=True, by=leader, at=timezone.now())
    page = sent(link)
    assert "配件明早到，电话 … 联系" in page
    assert f"{asked.wanted_until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" in page
    for hidden in ("1234", "缺配件", "李工", order.number):
        assert hidden not in page
    # Worked off, the plan goes and the stage says so.
    orders.start_work(order, by=None, at=timezone.now())
    orders.contact_user(order, method="phone", by=None, at=timezone.now())
    orders.enter_result(
        order,
        facts=orders.ResultFacts(result="已修复", leak_check_passed=True),
        by=None,
        at=timezone.now(),
    )
    assert "配件明早到" not in sent(link)
    taken()
    assert PublicReport.objects.get().stage == "done"
