"""Two people at the same moment, on PostgreSQL with real threads: nothing lost, nobody stuck."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction
from psycopg import errors

from gisapp.accounts.roles import sync_roles
from network.selectors import network_state
from outages.models import Deadline, Event, Outage, OutageTask, ValveOperation
from outages.models.locking import whole
from outages.services import duties, orders, outages
from outages.services.field import reopening, work
from outages.services.shutdown import plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk, make_desk
from tests.outages.offices import member
from tests.outages.test_plans import LINE
from tests.outages.test_two_outages import NEIGHBOURS

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that start together; each result is a value or its exception."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(index: int, job: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=20)
            results[index] = job()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def tap(desk: Desk, outage: Outage, valve: str, direction: str = "close") -> Callable[[], Any]:
    """Return a crew's tap on a step of the plan in force."""
    step = ValveOperation.objects.get(
        plan__outage=outage,
        plan__status__in=["approved", "executing", "all_closed", "reopening"],
        valve=valve,
        direction=direction,
    )
    return lambda: work.record_valve_operation(
        step, result="done", done_at=NOON, client_key=uuid4(), by=desk.cruz, at=NOON
    )


def approval(desk: Desk, plan: Any) -> Callable[[], Any]:
    return lambda: plans.approve_plan(
        plan,
        by=desk.dana,
        at=NOON,
        estimated_restoration_at=NOON + timedelta(hours=6),
        crew=desk.crew,
    )


def test_two_approvals_at_once_see_one_another() -> None:
    """Either side of the loop alone feeds p5: whoever comes second learns that it goes dry."""
    desk = make_desk()
    lay(
        """
        (S) -p1- a |Va-p2-Vb| b |Vc-p5-Vd| c
        a |Ve-p3-Vf| b
        """
    )
    first, second = desk.propose(desk.report("p2")), desk.propose(desk.report("p3"))
    results = at_once(approval(desk, first), approval(desk, second))
    won = [r for r in results if isinstance(r, plans.Approval)]
    stale = [r for r in results if isinstance(r, plans.StalePlan)]
    assert (len(won), len(stale)) == (1, 1), results
    assert stale[0].difference.customers_added == ("c.p5",)


@pytest.mark.parametrize("round_", range(4))
def test_a_repair_and_a_tap_at_once_do_not_wait_for_one_another(round_: int) -> None:
    desk = make_desk()
    lay(LINE)
    outage = desk.burst("p3", accepted=False).outage
    order = work.open_order(outage)
    assert order is not None
    orders.start_work(orders.accept_order(order, by=desk.cruz, at=NOON), by=desk.cruz, at=NOON)

    def repaired() -> Any:
        return work.complete_repair(
            order,
            cause_found="接口断裂",
            action_taken="更换管段",
            leak_check_passed=True,
            by=desk.dana,
            at=NOON,
        )

    results = at_once(repaired, tap(desk, outage, "V1"), tap(desk, outage, "V2"))
    assert not [r for r in results if isinstance(r, Exception)], results
    outage.refresh_from_db()
    assert outage.repaired_at == NOON
    assert network_state().closed == {"V1", "V2"}


def test_a_valve_opened_at_the_moment_of_another_approval_is_not_taken_for_shut() -> None:
    """Whoever is first: a step that says done for a valve that stands open never comes of it."""
    for _round in range(4):
        desk = make_desk_again()
        lay(NEIGHBOURS)
        first = desk.burst("p2").outage
        desk.close_all(first)
        desk.repair(first)
        reopening.plan_reopening(first, by=desk.dana, at=desk.now)
        plan = desk.propose(desk.report("p3"))
        opened, approved = at_once(tap(desk, first, "V2", "open"), approval(desk, plan))
        if isinstance(opened, work.StepRefused):
            assert isinstance(approved, plans.Approval), approved
        else:
            assert isinstance(approved, plans.Approval | plans.StalePlan), approved
        if isinstance(approved, plans.Approval):
            step = approved.plan.operations.get(valve="V2")
            assert (step.status == "done") == ("V2" in network_state().closed), opened
            desk.take(approved)
            desk.close_all(approved.outage)
            finish(desk, approved.outage)
        finish(desk, first)
        assert not network_state().closed


