"""Policy as data: what is set holds from its moment on, and only for what starts then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from outages.models import CalendarDay, Event, PolicyValue
from outages.policy.calendar import DayKind, NamedDay
from outages.policy.keys import KEYS
from outages.policy.values import Span, Unit
from outages.selectors.rules import policy
from outages.services.rules import deadlines
from outages.services.rules.policy import PolicyRefused, name_days, set_policy, set_policy_text
from tests import factories
from tests.factories import NOON
from tests.outages.conftest import Desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
RESOLVED = "经理办公会纪要 2026-11"


@pytest.fixture
def leader(db: None) -> Any:
    return factories.person("leader")


def test_until_somebody_sets_it_the_default_is_in_force(db: None) -> None:
    for key in KEYS:
        found = policy.in_force(key, at=NOON)
        own = KEYS[key].default
        assert found.row is None
        assert found.value == (None if KEYS[key].needs else own)


def test_a_value_holds_from_its_moment_on(leader: Any) -> None:
    tomorrow = NOON + timedelta(days=1)
    row = set_policy_text(
        "dispatch_notify", "3 分钟", effective_from=tomorrow, source=RESOLVED, by=leader, at=NOON
    )
    before, after = tomorrow - timedelta(seconds=1), tomorrow
    assert policy.value("dispatch_notify", at=before) == Span(5, Unit.MINUTES)
    assert policy.in_force("dispatch_notify", at=after).row == row
    assert policy.value("dispatch_notify", at=after) == Span(3, Unit.MINUTES)
    assert policy.coming(at=NOON) == [row]
    [event] = Event.objects.filter(subject="policy")
    assert (event.verb, event.by, event.reason) == ("policy_set", leader, RESOLVED)


def test_of_two_settings_from_one_moment_the_later_holds(leader: Any) -> None:
    for text in ("3 min", "4 min"):
        set_policy_text(
            "dispatch_notify", text, effective_from=NOON, source=RESOLVED, by=leader, at=NOON
        )
    assert policy.value("dispatch_notify", at=NOON) == Span(4, Unit.MINUTES)
    assert [row.value["amount"] for row in policy.history("dispatch_notify")] == [4, 3]


def test_a_change_moves_only_what_starts_later(desk: Desk, leader: Any) -> None:
    factories.lay(TOWN)
    first = desk.report("p1")
    set_policy_text(
        "dispatch_notify",
        "2 min",
        effective_from=NOON + timedelta(minutes=1),
        source=RESOLVED,
        by=leader,
        at=NOON,
    )
    second = desk.report("p2")
    old, new = (deadlines.start(report, "dispatch_notify", at=NOON) for report in (first, second))
    assert old is not None and new is not None
    assert (old.value, old.due_at - old.started_at) == ("5 min", timedelta(minutes=5))
    assert (new.value, new.due_at - new.started_at) == ("2 min", timedelta(minutes=2))
    assert (old.policy_value, new.policy_value) == (None, PolicyValue.objects.get())
    # The warning at four minutes would come after the end: there is none.
    assert (old.warns_at, new.warns_at) == (old.started_at + timedelta(minutes=4), None)


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("dispatch_notify", "soon", "not_a_duration"),
        ("dispatch_notify", "", "value_missing"),
        ("big_outage_persons", "-1", "not_a_number"),
        ("callback_sms_share", "120", "out_of_range"),
        ("permit_planned_network", "never", "not_a_choice"),
        ("dispatch_notifi", "5 min", "policy_unknown"),
    ],
)
def test_what_a_key_cannot_have_is_refused(leader: Any, key: str, text: str, code: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        set_policy_text(key, text, effective_from=NOON, source=RESOLVED, by=leader, at=NOON)
    assert refused.value.code == code
    assert not PolicyValue.objects.exists()


def test_the_past_is_not_changed_and_a_source_is_asked_for(leader: Any) -> None:
    told: dict[str, Any] = {"by": leader, "at": NOON}
    span = Span(5, Unit.MINUTES)
    with pytest.raises(PolicyRefused) as refused:
        set_policy(
            "dispatch_notify", span, effective_from=NOON - timedelta(seconds=1), source="x", **told
        )
    assert refused.value.code == "policy_in_the_past"
    with pytest.raises(PolicyRefused) as refused:
        set_policy("dispatch_notify", span, effective_from=NOON, source="  ", **told)
    assert refused.value.code == "policy_without_source"


@pytest.mark.parametrize("statement", ["UPDATE {} SET source = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["outages_policyvalue", "outages_calendarday"])
def test_the_database_lets_nobody_rewrite_what_was_set(
    leader: Any, statement: str, table: str
) -> None:
    from django.db import connection

    set_policy_text("dispatch_notify", "3 min", effective_from=NOON, source="x", by=leader, at=NOON)
    holiday = NamedDay(date(2027, 1, 1), DayKind.HOLIDAY, "元旦", "x")
    name_days([holiday], by=leader, at=NOON)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_a_profile_that_is_off_gives_no_limit(leader: Any) -> None:
    assert policy.value("arrive_property_emergency", at=NOON) is None
    set_policy("profile_property", True, effective_from=NOON, source="x", by=leader, at=NOON)
    assert policy.value("arrive_property_emergency", at=NOON) == Span(10, Unit.MINUTES)
    assert policy.value("arrive_property_emergency", at=NOON - timedelta(seconds=1)) is None


def test_the_matrix_reads_its_limits_from_the_policy(leader: Any) -> None:
    from outages.policy.matrix import Comparator, Limits

    assert policy.limits(at=NOON) == Limits()
    told: dict[str, Any] = {"effective_from": NOON, "source": "x", "by": leader, "at": NOON}
    set_policy_text("big_outage_persons", "3,000", **told)
    set_policy_text("cmp_permit", "≥", **told)
    set_policy_text("permit_planned_network", "always", **told)
    set_policy_text("permit_planned_plant", "over_threshold", **told)
    set_policy_text("plant_permit_gates_publish", "开", **told)
    set_policy_text("key_user_notice", "2 days", **told)
    assert policy.limits(at=NOON) == Limits(
        big_outage_persons=3_000,
        cmp_permit=Comparator.AT_LEAST,
        permit_always=True,
        plant_permit_always=False,
        plant_permit_gates_publish=True,
        key_user_notice=timedelta(days=2),
    )


# -- The calendar ------------------------------------------------------------------------------


def test_working_days_skip_a_holiday_that_the_operator_entered(desk: Desk, leader: Any) -> None:
    """Two working days for another organisation's matter, asked on a Thursday."""
    factories.lay(TOWN)
    report = desk.report("p1")
    thursday = datetime(2026, 11, 26, 10, 0, tzinfo=SHANGHAI)
    plain = deadlines.start(report, "consult_reply_other_dept", at=thursday)
    assert plain is not None
    assert plain.due_at == datetime(2026, 11, 30, 10, 0, tzinfo=SHANGHAI)
    name_days(
        [
            NamedDay(date(2026, 11, 27), DayKind.HOLIDAY, "厂庆", "公司通知"),
            NamedDay(date(2026, 11, 28), DayKind.MAKE_UP, "厂庆", "公司通知"),
        ],
        by=leader,
        at=NOON,
    )
    other = desk.report("p2")
    moved = deadlines.start(other, "consult_reply_other_dept", at=thursday)
    assert moved is not None
    assert moved.due_at == datetime(2026, 11, 30, 10, 0, tzinfo=SHANGHAI)
    name_days([NamedDay(date(2026, 11, 28), DayKind.ORDINARY, "", "更正")], by=leader, at=NOON)
    third = desk.report("p1")
    later = deadlines.start(third, "consult_reply_other_dept", at=thursday)
    assert later is not None
    assert later.due_at == datetime(2026, 12, 1, 10, 0, tzinfo=SHANGHAI)
    plain.refresh_from_db()
    assert plain.due_at == datetime(2026, 11, 30, 10, 0, tzinfo=SHANGHAI)


