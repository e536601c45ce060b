"""The shift page and the roster as people use them: sign, tick off, refuse, read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from gisapp.demo.duty import load_duty
from outages.choices import HandoverKind
from outages.forms.control.plans import crews_for
from outages.models import Crew, CrewDuty, Handover, LogEntry, Outage, Shift
from outages.selectors.shifts import open_shift
from outages.selectors.shifts.rosters import gaps_between
from outages.services import shifts
from outages.services.rules import deadlines
from outages.services.shifts import rosters
from tests.factories import lay
from tests.outages.offices import client_of, member, ordered, told

HOUR = timedelta(hours=1)
PAGE = "/shift/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def leaders() -> tuple[Any, Any]:
    return (
        member("shift_leader", department="call_centre", username="ada"),
        member("shift_leader", department="call_centre", username="bea"),
    )


@pytest.fixture
def shift(leaders: Any) -> Shift:
    return shifts.open_first_shift(leader=leaders[0], people=[], at=timezone.now() - HOUR)


def send(client: Any, shift: Shift, act: str, **data: Any) -> Any:
    return client.post(reverse(f"outages:shift-{act}", args=[shift.pk]), data)


def test_a_leader_opens_the_first_shift_with_its_people(leaders: Any) -> None:
    agent = member("call_agent", username="cato")
    leader = client_of(leaders[0])
    assert 'name="people"' in leader.get(reverse("outages:shift")).content.decode()
    leader.post(reverse("outages:shift-open"), {"people": [agent.pk]})
    shift = open_shift()
    assert shift is not None
    assert set(shift.people.all()) == {leaders[0], agent}
    # A call agent does not open one, and sees who is there.
    assert client_of(agent).post(reverse("outages:shift-open")).status_code == 403
    assert client_of(agent).get(reverse("outages:shift")).status_code == 200


def test_a_shift_goes_from_one_leader_to_the_other_on_the_page(shift: Shift, leaders: Any) -> None:
    lay("(S) -p1- [V1] -p2- a")
    order = ordered(told("low_pressure", at=timezone.now()))
    ada, bea = (client_of(leader) for leader in leaders)
    refused = send(ada, shift, "begin")
    assert refused.status_code == 302
    page = ada.get(reverse("outages:shift")).content.decode()
    assert order.number in page
    assert f"{order.category.name} · {order.department.name}" in page, "a number says nothing"
    assert send(ada, shift, "give").status_code == 409
    assert send(ada, shift, "told-all", kind=HandoverKind.ORDER).status_code == 302
    assert send(ada, shift, "give").status_code == 302
    # The same one again: refused in words, and nothing changes.
    again = send(ada, shift, "take")
    assert again.status_code == 409
    assert open_shift() == shift
    assert send(bea, shift, "take").status_code == 302
    new = open_shift()
    assert new is not None
    assert new.leader == leaders[1]
    record = bea.get(reverse("outages:shift-record", args=[shift.pk])).content.decode()
    assert "ada" in record
    assert "bea" in record
    assert bea.get(reverse("outages:shifts")).status_code == 200
    # The new shift begins with what it took over, and its orders to look through.
    page = bea.get(reverse("outages:shift")).content.decode()
    assert page.count(order.number) >= 2
    assert send(bea, new, "review").status_code == 302


def test_an_unpublished_outage_is_named_where_the_leader_would_sign(
    shift: Shift, leaders: Any
) -> None:
    Outage.objects.create(
        code="OUT-7", kind="unplanned", cause="burst", status="in_effect",
        created_at=timezone.now(), place="解放路",
    )  # fmt: skip
    ada = client_of(leaders[0])
    send(ada, shift, "begin")
    for kind in (HandoverKind.OUTAGE, HandoverKind.NOTICE):
        send(ada, shift, "told-all", kind=kind)
    answer = send(ada, shift, "give")
    assert answer.status_code == 409
    assert "OUT-7" in answer.content.decode()


def test_one_matter_is_ticked_off_with_a_remark(shift: Shift, leaders: Any) -> None:
    lay("(S) -p1- [V1] -p2- a")
    ordered(told("low_pressure", at=timezone.now()))
    ada = client_of(leaders[0])
    send(ada, shift, "begin")
    [item] = Handover.objects.get().items.all()
    ada.post(reverse("outages:shift-item-told", args=[item.pk]), {"remark": "等配件"})
    item.refresh_from_db()
    assert (item.remark, item.told_by) == ("等配件", leaders[0])
    assert "等配件" in ada.get(reverse("outages:shift")).content.decode()


def test_the_log_takes_words_and_shows_them(shift: Shift, leaders: Any) -> None:
    ada = client_of(leaders[0])
    assert send(ada, shift, "log", text="", kind="note").status_code == 422
    assert send(ada, shift, "log", text="市府来电询问", kind="important").status_code == 302
    assert LogEntry.objects.get().kind == "important"
    assert "市府来电询问" in ada.get(reverse("outages:shift")).content.decode()


def test_a_self_check_is_asked_on_the_page_and_a_fault_needs_words(
    shift: Shift, leaders: Any
) -> None:
    agent = client_of(member("call_agent", username="cato"))
    check = shifts.watch_for_silence(at=timezone.now())
    assert check is not None
    assert "act-check" in agent.get(reverse("outages:shift")).content.decode()
    assert send(agent, shift, "check", result="fault", symptom=" ").status_code == 422
    assert send(agent, shift, "check", result="fault", symptom="无拨号音").status_code == 302
    assert "无拨号音" in agent.get(reverse("outages:shift")).content.decode()
    bell = client_of(leaders[0]).get(reverse("outages:alerts")).content.decode()
    assert reverse("outages:shift") in bell


def test_a_late_shift_is_shown_on_the_board_of_breaches(shift: Shift, leaders: Any) -> None:
    deadlines.scan(at=shift.ends_at + HOUR)
    boss = client_of(member("supervision"))
    assert boss.get(reverse("outages:breaches")).status_code == 200
    assert boss.get(reverse("outages:board")).status_code == 200
    assert client_of(leaders[0]).get(reverse("outages:alerts")).status_code == 200


def test_the_roster_shows_a_week_its_gaps_and_takes_a_duty() -> None:
    crew = Crew.objects.create(code="C1", name="抢修一班", name_en="Crew 1")
    keeper = client_of(member("dispatcher"))
    now = timezone.localtime().replace(second=0, microsecond=0)
    typed = {
        "crew": crew.pk,
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + 8 * HOUR:%Y-%m-%dT%H:%M}",
    }
    assert keeper.post(reverse("outages:roster-add"), typed).status_code == 302
    assert keeper.post(reverse("outages:roster-add"), typed).status_code == 409
    backwards = typed | {"ends_at": typed["starts_at"]}
    assert keeper.post(reverse("outages:roster-add"), backwards).status_code == 422
    page = keeper.get(reverse("outages:roster")).content.decode()
    assert "roster__gap" in page
    duty = CrewDuty.objects.get()
    void = reverse("outages:roster-void", args=[duty.pk])
    assert keeper.post(void, {"reason": ""}).status_code == 422
    assert keeper.post(void, {"reason": "换班"}).status_code == 302
    assert keeper.get(reverse("outages:roster") + "?from=2026-02-31").status_code == 200


def test_who_is_on_duty_stands_first_where_crews_are_chosen() -> None:
    Crew.objects.create(code="C1", name="抢修一班")
    second = Crew.objects.create(code="C2", name="抢修二班")
    now = timezone.now()
    rosters.enter_duty(second, starts_at=now - HOUR, ends_at=now + HOUR, by=None, at=now)
    assert [(each.code, each.is_on_roster) for each in crews_for(None)] == [  # type: ignore[attr-defined]
        ("C2", True), ("C1", False)
    ]  # fmt: skip


def test_the_demo_opens_a_shift_and_fills_a_week() -> None:
    for role in ("shift_leader", "call_agent"):
        member(role, username=role)
    for number in range(4):
        Crew.objects.create(code=f"C{number}", name=f"抢修{number}班")
    now = timezone.now()
    assert load_duty(at=now) == 14
    assert load_duty(at=now) == 0
    assert open_shift() is not None
    assert gaps_between(now, now + 6 * 24 * HOUR) == []


@pytest.mark.parametrize(("hour", "begun"), [(1, 0), (7, 5), (16, 16), (23, 21)])
def test_the_demos_shift_is_never_overdue_when_somebody_looks_first(hour: int, begun: int) -> None:
    for role in ("shift_leader", "call_agent"):
        member(role, username=role)
    now = timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0)
    load_duty(at=now)
    shift = open_shift()
    assert shift is not None
    assert timezone.localtime(shift.opened_at).hour == begun
    assert shift.ends_at > now
