"""What was said, heard or decided on stays as it was, whoever writes to the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from outages.models import Deadline, Delivery, InboundMessage, IsolationPlan, OutageNotice
from outages.services.publishing import notices
from outages.services.rules import deadlines
from tests.factories import lay
from tests.outages import deliveries
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 11, 23, tzinfo=UTC)


def refuses(rows: Any, **changed: Any) -> None:
    assert rows.exists(), "there is something to change"
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        rows.update(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"text_zh": "别处停水"},
        {"sms_zh": "别处停水"},
        {"title_en": "elsewhere"},
        {"published_at": LATER},
        {"customers": 1},
        {"fields": {"reason": "other"}},
        {"status": "draft"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_notice_that_went_out_keeps_its_words(changed: dict[str, Any]) -> None:
    deliveries.notice(recipients=2)
    refuses(OutageNotice.objects.filter(status="published"), **changed)


def test_a_draft_may_be_said_otherwise_and_a_notice_be_replaced(desk: Desk, settings: Any) -> None:
    settings.NOTICE_AUTO_PUBLISH_UNPLANNED = False
    lay(LINE)
    draft = desk.burst("p3").notice
    assert draft is not None
    assert OutageNotice.objects.filter(pk=draft.pk).update(text_zh="别的话")
    said = notices.publish_notice(draft, by=desk.dana, at=desk.now)
    assert OutageNotice.objects.filter(pk=said.pk).update(status="superseded")
    refuses(OutageNotice.objects.filter(pk=said.pk), text_zh="别的话")
    refuses(OutageNotice.objects.filter(pk=said.pk), area=deliveries.AREA)


@pytest.mark.parametrize(
    "changed", [{"status": "pending"}, {"status": "unknown"}, {"recipient": "+8613900000000"}]
)
def test_what_a_gateway_has_is_never_queued_again(changed: dict[str, Any]) -> None:
    deliveries.notice(recipients=1)
    assert Delivery.objects.update(status="accepted", accepted_at=LATER)
    refuses(Delivery.objects.all(), **changed)
    assert Delivery.objects.update(is_received=False, receipt_at=LATER), "its receipt comes later"


@pytest.mark.parametrize("changed", [{"text": "1"}, {"sender": "+8613900000000"}, {"at": LATER}])
def test_what_somebody_wrote_to_us_stays_as_it_was(changed: dict[str, Any]) -> None:
    heard = datetime(2026, 11, 22, tzinfo=UTC)
    InboundMessage.objects.create(
        source="sms",
        external_id="r-1",
        kind="reply",
        channel="sms",
        at=heard,
        received_at=heard,
        sender="+8613800000001",
        text="2",
    )
    refuses(InboundMessage.objects.all(), **changed)
    assert InboundMessage.objects.update(answer="unsatisfied", taken_at=heard)


def test_a_breach_stays_one(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    deadlines.start(report, "dispatch_notify", at=desk.now)
    deadlines.scan(at=desk.now + timedelta(days=2))
    late = Deadline.objects.exclude(breached_at=None)
    refuses(late, breached_at=None)


def test_a_plan_keeps_the_answer_that_people_decided_on(desk: Desk) -> None:
    lay(LINE)
    desk.burst("p3")
    refuses(IsolationPlan.objects.filter(status="approved"), answer={})