def make_desk_again() -> Desk:
    from outages.models import Crew
    from tests import factories

    if not Crew.objects.filter(code="C1").exists():
        return make_desk()
    minutes = (NOON + timedelta(minutes=n) for n in range(1_000))
    return Desk(
        dana=factories.person("dispatcher"),
        cruz=factories.person("crew", crew="C1"),
        crew=Crew.objects.get(code="C1"),
        clock=minutes,
    )


def finish(desk: Desk, outage: Outage) -> None:
    """Open what is left to open and restore."""
    outage.refresh_from_db()
    if outage.status == "in_effect":
        desk.repair(outage)
        reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    for step in ValveOperation.objects.filter(
        plan__outage=outage, plan__status="reopening", direction="open", status="pending"
    ):
        desk.step(outage, step.valve, direction="open")
    desk.restore(outage)


def test_two_outages_restored_at_once_do_not_wait_for_one_another() -> None:
    desk = make_desk()
    lay(LINE + "\n(U) -q1- z2 |V8-q2-V9| z3 -q3- z4 |V7-q4- z5")
    both = [desk.burst("p3").outage, desk.burst("q2").outage]
    for outage in both:
        desk.close_all(outage)
        desk.repair(outage)
        desk.reopen_all(outage)
    third = desk.burst("q4").outage
    results = at_once(
        *(lambda o=o: outages.restore_outage(o, by=desk.dana, at=NOON) for o in both),
        tap(desk, third, "V7"),
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Outage.objects.filter(status="restored").count() == 2


def test_one_tap_from_two_phones_at_once_is_one_step() -> None:
    desk = make_desk()
    lay(LINE)
    outage = desk.burst("p3").outage
    step = outage.plans.get().operations.get(valve="V1")
    key = uuid4()

    def send() -> Any:
        return work.record_valve_operation(
            step, result="done", done_at=NOON, client_key=key, by=desk.cruz, at=NOON
        ).outcome

    assert sorted(map(str, at_once(*[send] * 4))) == ["recorded", *["repeated"] * 3]
    assert Event.objects.filter(verb="valve_close_done").count() == 1


def test_a_deadlock_is_tried_again_and_leaves_nothing_twice() -> None:
    calls: list[int] = []

    @whole
    def write() -> str:
        calls.append(len(calls))
        if len(calls) < 3:
            raise OperationalError("deadlock detected") from errors.DeadlockDetected()
        return "done"

    assert write() == "done"
    assert len(calls) == 3


def test_other_database_errors_are_not_tried_again_nor_anything_inside_a_transaction() -> None:
    calls: list[int] = []

    @whole
    def broken(cause: Exception) -> None:
        calls.append(len(calls))
        raise OperationalError("gone") from cause

    with pytest.raises(OperationalError):
        broken(errors.AdminShutdown())
    assert len(calls) == 1
    with pytest.raises(OperationalError), transaction.atomic():
        broken(errors.DeadlockDetected())
    assert len(calls) == 2, "the caller's transaction is lost: only the caller can repeat it"


def test_the_last_two_calls_of_a_round_made_at_once_stop_its_clock() -> None:
    """Each of two agents would see the other's call as still to be made."""
    sync_roles()
    desk = make_desk()
    agent = member("call_agent", department="call_centre")
    lay(LINE)
    outage = desk.burst("p3").outage
    for name in ("供水一所", "供水二所"):
        duties.ask_for(outage, task="phone_organisations", name=name, by=agent, at=desk.now)
    first, second = outage.duties.filter(task="phone_organisations", target__startswith="place:")
    clock = Deadline.objects.get(subject="duty", subject_id=min(first.pk, second.pk))
    at = desk.now

    def reached(duty: OutageTask) -> Callable[[], Any]:
        return lambda: duties.record_call(duty, result="reached", by=agent, at=at)

    with transaction.atomic():
        reached(first)()
        other = threading.Thread(target=alone(reached(second)))
        other.start()
        wait_for_the_lock_or_the_end(other)
    other.join(timeout=60)
    clock.refresh_from_db()
    assert {each.status for each in outage.duties.filter(pk__in=[first.pk, second.pk])} == {"done"}
    assert clock.met_at == at


def alone(job: Callable[[], Any]) -> Callable[[], None]:
    """Run a job in a thread with a connection of its own."""

    def run() -> None:
        try:
            job()
        finally:
            connection.close()

    return run


def wait_for_the_lock_or_the_end(thread: threading.Thread) -> None:
    """Wait until the other stands behind a lock of ours, or is through."""
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        thread.join(timeout=0.02)
