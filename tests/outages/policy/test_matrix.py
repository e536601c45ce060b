"""The decision matrix, cell by cell: thresholds to the person, conditions one at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from outages.policy.matrix import (
    MATRIX,
    Comparator,
    Due,
    Facts,
    Gate,
    Kind,
    Limits,
    Owner,
    Task,
    due_at,
    duties,
    missing_before,
)

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
PLANNED_N = Facts(
    Kind.PLANNED_NETWORK, 100, 0, on_trunk_road=False, received_at=NOW,
    starts_at=NOW + timedelta(hours=48),
)  # fmt: skip
UNPLANNED_N = replace(PLANNED_N, kind=Kind.UNPLANNED_NETWORK, starts_at=None)
PLANNED_P = replace(PLANNED_N, kind=Kind.PLANNED_PLANT)
UNPLANNED_P = replace(UNPLANNED_N, kind=Kind.UNPLANNED_PLANT)

LEADERS = {Task.PHONE_PRODUCTION, Task.PHONE_LEADER}


def tasks(facts: Facts, limits: Limits | None = None) -> set[Task]:
    return {duty.task for duty in duties(facts, limits)}


def duty(facts: Facts, task: Task, limits: Limits | None = None):
    (found,) = [each for each in duties(facts, limits) if each.task == task]
    return found


def test_a_small_planned_network_outage_has_a_sheet_a_posting_and_the_public_channels_only():
    assert tasks(PLANNED_N) == {
        Task.OUTAGE_SHEET,
        Task.POSTING,
        Task.WECHAT_AND_WEBSITE,
        Task.SMS,
    }


def test_a_planned_network_outage_needs_a_permit_above_5000_and_publishing_waits_for_it():
    assert Task.PERMIT not in tasks(replace(PLANNED_N, persons=5000))
    permit = duty(replace(PLANNED_N, persons=5001), Task.PERMIT)
    assert (permit.owner, permit.gate) == (Owner.ENGINEERING, Gate.PUBLISH)
    assert Task.PERMIT in tasks(PLANNED_N, Limits(permit_always=True))


@pytest.mark.parametrize("facts", [UNPLANNED_N, UNPLANNED_P])
def test_nothing_unplanned_ever_waits_for_a_permit_or_a_leader(facts):
    found = duties(replace(facts, persons=90_000))
    assert not {Task.PERMIT, Task.LEADER_APPROVAL} & {each.task for each in found}
    assert not [each for each in found if each.gate in (Gate.PUBLISH, Gate.START)]


def test_an_unplanned_network_outage_of_5000_is_told_to_bureau_production_and_leader():
    large = {*LEADERS, Task.NOTIFY_BUREAU_SECTION, Task.EXCHANGE}
    assert large <= tasks(replace(UNPLANNED_N, persons=5000))
    assert not large & tasks(replace(UNPLANNED_N, persons=4999))


@pytest.mark.parametrize("change", [{"on_trunk_road": True}, {"key_users": 1}])
@pytest.mark.parametrize("facts", [PLANNED_N, UNPLANNED_N, UNPLANNED_P])
def test_a_trunk_road_or_one_key_user_is_enough_for_production_and_leader(facts, change):
    found = tasks(replace(facts, **change))
    assert found >= LEADERS
    assert Task.NOTIFY_BUREAU_SECTION not in found or facts.kind == Kind.UNPLANNED_PLANT


def test_production_is_not_phoned_about_its_own_planned_outage():
    assert tasks(replace(PLANNED_P, persons=5000)) & LEADERS == {Task.PHONE_LEADER}


def test_an_unplanned_plant_outage_of_ten_persons_is_told_to_the_bureau():
    assert Task.NOTIFY_BUREAU_SECTION in tasks(replace(UNPLANNED_P, persons=10))


def test_a_planned_plant_outage_of_any_size_waits_for_the_leader_and_goes_to_portal_and_press():
    found = {each.task: each for each in duties(replace(PLANNED_P, persons=10))}
    assert found[Task.LEADER_APPROVAL].gate == Gate.PUBLISH
    assert {found[t].owner for t in (Task.PORTAL, Task.NEWSPAPER, Task.PERMIT)} == {
        Owner.PRODUCTION
    }
    assert found[Task.PERMIT].gate == Gate.WARN
    gated = duty(PLANNED_P, Task.PERMIT, Limits(plant_permit_gates_publish=True))
    assert gated.gate == Gate.PUBLISH
    large_only = Limits(plant_permit_always=False)
    assert Task.PERMIT not in tasks(replace(PLANNED_P, persons=5000), large_only)
    assert Task.PERMIT in tasks(replace(PLANNED_P, persons=5001), large_only)


@pytest.mark.parametrize(("before_start", "due_before_start"), [(48, 24), (24, 24), (6, 6)])
def test_key_users_are_told_a_day_ahead_or_at_once(before_start, due_before_start):
    start = NOW + timedelta(hours=before_start)
    facts = replace(PLANNED_N, key_users=1, starts_at=start)
    got = duty(facts, Task.PHONE_KEY_USERS)
    assert got.due_at == start - timedelta(hours=due_before_start)


def test_key_users_of_an_emergency_are_told_at_once():
    assert duty(replace(UNPLANNED_N, key_users=1), Task.PHONE_KEY_USERS).due_at == NOW


def test_a_start_that_nobody_named_leaves_the_due_time_open():
    unnamed = replace(PLANNED_N, starts_at=None, key_users=1)
    assert duty(unnamed, Task.PHONE_KEY_USERS).due_at is None
    assert duty(unnamed, Task.POSTING).due_at is None


def test_the_portal_is_for_planned_outages_only():
    assert duty(replace(PLANNED_N, persons=6000), Task.PORTAL).owner == Owner.CALL_CENTRE
    assert Task.PORTAL not in tasks(replace(PLANNED_N, persons=5000))
    assert Task.PORTAL not in tasks(replace(UNPLANNED_N, persons=6000))


def test_special_users_and_organisations_bring_tasks_of_their_own():
    found = tasks(replace(UNPLANNED_N, special_users=1, organisations=2))
    assert {Task.TELL_SPECIAL_USERS, Task.PHONE_ORGANISATIONS} <= found


def test_publishing_is_due_half_an_hour_after_the_sheet():
    got = duty(PLANNED_N, Task.SMS)
    assert got.due_at == NOW + timedelta(minutes=30)


def test_the_comparators_are_those_of_the_policy():
    strict = Limits(cmp_phone_leaders=Comparator.MORE_THAN)
    assert not LEADERS & tasks(replace(UNPLANNED_N, persons=5000), strict)


def test_what_holds_up_publishing_is_named():
    needed = duties(replace(PLANNED_N, persons=5001))
    assert [d.task for d in missing_before(Gate.PUBLISH, needed, frozenset())] == [Task.PERMIT]
    assert not missing_before(Gate.PUBLISH, needed, frozenset({Task.PERMIT}))


def test_no_outage_meets_two_rows_of_one_task():
    for kind in Kind:
        everything = Facts(
            kind, 90_000, 9, on_trunk_road=True, received_at=NOW,
            starts_at=NOW, special_users=9, organisations=9, is_major=True,
        )  # fmt: skip
        found = [each.task for each in duties(everything)]
        assert len(found) == len(set(found))


def test_every_row_can_be_met_and_every_due_gives_a_time():
    met = set()
    for row in MATRIX:
        for kind in row.kinds:
            facts = Facts(
                kind, 90_000, 9, on_trunk_road=True, received_at=NOW,
                starts_at=NOW, special_users=9, organisations=9,
            )  # fmt: skip
            met |= {(each.task, kind) for each in duties(facts)} & {(row.task, kind)}
            assert due_at(row.due, facts, Limits()) is not None
    assert met == {(row.task, kind) for row in MATRIX for kind in row.kinds}
    assert {row.due for row in MATRIX} == set(Due)
