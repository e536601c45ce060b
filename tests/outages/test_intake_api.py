"""Reports that other systems hand in: tokens, keys, errors, and the report they become (INT-08)."""

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

from outages.choices import Channel, ReportKind
from outages.forms.systems.reports import IntakeForm
from outages.models import BurstReport, Deadline, Event, IntakeClient, IntakeRequest
from outages.services.systems import tokens
from tests.factories import NOON, NORTH, WEST, lay
from tests.outages.offices import client_of, member

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
PAGE = Path(__file__).parents[2] / "docs" / "intake.md"
pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    _client, token = tokens.register_client(
        "市长热线", channels=["mayor_hotline", "online"], by=None, at=NOON
    )
    return token


def send(token: str, *, key: str = "17", **more: Any) -> Any:
    told = {
        "kind": "conduct",
        "channel": "online",
        "address": "解放路8号",
        "contact_phone": "13900001111",
        "is_complaint": True,
        **more,
    }
    return post(token, json.dumps(told), key=key)


def post(token: str, body: str, *, key: str = "17", kind: str = "application/json") -> Any:
    return Client().post(
        reverse("outages:intake-hand-in"),
        body,
        content_type=kind,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )


def code_of(answer: Any) -> str:
    return str(answer.json()["error"]["code"])


def test_a_report_comes_in_with_its_clocks_from_when_the_other_system_heard_of_it(
    token: str,
) -> None:
    heard = timezone.now().replace(microsecond=0) - timedelta(minutes=20)
    answer = send(token, reported_at=heard.isoformat())
    assert answer.status_code == 201
    report = BurstReport.objects.get()
    assert answer.json() == {
        "reference": report.reference,
        "kind": "conduct",
        "channel": "online",
        "received_at": heard.astimezone(report.received_at.tzinfo).isoformat(),
        "stage": "received",
    }
    assert answer["Location"] == reverse("outages:intake-report", args=[report.reference])
    assert (report.received_at, report.entry_reason) == (heard, "市长热线")
    assert report.entered_at is not None
    limits = dict(Deadline.objects.values_list("key", "due_at"))
    assert limits["complaint_classify"] == heard + timedelta(hours=2)
    assert limits["complaint_reply"] == heard + timedelta(days=5)
    assert Event.objects.filter(verb="handed_in", report=report, new="市长热线").exists()


def test_a_fault_is_placed_by_its_point_or_by_its_street(token: str) -> None:
    lay(TOWN)
    by_point = send(
        token, kind="leak", channel="mayor_hotline", lon=WEST + 0.0005, lat=NORTH, key="a"
    )
    assert by_point.status_code == 201
    assert send(token, kind="leak", key="b").status_code == 201
    assert set(BurstReport.objects.values_list("pipe", flat=True)) <= {"p1", "p2", "p3", "p4"}
    nowhere = send(token, kind="leak", address="别处1号", key="c")
    assert nowhere.status_code == 422
    assert nowhere.json()["error"]["fields"]["address"][0]["code"] == "place_unknown"
    half = send(token, kind="leak", lon=WEST, key="d")
    assert half.json()["error"]["fields"]["lon"][0]["code"] == "half"


def test_sent_twice_it_is_one_report_and_other_words_under_its_key_are_refused(
    token: str,
) -> None:
    first, again = send(token), send(token)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = send(token, description="另一件事")
    assert (other.status_code, code_of(other)) == (409, "intake_key_reused")
    assert BurstReport.objects.count() == IntakeRequest.objects.count() == 1
    # The key is the sender's own: another system may use the same one.
    _other, second = tokens.register_client("网上平台", channels=["online"], by=None, at=NOON)
    assert send(second).status_code == 201
    assert BurstReport.objects.count() == 2


