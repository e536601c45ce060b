"""T20 and T21: nobody calls for half an hour; a shift closes only when its work is handed over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, ProgrammingError, transaction

from outages.choices import HandoverKind
from outages.models import Alert, Deadline, Event, LogEntry, Outage, SelfCheck, Shift
from outages.selectors.rules.alerts import alerts_for
from outages.selectors.shifts import events_of, gates, items_by_urgency, open_shift, unreviewed
from outages.services import shifts
from outages.services.desk import calls, follow_ups
from outages.services.rules import deadlines
from outages.services.shifts import ShiftRefused, opening
from tests.application_role import as_owner
from tests.factories import NOON, lay
from tests.outages.offices import client_of, member, ordered, told

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FOUR = NOON + 4 * HOUR  # 16:00 local: the early shift of three ends

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Any:
    return member("shift_leader", department="call_centre", username="ada")


@pytest.fixture
def bea() -> Any:
    return member("shift_leader", department="call_centre", username="bea")


@pytest.fixture
def cato() -> Any:
    return member("call_agent", department="call_centre", username="cato")


@pytest.fixture
def shift(ada: Any, cato: Any) -> Shift:
    return shifts.open_first_shift(leader=ada, people=[cato], at=NOON)


def handed_over(shift: Shift, *, to: Any, at: datetime) -> Shift:
    """Everything looked at, told and signed by both."""
    shifts.review_previous(shift, by=shift.leader, at=at)
    handover = shifts.begin_handover(shift, by=shift.leader, at=at)
    for kind in HandoverKind:
        shifts.tell_items(handover, kind=kind, by=shift.leader, at=at)
    handover = shifts.give(handover, by=shift.leader, at=at)
    return shifts.take_over(handover, by=to, at=at)


def outage(*, at: datetime = NOON, status: str = "impact_confirmed", code: str = "OUT-1") -> Outage:
    return Outage.objects.create(
        code=code, kind="unplanned", cause="burst", status=status, created_at=at, place="解放路"
    )


# -- T20 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "asked"), [(29, False), (30, False), (31, True)])
def test_t20_half_an_hour_after_the_last_call_a_self_check_is_asked(
    shift: Shift, minutes: int, asked: bool
) -> None:
    told("consultation", at=NOON + HOUR)
    check = shifts.watch_for_silence(at=NOON + HOUR + minutes * MINUTE)
    assert (check is not None) is asked
    if check is not None:
        assert check.last_call_at == NOON + HOUR
        assert Alert.objects.get(code="self_check_due").to_name == "call_agent"
    # Looked again, it is the same one.
    shifts.watch_for_silence(at=NOON + HOUR + (minutes + 1) * MINUTE if asked else NOON)
    assert SelfCheck.objects.count() == int(asked)


def test_t20_a_fault_alerts_shift_leader_administrator_and_department_leader(
    shift: Shift, cato: Any
) -> None:
    head = member("leader", department="call_centre", username="head")
    other = member("leader", department="production", username="other")
    admin = member("admin", username="root")
    check = shifts.watch_for_silence(at=NOON + 31 * MINUTE)
    assert check is not None
    at = NOON + 35 * MINUTE
    shifts.record_self_check(check, result="fault", symptom="来电无声", by=cato, at=at)
    for person in (shift.leader, admin, head):
        assert alerts_for(person).filter(code="call_system_fault").count() == 1
    assert not alerts_for(other).filter(code="call_system_fault").exists()
    [entry] = LogEntry.objects.all()
    assert (entry.kind, entry.text, entry.by, entry.at) == ("fault", "来电无声", cato, at)
    # Nobody is asked for what is done.
    assert not Alert.objects.filter(code="self_check_due", acknowledged_at=None).exists()
    with pytest.raises(ShiftRefused) as again:
        shifts.record_self_check(check, result="ok", by=cato, at=at)
    assert again.value.code == "self_check_done"


def test_t20_a_check_that_was_fine_asks_again_after_the_same_silence(
    shift: Shift, cato: Any
) -> None:
    check = shifts.watch_for_silence(at=NOON + 31 * MINUTE)
    assert check is not None
    shifts.record_self_check(check, result="ok", by=cato, at=NOON + 40 * MINUTE)
    assert shifts.watch_for_silence(at=NOON + 69 * MINUTE) is None
    assert shifts.watch_for_silence(at=NOON + 71 * MINUTE) is not None
    assert not LogEntry.objects.exists()


def test_t20_a_call_answers_the_check(shift: Shift, cato: Any) -> None:
    check = shifts.watch_for_silence(at=NOON + 31 * MINUTE)
    assert check is not None
    calls.log_call(outcome="invalid", asked="", client_key=uuid4(), by=cato, at=NOON + 33 * MINUTE)
    assert shifts.watch_for_silence(at=NOON + 34 * MINUTE) is None
    check.refresh_from_db()
    assert (check.result, check.done_by) == ("call", None)


def test_t20_without_a_shift_nobody_is_asked() -> None:
    assert shifts.watch_for_silence(at=NOON + 31 * MINUTE) is None


def test_t20_a_report_that_did_not_come_by_telephone_breaks_no_silence(shift: Shift) -> None:
    told("consultation", at=NOON + 25 * MINUTE, channel="email")
    assert shifts.watch_for_silence(at=NOON + 31 * MINUTE) is not None


# -- T21 -----------------------------------------------------------------------------------------


def test_t21_a_shift_is_handed_over_by_two_signatures(shift: Shift, ada: Any, bea: Any) -> None:
    new = handed_over(shift, to=bea, at=FOUR)
    shift.refresh_from_db()
    assert (shift.closed_at, shift.late_s) == (FOUR, 0)
    assert open_shift() == new
    assert (new.leader, new.starts_at, new.ends_at) == (bea, FOUR, FOUR + 8 * HOUR)
    assert (shift.handover.given_by, shift.handover.taken_by) == (ada, bea)


def test_t21_the_same_person_twice_is_refused(shift: Shift, ada: Any) -> None:
    handover = shifts.begin_handover(shift, by=ada, at=FOUR)
    with pytest.raises(ShiftRefused) as early:
        shifts.take_over(handover, by=ada, at=FOUR)
    handover = shifts.give(handover, by=ada, at=FOUR)
    with pytest.raises(ShiftRefused) as twice:
        shifts.take_over(handover, by=ada, at=FOUR)
    assert (early.value.code, twice.value.code) == ("same_signer", "same_signer")
    assert open_shift() == shift
    # Nor does the database take it.
    with pytest.raises(IntegrityError, match="two_people_sign"), transaction.atomic():
        type(handover).objects.filter(pk=handover.pk).update(taken_by=ada)


def test_t21_only_the_leader_of_the_shift_gives_and_gives_first(
    shift: Shift, ada: Any, bea: Any
) -> None:
    handover = shifts.begin_handover(shift, by=ada, at=FOUR)
    with pytest.raises(ShiftRefused) as other:
        shifts.give(handover, by=bea, at=FOUR)
    with pytest.raises(ShiftRefused) as first:
        shifts.take_over(handover, by=bea, at=FOUR)
    assert (other.value.code, first.value.code) == ("not_shift_leader", "given_first")


@pytest.mark.parametrize("status", ["impact_confirmed", "in_effect", "restoring"])
def test_t21_close_is_refused_with_an_unpublished_outage(
    shift: Shift, ada: Any, bea: Any, status: str
) -> None:
    row = outage(status=status)
    with pytest.raises(ShiftRefused) as refused:
        handed_over(shift, to=bea, at=FOUR)
    assert (refused.value.code, refused.value.facts["of"]) == ("gate_unpublished", "OUT-1")
    # The shift's own record keeps that it was tried (PUB-07).
    [kept] = Event.objects.filter(verb="close_refused", subject="shift", subject_id=shift.pk)
    assert (kept.new, kept.facts["of"]) == ("gate_unpublished", ["OUT-1"])
    assert open_shift() == shift
    Outage.objects.filter(pk=row.pk).update(published_at=FOUR)
    assert handed_over(shift, to=bea, at=FOUR + MINUTE).leader == bea


@pytest.mark.parametrize("status", ["draft", "restored", "closed", "cancelled"])
def test_t21_what_cannot_be_published_stops_nobody(shift: Shift, bea: Any, status: str) -> None:
    outage(status=status)
    assert handed_over(shift, to=bea, at=FOUR).leader == bea


def test_t21_an_outage_that_comes_between_the_signatures_stops_the_second(
    shift: Shift, ada: Any, bea: Any
) -> None:
    handover = shifts.give(shifts.begin_handover(shift, by=ada, at=FOUR), by=ada, at=FOUR)
    outage(at=FOUR + MINUTE)
    with pytest.raises(ShiftRefused) as refused:
        shifts.take_over(handover, by=bea, at=FOUR + 2 * MINUTE)
    assert refused.value.code == "gate_unpublished"


def test_t21_close_is_refused_with_unreviewed_orders_of_the_shift_before(
    shift: Shift, ada: Any, bea: Any
) -> None:
    lay(TOWN)
    order = ordered(told("low_pressure"), at=NOON + HOUR)
    second = handed_over(shift, to=bea, at=FOUR)
    assert unreviewed(second) == [order.number]
    handover = shifts.begin_handover(second, by=bea, at=FOUR + 8 * HOUR)
    for kind in HandoverKind:
        shifts.tell_items(handover, kind=kind, by=bea, at=FOUR + 8 * HOUR)
    with pytest.raises(ShiftRefused) as refused:
        shifts.give(handover, by=bea, at=FOUR + 8 * HOUR)
    assert (refused.value.code, refused.value.facts["of"]) == ("gate_unreviewed", order.number)
    shifts.review_previous(second, by=bea, at=FOUR + 8 * HOUR)
    assert not unreviewed(second)
    handover = shifts.give(handover, by=bea, at=FOUR + 8 * HOUR)
    assert shifts.take_over(handover, by=ada, at=FOUR + 8 * HOUR).leader == ada


def test_t21_what_is_open_is_collected_and_every_matter_must_be_told(
    shift: Shift, ada: Any, bea: Any
) -> None:
    lay(TOWN)
    report = told("low_pressure", by=ada)
    order = ordered(report, at=NOON + HOUR)
    follow_ups.owe_call(report, kind="promised", by=ada, at=NOON + HOUR, due_at=FOUR)
    running = outage(status="in_effect")
    Outage.objects.filter(pk=running.pk).update(published_at=NOON)
    handover = shifts.begin_handover(shift, by=ada, at=FOUR)
    assert [(row.kind, row.label) for row in items_by_urgency(handover)] == [
        ("outage", "OUT-1"), ("call", report.reference), ("order", order.number)
    ]  # fmt: skip
    with pytest.raises(ShiftRefused) as refused:
        shifts.give(handover, by=ada, at=FOUR)
    assert (refused.value.code, refused.value.facts["count"]) == ("gate_untold", 3)
    for item in items_by_urgency(handover):
        shifts.tell_item(item, remark="已交代", by=ada, at=FOUR)
    # What is settled meanwhile falls out; the list that the next shift has is the same one.
    Outage.objects.filter(pk=running.pk).update(status="closed")
    handover = shifts.give(handover, by=ada, at=FOUR)
    new = shifts.take_over(handover, by=bea, at=FOUR)
    assert [row.label for row in items_by_urgency(new.inherited)] == [
        report.reference, order.number
    ]  # fmt: skip


def test_t21_a_delay_over_five_minutes_is_flagged(shift: Shift, bea: Any, ada: Any) -> None:
    assert shift.ends_at == FOUR
    second = handed_over(shift, to=bea, at=FOUR + 5 * MINUTE)
    shift.refresh_from_db()
    assert shift.late_s == 0
    end = second.ends_at
    deadlines.scan(at=end + 6 * MINUTE)  # visible before anybody signs
    limit = Deadline.objects.get(key="handover_delay_max", subject_id=second.pk)
    assert limit.breached_at == end + 5 * MINUTE
    handed_over(second, to=ada, at=end + 6 * MINUTE)
    second.refresh_from_db()
    assert second.late_s == 6 * 60


def test_handed_over_early_the_next_shift_ends_at_its_own_hour(shift: Shift, bea: Any) -> None:
    new = handed_over(shift, to=bea, at=FOUR - 10 * MINUTE)
    assert (new.starts_at, new.ends_at) == (FOUR, FOUR + 8 * HOUR)


def test_one_shift_is_open_at_a_time(shift: Shift, bea: Any) -> None:
    with pytest.raises(ShiftRefused) as refused:
        shifts.open_first_shift(leader=bea, people=[], at=NOON + HOUR)
    assert refused.value.code == "shift_open_already"
    with pytest.raises(IntegrityError, match="one_open_shift"), transaction.atomic():
        Shift.objects.create(leader=bea, starts_at=NOON, ends_at=FOUR, opened_at=NOON)


def test_a_discrepancy_goes_into_the_log_and_to_the_head(shift: Shift, ada: Any) -> None:
    head = member("leader", department="call_centre", username="head")
    handover = shifts.begin_handover(shift, by=ada, at=FOUR)
    for _twice in range(2):
        shifts.note_handover(handover, note="一切正常", discrepancy="钥匙少一把", by=ada, at=FOUR)
    assert alerts_for(head).filter(code="handover_discrepancy").count() == 1
    assert [entry.text for entry in LogEntry.objects.filter(kind="discrepancy")] == ["钥匙少一把"]


def test_what_is_written_down_stays(shift: Shift, ada: Any) -> None:
    shifts.write_log(shift, text="水厂来电", by=ada, at=NOON + MINUTE)
    shifts.review_previous(shift, by=ada, at=NOON + MINUTE)
    for rows in (LogEntry.objects.all(), shift.reviews.all()):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows.update(shift=shift)
        with as_owner(), pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(shift=shift)
    with as_owner(), pytest.raises(IntegrityError, match="not deleted"), transaction.atomic():
        Shift.objects.filter(pk=shift.pk)._raw_delete("default")


def test_a_signature_is_never_changed(shift: Shift, ada: Any, bea: Any) -> None:
    handover = shifts.give(shifts.begin_handover(shift, by=ada, at=FOUR), by=ada, at=FOUR)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        type(handover).objects.filter(pk=handover.pk).update(given_by=bea)


@pytest.mark.django_db(transaction=True)
def test_who_goes_off_duty_is_signed_out_and_who_stays_is_not(
    shift: Shift, ada: Any, bea: Any, cato: Any
) -> None:
    browsers = {person.username: client_of(person) for person in (ada, bea, cato)}
    keys = {name: browser.session.session_key for name, browser in browsers.items()}
    shifts.review_previous(shift, by=ada, at=FOUR)
    handover = shifts.give(shifts.begin_handover(shift, by=ada, at=FOUR), by=ada, at=FOUR)
    shifts.take_over(handover, people=[cato], by=bea, at=FOUR)
    assert set(Session.objects.values_list("session_key", flat=True)) == {
        keys["bea"], keys["cato"]
    }  # fmt: skip


def test_the_log_notes_by_itself_what_happens(shift: Shift, ada: Any) -> None:
    lay(TOWN)
    ordered(told("low_pressure", by=ada, at=NOON + MINUTE), at=NOON + 2 * MINUTE)
    verbs = list(events_of(shift).values_list("verb", flat=True))
    assert verbs[:1] == ["shift_opened"]
    assert {"reported", "order_issued"} <= set(verbs)


def test_another_may_lead_with_a_reason(shift: Shift, ada: Any, bea: Any) -> None:
    shift = shifts.change_leader(shift, leader=bea, reason="突发疾病", by=bea, at=NOON + HOUR)
    shifts.begin_handover(shift, by=bea, at=FOUR)
    assert handed_over(shift, to=ada, at=FOUR).leader == ada


def test_gates_are_listed_in_the_order_of_the_work(shift: Shift) -> None:
    found = [(gate.code, gate.is_met) for gate in gates(shift, at=FOUR)]
    assert found == [("gate_unreviewed", True), ("gate_unpublished", True), ("gate_untold", False)]


def test_of_two_who_open_the_first_shift_at_once_the_second_is_told_so(
    shift: Shift, bea: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([None, shift])  # it was opened after the look
    monkeypatch.setattr(opening, "open_shift", lambda: next(looks))
    with pytest.raises(ShiftRefused, match="shift_open_already"):
        shifts.open_first_shift(leader=bea, people=[], at=NOON + HOUR)
    assert Shift.objects.count() == 1
