"""Values of the policy: read in two languages, checked by kind, stored and printed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.keys import KEYS, POLICY, SECTIONS
from outages.policy.rows import MissingValue, PolicyKey, Runs, Status
from outages.policy.values import (
    BadValue,
    Kind,
    Span,
    Unit,
    Value,
    from_json,
    parse,
    printed,
    to_json,
    typed_text,
)

SPANS = st.builds(Span, st.integers(0, 300), st.sampled_from(Unit))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.DURATION, "5 min", Span(5, Unit.MINUTES)),
        (Kind.DURATION, "5分钟", Span(5, Unit.MINUTES)),
        (Kind.DURATION, " 24 小时 ", Span(24, Unit.HOURS)),
        (Kind.DURATION, "5 days", Span(5, Unit.DAYS)),
        (Kind.DURATION, "2 个工作日", Span(2, Unit.WORKING_DAYS)),
        (Kind.DURATION, "20 s", Span(20, Unit.SECONDS)),
        (Kind.PERSONS, "5,000", 5_000),
        (Kind.PERSONS, "5000 人", 5_000),
        (Kind.PERCENT, "95 %", 95),
        (Kind.COMPARATOR, "≥", "at_least"),
        (Kind.COMPARATOR, "超过", "more_than"),
        (Kind.SWITCH, "关", False),
        (Kind.SWITCH, "Yes", True),
        (Kind.DAY_OF_MONTH, "28", 28),
        (Kind.TEXT, "952525", "952525"),
        (Kind.DURATION, "—", None),
    ],
)
def test_values_are_read_as_people_write_them(kind: Kind, text: str, value: Value) -> None:
    assert parse(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (Kind.DURATION, "5", "not_a_duration"),
        (Kind.DURATION, "-5 min", "not_a_duration"),
        (Kind.DURATION, "five minutes", "not_a_duration"),
        (Kind.DURATION, "400 days", "out_of_range"),
        (Kind.PERSONS, "many", "not_a_number"),
        (Kind.PERSONS, "5.000", "not_a_number"),
        (Kind.PERCENT, "101", "out_of_range"),
        (Kind.DAY_OF_MONTH, "31", "out_of_range"),
        (Kind.COMPARATOR, "<", "not_a_comparator"),
        (Kind.SWITCH, "maybe", "not_a_switch"),
        (Kind.CHOICE, "never", "not_a_choice"),
        (Kind.SEVERAL, "leak_location, moon", "not_a_choice"),
    ],
)
def test_what_is_no_value_is_refused(kind: Kind, text: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(kind, text, choices=("always", "leak_location"))
    assert refused.value.code == code


@given(SPANS)
def test_a_duration_survives_print_and_store(span: Span) -> None:
    assert parse(Kind.DURATION, printed(span)) == span
    assert parse(Kind.DURATION, printed(span, chinese=True)) == span
    assert from_json(Kind.DURATION, to_json(span)) == span


def test_working_days_have_no_length_of_their_own() -> None:
    assert Span(90, Unit.MINUTES).timedelta == timedelta(hours=1, minutes=30)
    with pytest.raises(ValueError, match="calendar"):
        _ = Span(2, Unit.WORKING_DAYS).timedelta


@pytest.mark.parametrize("row", POLICY, ids=lambda row: row.key)
def test_every_default_is_a_value_of_its_key(row: PolicyKey) -> None:
    text = ",".join(row.default) if isinstance(row.default, tuple) else typed_text(row.default)
    assert row.parse(text) == row.default
    assert row.from_json(to_json(row.default)) == row.default
    assert row.printed(row.default)
    assert row.printed(row.default, chinese=True)
    # A limit that only the operator can name is a gap, or an alternative that is off.
    if row.default is None:
        assert row.may_be_unset


def test_the_table_holds_together() -> None:
    assert len(KEYS) == len(POLICY)
    for row in POLICY:
        assert not row.warn_key or row.warn_key in KEYS
        assert not row.needs or KEYS[row.needs].kind is Kind.SWITCH
        assert row.runs is Runs.NOT or row.kind is Kind.DURATION
        assert row.source
        assert row.status in Status
    assert set(SECTIONS) <= set(KEYS)
    assert POLICY[0].key in SECTIONS
    running = {row.key for row in POLICY if row.runs is not Runs.NOT}
    assert running >= {"dispatch_notify", "key_user_notice"}


def test_a_key_that_must_have_a_value_refuses_none() -> None:
    assert KEYS["arrive_utility"].parse("") is None
    with pytest.raises(MissingValue):
        KEYS["dispatch_notify"].parse("")


# Section 7 of the requirements, by key: default and status as they stand there.
SECTION_7 = """
    dispatch_notify | 5 min | literal
    dispatch_notify_warn | 4 min | assumption
    accept_complaint | 60 min | literal
    accept_normal | 20 min | literal
    complaint_classify | 2 h | literal
    complaint_reply | 5 days | analogy
    complaint_report_supervision | 0 min | analogy
    transfer_followup_call | 24 h | literal
    consult_reply | 30 min | analogy
    consult_reply_other_dept | 2 working days | analogy
    repair_start | 6 h | analogy
    repair_finish | 24 h | analogy
    arrive_utility | — | gap
    arrive_property_emergency | 10 min | literal
    arrive_public_hazard | 10 min | literal
    repair_public_other | 3 working days | literal
    repair_private_other | 7 working days | literal
    extension_before_due | on | literal
    extension_approver | leader of the responsible department | literal
    big_outage_persons | 5,000 persons | literal
    cmp_permit | more than (>) | literal
    cmp_phone_leaders | at least (≥) | literal
    cmp_bureau_unplanned | at least (≥) | interpretation
    persons_per_connection | 4 | assumption
    key_user_notice | 24 h | literal
    public_notice_lead | 24 h | assumption
    publish_after_receipt | 30 min | assumption
    permit_planned_network | only above the threshold | interpretation
    permit_planned_plant | always | literal
    plant_permit_gates_publish | off | interpretation
    plant_plan_approver | company leader | literal
    callback_sms_share | 95 % | literal
    callback_phone_share | 5 % | literal
    callback_complaint_phone | 100 % | literal
    callback_phone_due | 3 days | literal
    callback_rate_target | 100 % | literal
    callback_engineering_share | 10 % | literal
    callback_phone_number | 952525 | literal
    callback_scale | satisfied / dissatisfied | literal
    callback_negative_sms | phone, order and visit until it is solved | literal
    callback_sms_no_reply | counts as done | assumption
    satisfaction_target | 95 % | analogy
    satisfaction_alert | 90 % | analogy
    monthly_report_due | day 28 | literal
    monthly_report_draft | day 26 | assumption
    monthly_period | 26th of last month to the 25th | interpretation
    hotline_answer | 20 s | literal
    no_call_selfcheck | 30 min | literal
    prev_shift_review | 1 | literal
    shift_early_arrival | 10 min | literal
    shift_pattern | three shifts (early, late, night) | analogy
    handover_delay_max | 5 min | analogy
    handover_signatures | 2 | analogy
    backup_interval | 7 days | analogy
"""


def test_the_shipped_policy_is_that_of_the_regulations() -> None:
    told = [line.split(" | ") for line in SECTION_7.strip().splitlines()]
    for key, default, status in [[part.strip() for part in line] for line in told]:
        row = KEYS[key]
        assert (row.printed(row.default), str(row.status)) == (default, status), key
    assert KEYS["exchange_required_fields"].default == (
        "leak_location",
        "pipe_diameter",
        "valve_status",
        "affected_area",
        "expected_repair",
    )