def test_without_a_token_or_with_one_out_of_use_nothing_comes_in(token: str) -> None:
    for wrong in ("", "mbi_x", token + "x"):
        answer = send(wrong)
        assert (answer.status_code, code_of(answer)) == (401, "unauthorized")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    boss = member("admin")
    tokens.retire_client(IntakeClient.objects.get(), reason="泄露", by=boss, at=NOON)
    assert send(token).status_code == 401
    assert not BurstReport.objects.exists()
    assert token not in str(IntakeClient.objects.values())


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"kind": None}, "kind", "required"),
        ({"kind": "gas"}, "kind", "invalid_choice"),
        ({"contact_phone": "?"}, "contact_phone", "invalid"),
        ({"address": " "}, "address", "required"),
        ({"reported_at": "2026-11-22 03:00"}, "reported_at", "invalid"),
        ({"occurred_at": "0001-01-01T00:00:00+08:00"}, "occurred_at", "invalid"),
        ({"reported_at": "2999-01-01T00:00:00Z"}, "reported_at", "future"),
        ({"reported_at": "2001-01-01T00:00:00Z"}, "reported_at", "too_old"),
        ({"lat": 91, "lon": 1}, "lat", "max_value"),
    ],
)
def test_an_error_names_its_field(token: str, more: Any, field: str, code: str) -> None:
    answer = send(token, **more)
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert answer.json()["error"]["fields"][field][0]["code"] == code
    assert not BurstReport.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("[]", 400, "bad_json"),
        ("{", 400, "bad_json"),
        ('{"kind": {"a": 1}}', 400, "bad_json"),
        ("[" * 60_000, 400, "bad_json"),
        ('{"description": "a\\u0000b"}', 400, "bad_json"),
        ('{"description": "half a character \\ud83d"}', 400, "bad_json"),
        ('{"telefon": "1"}', 422, "unknown_fields"),
        ('"' + "x" * 70_000 + '"', 413, "too_large"),
    ],
)
def test_what_is_no_flat_object_is_refused(token: str, body: str, status: int, code: str) -> None:
    answer = post(token, body)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_headers_and_methods_are_asked_for(token: str) -> None:
    assert code_of(post(token, "{}", key="")) == "key_missing"
    assert code_of(post(token, "{}", key="x" * 81)) == "key_missing"
    assert code_of(post(token, "a=b", kind="application/x-www-form-urlencoded")) == "not_json"
    got = Client().get(reverse("outages:intake-hand-in"))
    assert (got.status_code, got["Allow"]) == (405, "POST")


def test_a_system_names_only_its_channels_and_not_too_many_at_once(
    token: str, settings: Any
) -> None:
    answer = send(token, channel="media")
    assert (answer.status_code, code_of(answer)) == (403, "intake_channel")
    settings.INTAKE_PER_MINUTE = 1
    assert send(token, key="a").status_code == 201
    late = send(token, key="b")
    assert (late.status_code, code_of(late), late["Retry-After"]) == (429, "intake_too_many", "60")
    assert send(token, key="a").status_code == 200, "a repeat is always answered"


def test_a_system_follows_its_own_reports_alone(token: str) -> None:
    reference = send(token).json()["reference"]

    def ask(with_token: str) -> Any:
        return Client().get(
            reverse("outages:intake-report", args=[reference]),
            headers={"Authorization": f"Bearer {with_token}"},
        )

    told = ask(token).json()
    assert told["stage"] == "received"
    assert "13900001111" not in json.dumps(told)
    _other, second = tokens.register_client("网上平台", channels=["online"], by=None, at=NOON)
    assert ask(second).status_code == 404


def test_systems_are_registered_on_their_page_and_the_token_shows_once() -> None:
    boss = client_of(member("admin"))
    page = reverse("outages:intake")
    given = {"name": "市长热线", "scopes": ["reports"], "channels": ["mayor_hotline"]}
    made = boss.post(reverse("outages:intake-add"), given)
    [token] = [
        word.partition("<")[0]
        for word in made.content.decode().split(">")
        if word.startswith("mbi_")
    ]
    assert tokens.client_of(token) == IntakeClient.objects.get()
    shown = boss.get(page).content.decode()
    assert token not in shown
    assert token[-4:] in shown
    assert boss.post(reverse("outages:intake-add"), given).status_code == 409
    # Reports need a channel, other things none.
    nothing, bare = {"name": "x"}, {"name": "x", "scopes": ["reports"]}
    assert boss.post(reverse("outages:intake-add"), nothing).status_code == 422
    assert boss.post(reverse("outages:intake-add"), bare).status_code == 422
    retire = reverse("outages:intake-retire", args=[IntakeClient.objects.get().pk])
    assert boss.post(retire, {"reason": " "}).status_code == 422
    assert boss.post(retire, {"reason": "换发"}).status_code == 302
    assert boss.post(retire, {"reason": "换发"}).status_code == 409
    assert client_of(member("call_agent")).get(page).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_what_was_handed_in_is_never_changed(token: str) -> None:
    send(token)
    with pytest.raises(IntegrityError), transaction.atomic():
        IntakeRequest.objects.update(key="x")


def test_the_page_of_the_interface_names_every_field_value_and_error() -> None:
    written = PAGE.read_text(encoding="utf-8")
    names = {*IntakeForm.base_fields, *ReportKind.values, *Channel.values}
    names |= set(tokens.IntakeRefused.codes) - {"intake_name_taken", "intake_retired"}
    assert {name for name in names if f"`{name}`" not in written} == set()
