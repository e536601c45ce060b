"""A plan decided on at the moment an import publishes: one of the two waits for the other."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from outages.models import IsolationPlan, Outage
from outages.services.shutdown import in_force, plans
from tests.factories import lay
from tests.outages.conftest import Desk, make_desk
from tests.outages.test_plans import LINE
from tests.outages.test_races import approval

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 20
# As long as it takes to be sure that somebody waits, on a busy machine.
BLOCKED_S = 0.7
# V2 is gone: the burst on p3 takes V3 to isolate, and c.p4 goes dry.
REDRAWN = "(S) -p1- a -p2-V1| b -p3- c -p4-V3| d -p5- (T)"


class Job(threading.Thread):
    """A thread with a connection of its own, and what came of it."""

    def __init__(self, job: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.job, self.result = job, None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.job()
        except Exception as error:
            self.result = error
        finally:
            connection.close()

    def outcome(self) -> Any:
        self.join(WAIT_S)
        assert not self.is_alive(), "stuck"
        return self.result


@pytest.fixture
def plan() -> tuple[Desk, IsolationPlan]:
    desk = make_desk()
    lay(LINE)
    return desk, desk.propose(desk.report("p3"))


def test_an_approval_waits_for_an_import_that_is_about_to_commit(
    plan: tuple[Desk, IsolationPlan],
) -> None:
    desk, proposal = plan
    published, commit = threading.Event(), threading.Event()

    def publish() -> None:
        with transaction.atomic():
            lay(REDRAWN)
            published.set()
            assert commit.wait(WAIT_S)

    importing = Job(publish)
    assert published.wait(WAIT_S)
    approving = Job(approval(desk, proposal))
    approving.join(BLOCKED_S)
    assert approving.is_alive(), "decided on a network that is being replaced"
    commit.set()
    assert importing.outcome() is None
    refused = approving.outcome()
    assert isinstance(refused, plans.StalePlan), refused
    assert (refused.plan.revision_number, refused.fresh.revision_number) == (1, 2)
    assert refused.difference.customers_added == ("c.p4",)
    assert not Outage.objects.exists()


def test_an_import_waits_for_an_approval_that_has_looked_already(
    plan: tuple[Desk, IsolationPlan], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, proposal = plan
    looked, decide = threading.Event(), threading.Event()
    put_in_force = in_force.put_in_force

    def slowly(*args: Any, **facts: Any) -> None:
        looked.set()
        assert decide.wait(WAIT_S)
        put_in_force(*args, **facts)

    monkeypatch.setattr(in_force, "put_in_force", slowly)
    approving = Job(approval(desk, proposal))
    assert looked.wait(WAIT_S)
    importing = Job(lambda: lay(REDRAWN).number)
    importing.join(BLOCKED_S)
    assert importing.is_alive(), "the network was replaced under a decision"
    decide.set()
    approved = approving.outcome()
    assert isinstance(approved, plans.Approval), approved
    assert approved.plan.revision_number == 1
    assert importing.outcome() == 2
