"""T28, PUB-13: each channel of the first notice gets the update, the all-clear, the call-off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gisapp.accounts.roles import sync_roles
from network.models import Organisation
from outages.models import Outage
from outages.policy.matrix import Task
from outages.services import duties, outages
from outages.services.duties import Evidence
from outages.services.duties.telling import TOLD_AGAIN
from outages.services.outages import severity
from outages.services.papers import approvals
from outages.services.publishing import notices
from tests.factories import NOON, lay, person
from tests.outages.conftest import Desk
from tests.outages.scenarios.test_outage_duties import handed_over

# A key user and a special one: who is both is rung once.
TWO_HOMES = "(S) -p1-V1| a -p2- c -p4-V2| b |V3-p3- (T)"
GIVEN = Evidence(evidence="B3 版", evidence_url="https://portal.example/1", told_to="值班室")


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    sync_roles()


@pytest.fixture
def told_everywhere(desk: Desk) -> Outage:
    """A plant's planned stop, an emergency at that: every task that tells somebody, all done."""
    lay(TWO_HOMES, c_p2={"key_user": True}, c_p4={"special_user": "透析"})
    outage = handed_over(desk, "plant", on_trunk_road=True)
    approvals.approve_outage(outage.approvals.get(), by=person("leader"), at=desk.now)
    outage.refresh_from_db()
    assert outage.area is not None
    Organisation.objects.create(
        code="O1", kind="enterprise", name="纸厂", phone="1", geom=outage.area.point_on_surface
    )
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    severity.set_severity(
        outage, severity="emergency", reason="全城停水", by=desk.dana, at=desk.now
    )
    admin = person("admin")
    for task in (Task.PHONE_PRODUCTION, Task.NOTIFY_BUREAU_SECTION, Task.POSTING):
        duties.ask_for(outage, task=task, name="门口", by=admin, at=desk.now)
    for duty in outage.duties.filter(task__in=TOLD_AGAIN, status="pending"):
        duties.complete(duty, given=GIVEN, by=admin, at=desk.now)
    outage.refresh_from_db()
    return outage


def told(outage: Outage, **of: object) -> set[tuple[str, str]]:
    return set(outage.duties.filter(task__in=TOLD_AGAIN, **of).values_list("task", "target"))


def sent(outage: Outage, kind: str) -> set[tuple[str, str]]:
    notice = outage.notices.get(kind=kind)
    return set(notice.deliveries.values_list("channel", "recipient"))


def test_the_fixture_told_on_every_channel_there_is(told_everywhere: Outage) -> None:
    done = {task for task, _target in told(told_everywhere, round=0, status="done")}
    assert done == {str(task) for task in TOLD_AGAIN}


def test_a_new_time_goes_to_every_channel_of_the_first_notice(
    desk: Desk, told_everywhere: Outage
) -> None:
    outage = told_everywhere
    for number, hours in enumerate((60, 63), start=1):
        outages.change_estimate(
            outage,
            estimated_restoration_at=NOON + timedelta(hours=hours),
            reason="检修延长",
            by=desk.dana,
            at=desk.now,
        )
        assert told(outage, round=number, about="update") == told(outage, round=0)
    latest = outage.notices.filter(kind="update").latest("version")
    heard = set(latest.deliveries.values_list("channel", "recipient"))
    assert heard == sent(outage, "first"), "messages and the public list likewise"
    assert not told(outage, round=1, status="pending"), "the newer news replaced the older"


def test_a_call_off_goes_to_every_channel_of_the_first_notice(
    desk: Desk, told_everywhere: Outage
) -> None:
    outage = told_everywhere
    outages.cancel_outage(outage, reason="改期", by=desk.dana, at=desk.now)
    assert told(outage, about="cancellation") == told(outage, round=0)
    assert sent(outage, "cancellation") == sent(outage, "first")


def test_water_back_goes_to_every_channel_of_the_first_notice(
    desk: Desk, told_everywhere: Outage
) -> None:
    outage = outages.start_outage(
        told_everywhere, by=desk.dana, at=told_everywhere.planned_start_at
    )
    outages.record_repair(outage, reason="检修完毕", by=desk.dana, at=desk.now)
    desk.reopen_all(outage)
    outage = desk.restore(outage)
    assert told(outage, about="all_clear") == told(outage, round=0)
    assert sent(outage, "all_clear") == sent(outage, "first")