def test_over_national_day_two_working_days_are_ten(desk: Desk) -> None:
    factories.lay(TOWN)
    eve = datetime(2026, 9, 30, 17, 0, tzinfo=SHANGHAI)
    started = deadlines.start(desk.report("p1"), "consult_reply_other_dept", at=eve)
    assert started is not None
    assert started.due_at == datetime(2026, 10, 9, 17, 0, tzinfo=SHANGHAI)


def test_the_newest_entry_of_a_day_holds_and_the_earlier_stays(leader: Any) -> None:
    day = date(2027, 1, 1)
    for kind in (DayKind.HOLIDAY, DayKind.ORDINARY):
        name_days([NamedDay(day, kind, "元旦", "通知")], by=leader, at=NOON)
    assert CalendarDay.objects.filter(day=day).count() == 2
    assert policy.working_calendar().is_working(day)
    assert day not in [each.day for each in policy.named_days()]


def test_a_year_without_an_entry_is_told(leader: Any) -> None:
    assert policy.years_unknown(on=date(2026, 11, 22)) == (2027,)
    name_days([NamedDay(date(2027, 1, 1), DayKind.HOLIDAY, "元旦", "通知")], by=leader, at=NOON)
    assert policy.years_unknown(on=date(2026, 11, 22)) == ()


def test_a_list_of_days_is_entered_whole_or_not_at_all(leader: Any) -> None:
    day = date(2027, 1, 1)
    twice = [NamedDay(day, DayKind.HOLIDAY, "元旦", "通知")] * 2
    with pytest.raises(PolicyRefused) as refused:
        name_days(twice, by=leader, at=NOON)
    assert refused.value.code == "calendar_day_named_twice"
    with pytest.raises(PolicyRefused):
        name_days([NamedDay(day, DayKind.HOLIDAY, "元旦", "")], by=leader, at=NOON)
    assert not CalendarDay.objects.exists()
