"""The dispatch centre's program, monitoring and the telephone system: each thing once (NET-13)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outages.choices import AnomalyKind, IntakeScope
from outages.forms.systems.calls import CallSentForm
from outages.forms.systems.exchange import AnomalySentForm, AnswerSentForm
from outages.models import (
    Alert,
    Anomaly,
    Deadline,
    Event,
    ExchangeMessage,
    HotlineCall,
    IntakeRequest,
)
from outages.selectors.desk import hotline
from outages.selectors.rules.deadlines import kept
from outages.selectors.shifts import last_call_at
from outages.services.rules import policy
from outages.services.systems import tokens
from tests.factories import NOON, person
from tests.outages.conftest import Desk
from tests.outages.offices import client_of, member
from tests.outages.scenarios.test_outage_duties import with_persons
from tests.outages.test_duty_views import now_burst

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "exchange.md"


def token(*scopes: IntakeScope, name: str = "调度系统") -> str:
    return tokens.register_client(name, scopes=scopes, by=None, at=NOON)[1]


def send(bearer: str, url: str, told: dict[str, Any] | None = None, *, key: str = "1") -> Any:
    return Client().post(
        url,
        json.dumps(told or {}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": key},
    )


def ask(bearer: str, url: str) -> Any:
    return Client().get(url, headers={"Authorization": f"Bearer {bearer}"})


def at(name: str, *args: Any) -> str:
    return reverse(f"outages:{name}", args=args)


# -- The exchange ------------------------------------------------------------------------------


def test_what_is_not_read_is_handed_out_again_until_it_is(desk: Desk) -> None:
    with_persons(6000)
    outage, centre = now_burst(desk), token(IntakeScope.EXCHANGE)
    message = outage.exchanges.get()
    for _again in range(2):
        told = ask(centre, at("exchange-api")).json()
        assert [each["id"] for each in told["messages"]] == [message.pk]
        assert told["more"] is False
    [told] = told["messages"]
    assert (told["outage"], told["pipe_diameter"]) == (outage.code, "DN200")
    assert {each["state"] for each in told["valves"]} == {"open"}
    assert told["persons"] == 6000
    assert told["expected_repair_at"]
    first = send(centre, at("exchange-api-read", message.pk)).json()["read_at"]
    assert first
    assert send(centre, at("exchange-api-read", message.pk)).json()["read_at"] == first
    assert ask(centre, at("exchange-api")).json()["messages"] == []
    shown = Client()
    shown.force_login(person("call_agent"))
    assert "调度系统" in shown.get(at("exchange")).content.decode()


def test_a_word_of_the_centre_comes_once_and_agents_are_alerted_until_it_is_read(
    desk: Desk,
) -> None:
    with_persons(6000)
    outage, centre = now_burst(desk), token(IntakeScope.EXCHANGE)
    told = {"outage": outage.code, "text": "已调低三塘泵站出口压力"}
    first = send(centre, at("exchange-api-answer"), told)
    again = send(centre, at("exchange-api-answer"), told)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    said = ExchangeMessage.objects.get(direction="to_call_centre")
    assert (said.remark, said.intake.client.name) == (told["text"], "调度系统")
    assert Alert.objects.filter(code="exchange_answered", acknowledged_at=None).count() == 1
    agent = client_of(member("call_agent", username="ada"))
    assert "调度系统" in agent.get(at("exchange-outage", outage.pk)).content.decode()
    assert agent.get(at("alerts")).status_code == 200
    assert agent.post(at("exchange-read", said.pk)).status_code == 302
    assert not Alert.objects.filter(code="exchange_answered", acknowledged_at=None).exists()
    assert ask(centre, first["Location"]).json()["read_at"]
    nowhere = send(centre, at("exchange-api-answer"), told | {"outage": "S0"}, key="2")
    assert nowhere.json()["error"]["fields"]["outage"][0]["code"] == "outage_unknown"
    # What the call centre said itself is no answer to be marked as read by the centre.
    assert send(centre, at("exchange-api-read", said.pk)).status_code == 404
    other = token(IntakeScope.EXCHANGE, name="另一系统")
    assert ask(other, first["Location"]).status_code == 404


def test_an_anomaly_from_monitoring_alerts_agents_and_is_taken_note_of() -> None:
    scada = token(IntakeScope.ANOMALIES, name="SCADA")
    told = {"kind": "pressure", "place": "三塘泵站", "text": "压力骤降", "lon": 110.05, "lat": 22.9}
    first, again = (send(scada, at("anomaly-api"), told) for _time in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    anomaly = Anomaly.objects.get()
    assert (anomaly.kind, anomaly.intake.client.name) == ("pressure", "SCADA")
    assert Event.objects.filter(verb="handed_in", subject="anomaly", new="SCADA").exists()
    assert Alert.objects.get(code="anomaly_told").facts == {"place": "三塘泵站"}
    assert ask(scada, first["Location"]).json()["acknowledged_at"] is None
    agent = client_of(member("call_agent", username="ada"))
    assert "SCADA" in agent.get(at("exchange")).content.decode()
    assert "三塘泵站" in agent.get(at("alerts")).content.decode()
    agent.post(at("anomaly-acknowledge", anomaly.pk))
    assert ask(scada, first["Location"]).json()["acknowledged_at"]
    assert Alert.objects.get(code="anomaly_told").acknowledged_at is not None
    half = send(scada, at("anomaly-api"), told | {"lat": None}, key="2")
    assert half.json()["error"]["fields"]["lon"][0]["code"] == "half"


def test_a_token_opens_what_it_was_made_for_and_a_key_stands_for_one_thing() -> None:
    calls = token(IntakeScope.CALLS)
    for url in (at("anomaly-api"), at("exchange-api-answer"), at("intake-hand-in")):
        closed = send(calls, url)
        assert (closed.status_code, closed.json()["error"]["code"]) == (403, "intake_scope")
    assert ask(calls, at("exchange-api")).status_code == 403
    assert ask("mbi_x", at("exchange-api")).status_code == 401
    both = token(IntakeScope.CALLS, IntakeScope.ANOMALIES, name="两用")
    assert send(both, at("call-api"), rang(answer=5)).status_code == 201
    told = {"kind": "pump", "place": "水厂", "text": "停机"}
    reused = send(both, at("anomaly-api"), told)
    assert (reused.status_code, reused.json()["error"]["code"]) == (409, "intake_key_reused")
    with pytest.raises(IntegrityError), transaction.atomic():
        IntakeRequest.objects.create(
            client=IntakeRequest.objects.get().client, key="2", digest="", at=NOON
        )


# -- Calls (HOT-01, HOT-02) ----------------------------------------------------------------------


def rang(
    *, answer: float | None = None, end: float | None = None, ago_s: float = 600, **more: Any
) -> dict[str, Any]:
    """A call that rang so many seconds ago and so many seconds long."""
    ring_at = timezone.now() - timedelta(seconds=ago_s)
    told: dict[str, Any] = {"ring_at": ring_at.isoformat(), **more}
    for name, after in (("answer_at", answer), ("ended_at", end)):
        if after is not None:
            told[name] = (ring_at + timedelta(seconds=after)).isoformat()
    return told


@pytest.mark.parametrize(
    ("told", "is_late"),
    [
        ({"answer": 20}, False),
        ({"answer": 21}, True),
        ({"end": 20}, False),
        ({"end": 20.5}, True),
        ({"answer": 0}, False),
    ],
)
def test_hot_01_a_call_is_answered_within_20_seconds(told: Any, is_late: bool) -> None:
    answer = send(token(IntakeScope.CALLS), at("call-api"), rang(**told))
    assert answer.status_code == 201, answer.content
    limit = Deadline.objects.get(subject="hotline")
    assert (limit.key, limit.department, limit.is_open) == ("hotline_answer", "call_centre", False)
    assert (limit.breached_at is not None) is is_late
    assert answer.json()["waited_s"] == next(iter(told.values()))
    assert not Alert.objects.exists()


@pytest.mark.parametrize(("rings", "is_late"), [(3, False), (4, True), (None, True)])
def test_hot_02_rings_count_where_the_utility_says_so(rings: int | None, is_late: bool) -> None:
    since = timezone.now() - timedelta(hours=1)
    policy.set_policy(
        "hotline_answer_rings", 3, effective_from=since, source="公司规定", by=None, at=since
    )
    send(token(IntakeScope.CALLS), at("call-api"), rang(answer=24, rings=rings))
    limit = Deadline.objects.get()
    assert limit.key == ("hotline_answer_rings" if rings else "hotline_answer")
    assert (limit.breached_at is not None) is is_late


def test_a_call_told_twice_is_one_and_is_never_changed() -> None:
    bearer, told = token(IntakeScope.CALLS), rang(answer=30, agent="ada")
    assert send(bearer, at("call-api"), told).status_code == 201
    assert send(bearer, at("call-api"), told).status_code == 200
    assert HotlineCall.objects.count() == Deadline.objects.count() == 1
    call = HotlineCall.objects.get()
    assert last_call_at() == call.ring_at
    with pytest.raises(IntegrityError), transaction.atomic():
        HotlineCall.objects.update(agent="x")


@pytest.mark.parametrize(
    ("told", "field", "code"),
    [
        ({}, "ring_at", "required"),
        (rang(), "answer_at", "one_of_two"),
        (rang(answer=3, end=4), "answer_at", "one_of_two"),
        (rang(answer=-1), "answer_at", "before_ring"),
        (rang(answer=1, rings=-1), "rings", "min_value"),
        (rang(answer=1, ago_s=8 * 86_400), "ring_at", "too_old"),
    ],
)
def test_a_call_that_does_not_hold_is_refused(told: Any, field: str, code: str) -> None:
    answer = send(token(IntakeScope.CALLS), at("call-api"), told)
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"][field][0]["code"] == code
    assert not HotlineCall.objects.exists()


def test_supervision_sees_the_waits_and_the_desk_says_sorry() -> None:
    bearer, ada = token(IntakeScope.CALLS), member("call_agent", username="ada")
    now = timezone.now()
    waits = [rang(answer=5), rang(answer=34, ago_s=40, agent="ada"), rang(end=50), rang(end=3)]
    for key, told in enumerate(waits):
        assert send(bearer, at("call-api"), told, key=str(key)).status_code == 201
    span = now - timedelta(days=1), now + timedelta(days=1)
    total = hotline.waits_between(*span)
    assert (total.calls, total.answered, total.late, total.given_up) == (4, 2, 2, 2)
    assert total.longest == timedelta(seconds=50)
    assert total.mean == timedelta(seconds=19.5)
    assert sum(each.calls for each in hotline.waits_by_hour(*span).values()) == 4
    # A limit called off in time counts for nothing there, as everywhere.
    [of_calls] = kept(at=now, since=span[0], until=span[1])
    assert (of_calls.key, of_calls.total, of_calls.met) == ("hotline_answer", 3, 1)
    boss = client_of(member("supervision"))
    shown = boss.get(at("hotline")).content.decode()
    assert "50.0 %" in shown and "34" in shown
    assert at("hotline") in boss.get(at("breaches")).content.decode()
    table = boss.get(at("hotline"), {"format": "csv"}).content.decode("utf-8-sig")
    assert "34.0,,接听超时,ada" in table
    desk = client_of(ada)
    said = desk.get(at("desk-waited"))
    assert "34" in said.content.decode()
    seen = hotline.just_kept_waiting(ada, at=timezone.now())
    assert seen is not None
    assert desk.get(at("desk-waited"), {"seen": seen.pk}).status_code == 204
    assert client_of(member("call_agent", username="bo")).get(at("desk-waited")).status_code == 204


def test_the_page_of_the_interface_names_every_field_and_value() -> None:
    written = PAGE.read_text(encoding="utf-8")
    names = {*AnswerSentForm.base_fields, *AnomalySentForm.base_fields, *CallSentForm.base_fields}
    names |= {*AnomalyKind.values, *IntakeScope.values} - {IntakeScope.REPORTS.value}
    assert {name for name in names if f"`{name}`" not in written} == set()
