"""The pages of the rules: read by all, set by few, and what they say is what holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import sync_roles
from outages.forms.shape.moments import MomentField
from outages.management.commands.policy import DOCS, printed_docs
from outages.models import CalendarDay, Deadline, PolicyValue
from outages.policy.keys import POLICY
from outages.policy.values import Span, Unit
from outages.selectors.rules import policy
from outages.selectors.rules.alerts import alerts_for
from outages.services.rules import alerts, deadlines
from outages.views.words.alerts import WORDS, told
from outages.views.words.limits import length_words
from tests import factories
from tests.factories import NOON
from tests.outages.conftest import Desk

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _tolerant(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def signed_in(role: str, *, chinese: bool = False) -> Client:
    sync_roles()
    client = Client(headers={"accept-language": "zh-hans" if chinese else "en"})
    user = factories.person(role)
    user.language = "zh-hans" if chinese else "en"
    user.save()
    client.force_login(user)
    client.cookies["django_language"] = user.language
    return client


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"outages:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


# -- The policy --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_rule_stands_on_the_page_in_both_languages_and_a_crew_may_read_it() -> None:
    english = page(signed_in("crew"), "policy")
    chinese = page(signed_in("call_agent", chinese=True), "policy")
    for row in POLICY:
        assert f">{row.key}<" in english
        assert row.name.zh in chinese
    assert "gap: to be set" in english
    assert "5 min" in english


@pytest.mark.django_db
def test_a_leader_sets_a_rule_from_a_day_on_and_the_page_says_so() -> None:
    client = signed_in("leader")
    address = reverse("outages:policy-rule", args=["dispatch_notify"])
    with time_machine.travel(NOON, tick=False):
        told_from = "2026-12-01T00:00"
        answer = client.post(
            address,
            {"value": "3 min", "effective_from": told_from, "source": "纪要", "note": ""},
        )
        assert answer.status_code == 302
        shown = page(client, "policy")
        assert re.search(r"3 min from 2026-12-01 00:00", shown)
        assert policy.value("dispatch_notify", at=NOON) == Span(5, Unit.MINUTES)
        rule = page(client, "policy-rule", "dispatch_notify")
    assert "纪要" in rule
    assert "to come" in rule
    [row] = PolicyValue.objects.all()
    assert row.effective_from == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert row.set_by is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("cmp_permit", "at_least", "at_least"),
        ("profile_property", "on", True),
        ("permit_planned_network", "always", "always"),
        ("exchange_required_fields", ["leak_location", "valve_status"], None),
        ("arrive_utility", "40 min", None),
        ("hotline_answer_rings", "", None),
    ],
)
def test_every_kind_of_rule_has_a_form_that_works(key: str, value: Any, stored: Any) -> None:
    client = signed_in("leader")
    assert 'name="value"' in page(client, "policy-rule", key)
    address = reverse("outages:policy-rule", args=[key])
    assert client.post(address, {"value": value, "source": "纪要"}).status_code == 302
    if stored is not None:
        assert PolicyValue.objects.get().value == stored


@pytest.mark.django_db
def test_a_value_that_makes_no_sense_is_told_with_the_form_as_it_was() -> None:
    client = signed_in("leader")
    address = reverse("outages:policy-rule", args=["dispatch_notify"])
    answer = client.post(address, {"value": "soon", "source": "纪要"})
    assert answer.status_code == 422
    assert "Write a number and its unit" in answer.content.decode()
    assert 'value="soon"' in answer.content.decode()
    assert not PolicyValue.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["dispatcher", "call_agent", "supervision", "crew"])
def test_who_may_not_set_rules_sees_no_form_and_is_refused(role: str) -> None:
    client = signed_in(role)
    assert 'name="value"' not in page(client, "policy-rule", "dispatch_notify")
    assert 'name="day"' not in page(client, "calendar")
    for name, args in (("policy-rule", ["dispatch_notify"]), ("calendar", [])):
        answer = client.post(reverse(f"outages:{name}", args=args), {"value": "1 min"})
        assert answer.status_code == 403
    assert not PolicyValue.objects.exists()


# -- The calendar ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_calendar_shows_a_year_and_warns_of_one_that_is_missing() -> None:
    with time_machine.travel(NOON):
        shown = page(signed_in("leader"), "calendar", year="2026")
    assert "国庆节" in shown
    assert "The holidays of 2027 are not entered" in shown
    assert "39 days" in shown


@pytest.mark.django_db
def test_a_day_and_a_file_of_days_are_entered() -> None:
    client = signed_in("leader")
    address = reverse("outages:calendar")
    day = {"day": "2027-01-01", "kind": "holiday", "name": "元旦", "source": "通知"}
    assert client.post(address, day).status_code == 302
    text = (
        "\ufeffday,kind,name,source\n2027-01-02,holiday,元旦,通知\n2027-01-03,make_up,元旦,通知\n"
    )
    file = SimpleUploadedFile("days.csv", text.encode(), "text/csv")
    assert client.post(address, {"what": "file", "file": file}).status_code == 302
    assert CalendarDay.objects.count() == 3
    assert "元旦" in page(client, "calendar", year="2027")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,kind,name,source\n2027-13-01,holiday,x,y\n", "Line 2"),
        ("day,kind,name,source\n2027-01-01,feast,x,y\n", "Line 2"),
        ("day,kind,name,source\n", "names no day"),
        ("day,kind,name,source\n2027-01-01,holiday,x,\n", "Name the source of 2027-01-01"),
    ],
)
def test_a_file_with_a_wrong_line_enters_nothing(text: str, said: str) -> None:
    client = signed_in("leader")
    file = SimpleUploadedFile("days.csv", text.encode(), "text/csv")
    answer = client.post(reverse("outages:calendar"), {"what": "file", "file": file})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CalendarDay.objects.exists()


# -- Alerts ------------------------------------------------------------------------------------


def test_the_bell_counts_and_an_alert_is_seen_to_once(desk: Desk) -> None:
    factories.lay(TOWN)
    desk.report("p2")
    deadlines.scan(at=NOON + 6 * MINUTE)
    client, other = signed_in("dispatcher"), signed_in("gis_editor")
    assert "1 alert waits" in page(client, "alerts-bell")
    assert "No alerts" in page(other, "alerts-bell")
    listed = page(client, "alerts")
    assert "Notify the responsible department: overdue since 11-21 12:05" in listed
    [alert] = alerts_of("dispatcher")
    assert other.post(reverse("outages:alert-acknowledge", args=[alert.pk])).status_code == 403
    assert client.post(reverse("outages:alert-acknowledge", args=[alert.pk])).status_code == 302
    assert "No alerts" in page(client, "alerts-bell")
    assert "Seen to or settled" in page(client, "alerts")


def alerts_of(role: str) -> list[Any]:
    return list(alerts.Alert.objects.filter(to_name=role))


def test_who_stands_in_for_another_role_is_told_once(desk: Desk) -> None:
    factories.lay(TOWN)
    report, leader = desk.report("p1"), factories.person("shift_leader")
    for role in ("call_agent", "shift_leader"):
        alerts.raise_alert("anomaly_told", audience=alerts.to_role(role), subject=report, at=NOON)
    for_agents = alerts.to_role("call_agent")
    alerts.raise_alert("exchange_answered", audience=for_agents, subject=report, at=NOON)
    told_to = [(each.code, each.to_name) for each in alerts_for(leader).order_by("pk")]
    assert told_to == [("anomaly_told", "shift_leader"), ("exchange_answered", "call_agent")]
    assert alerts_for(factories.person("call_agent")).count() == 2
    for alert in alerts_for(leader):
        alerts.acknowledge(alert, by=leader, at=NOON)
    assert not alerts_for(leader).exists(), "what she saw does not come back as the agents'"


def test_every_alert_that_the_product_raises_has_words(desk: Desk) -> None:
    root = Path(alerts.__file__).parents[1]
    codes = {
        code
        for file in root.rglob("*.py")
        for code in re.findall(r"raise_alert\(\s*\"(\w+)\"", file.read_text("utf-8"))
    }
    codes |= {"deadline_warned", "deadline_breached"}
    assert codes <= WORDS.keys()
    factories.lay(TOWN)
    report = desk.report("p1")
    unknown = alerts.raise_alert(
        "of_an_older_release", audience=alerts.to_role("leader"), subject=report, at=NOON
    )
    assert told(unknown).text
    assert told(unknown).url == reverse("outages:report", args=[report.pk])


# -- What was overdue --------------------------------------------------------------------------


def test_supervision_sees_who_was_late_with_what_and_by_how_much(desk: Desk) -> None:
    factories.lay(TOWN)
    first, second = desk.report("p1"), desk.report("p2")
    deadlines.meet(first, "dispatch_notify", at=NOON + 2 * MINUTE)
    deadlines.meet(second, "dispatch_notify", at=NOON + 8 * MINUTE + timedelta(seconds=30))
    with time_machine.travel(NOON + timedelta(hours=1)):
        client = signed_in("supervision")
        shown = page(client, "breaches")
        table = client.get(reverse("outages:breaches"), {"format": "csv"}).content.decode()
        drilled = page(client, "breaches", key="dispatch_notify", department="engineering")
    assert "1 / 2" in shown
    assert "50.0 %" in shown
    assert second.reference in shown
    assert first.reference not in shown
    assert ">2:30<" in shown
    assert "Nothing was overdue" in drilled
    [_heading, line] = table.strip().splitlines()
    assert line.startswith("dispatch_notify,")
    assert line.endswith(",150")


def test_a_limit_that_still_runs_is_on_the_page_the_second_it_is_late(desk: Desk) -> None:
    factories.lay(TOWN)
    report = desk.report("p2")
    client = signed_in("supervision")
    for seconds, is_late in ((300, False), (301, True)):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            assert (report.reference in page(client, "breaches")) is is_late


def test_the_board_names_the_rule_and_filters_by_department(desk: Desk) -> None:
    factories.lay(TOWN)
    waiting = desk.report("p4")
    approval = desk.burst("p2")
    assert approval.order is not None
    with time_machine.travel(NOON + 9 * MINUTE, tick=False):
        client = signed_in("dispatcher")
        shown = page(client, "board")
        of_centre = page(client, "board", department="call_centre")
        of_works = page(client, "board", department="engineering")
    assert "Notify the responsible department: 5 min, call centre (dispatch_notify)" in shown
    assert f"row-r{waiting.pk}" in shown
    assert f"row-o{approval.outage.pk}" in shown
    assert f"row-r{waiting.pk}" in of_centre
    assert f"row-r{waiting.pk}" not in of_works
    assert f"row-o{approval.outage.pk}" in of_works
    assert re.search(r"<title>\s*\(1\)", shown)


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "0:30"), (150, "2:30"), (3_750, "1:02:30"), (108_000, "1 d 6 h")]
)
def test_how_late_is_written_short(seconds: int, words: str) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert length_words(timedelta(seconds=seconds)) == words


# -- The command -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_shell_lists_sets_and_checks(capsys: pytest.CaptureFixture[str]) -> None:
    from django.utils import translation

    with translation.override("en"):
        call_command("policy", "set", "arrive_utility", "40 min", "--source", "纪要")
        with pytest.raises(CommandError, match="policy_unknown: key=arrive"):
            call_command("policy", "set", "arrive", "40 min", "--source", "x")
        with pytest.raises(CommandError, match="number and its unit"):
            call_command("policy", "set", "arrive_utility", "soon", "--source", "x")
    call_command("policy", "list")
    told_by_list = capsys.readouterr().out
    assert re.search(r"arrive_utility\s+40 min\s+纪要", told_by_list)
    assert re.search(r"dispatch_notify\s+5 min\s+default, literal", told_by_list)
    assert not Deadline.objects.exists()


@pytest.mark.django_db
def test_the_check_names_what_waits_for_the_operator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(NOON):
        with pytest.raises(CommandError, match="2 things"):
            call_command("policy", "check")
        assert "arrive_utility: not set" in capsys.readouterr().out
        call_command("policy", "set", "arrive_utility", "40 min", "--source", "纪要")
        file = tmp_path / "days.csv"
        file.write_text("day,kind,name,source\n2027-01-01,holiday,元旦,通知\n", "utf-8")
        call_command("policy", "calendar", str(file))
        call_command("policy", "check")
    assert "nothing waits" in capsys.readouterr().out


def test_the_docs_are_the_table() -> None:
    assert DOCS.read_text("utf-8") == printed_docs(), (
        "./run manage policy docs > docs/policy.md writes it anew"
    )


DATED = ("access-log", "breaches", "interruptions", "complaints", "roster", "callback-rates")


@pytest.mark.django_db
@pytest.mark.parametrize("name", DATED)
def test_days_that_no_page_can_reckon_with_are_left_out(name: str) -> None:
    client = signed_in("admin")
    for day in ("9999-12-31", "0001-01-01", "2026-02-30", "x"):
        asked = {"since": day, "until": day, "from": day, "month": day[:7]}
        assert client.get(reverse(f"outages:{name}"), asked).status_code == 200, day


@pytest.mark.parametrize("year", ["0002", "1926", "9999"])
def test_a_year_half_typed_is_no_time(year: str) -> None:
    with pytest.raises(ValidationError, match=r"年份|year"):
        MomentField().clean(f"{year}-11-22T10:00")
