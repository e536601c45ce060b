"""Notices in the night: who is woken, who hears in the morning, and what is withdrawn by then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outages.delivery import outbox
from outages.delivery.holding import Holding
from outages.models import Delivery, Event, Outage, OutageNotice
from outages.services import outages
from outages.services.publishing import notices
from outages.services.rules.policy import set_policy_text
from tests import factories
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.outages.test_two_outages import NEIGHBOURS, planned
from tests.simulators.sms_gateway import sms_gateway

# 23:00 in Shanghai, and the morning after.
NIGHT = datetime(2026, 11, 21, 15, tzinfo=UTC)
MORNING = datetime(2026, 11, 21, 23, tzinfo=UTC)
KEY = {"key_user": True}


def ready(desk: Desk) -> Outage:
    outage, plan = planned(desk)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    return outages.make_ready(outage, by=desk.dana, at=desk.now)


def published(desk: Desk, *, at: datetime = NIGHT) -> OutageNotice:
    return notices.publish_notice(ready(desk).notices.get(), by=desk.dana, at=at)


def sms(notice: OutageNotice) -> Delivery:
    return notice.deliveries.filter(channel="sms").order_by("pk")[0]


def in_force(key: str, value: str) -> None:
    since = NOON - timedelta(days=1)
    set_policy_text(key, value, source="会议", effective_from=since, by=None, at=since)


def test_a_planned_notice_of_the_night_rings_in_the_morning_and_says_why(desk: Desk) -> None:
    lay(NEIGHBOURS, c_p2={"email": "lin@example.org"})
    notice = published(desk)
    row = sms(notice)
    assert (row.status, row.due_at, row.why) == ("pending", MORNING, "quiet_hours")
    mail = notice.deliveries.get(channel="email")
    assert (mail.due_at, mail.why) == (NIGHT, ""), "a mail wakes nobody"
    assert notice.deliveries.get(channel="public_list").status == "accepted"
    assert Event.objects.get(verb="notice_published").facts["held"] == 1


def test_who_has_to_be_told_at_once_is_woken(desk: Desk) -> None:
    """Key and special users (002 Art. 16, 17), and everybody of an emergency."""
    lay(NEIGHBOURS, c_p2=KEY)
    assert sms(published(desk)).due_at == NIGHT
    lay(LINE)
    burst = desk.approve(desk.propose(desk.report("p3"))).notice
    assert burst is not None
    assert all(row.may_wait_until is None for row in burst.deliveries.all())


def test_what_would_come_too_late_does_not_wait(desk: Desk) -> None:
    lay(NEIGHBOURS)
    outage = ready(desk)
    # The works begin at ten in the morning: seven would be three hours before.
    Outage.objects.filter(pk=outage.pk).update(planned_start_at=MORNING + timedelta(hours=3))
    notice = notices.publish_notice(outage.notices.get(), by=desk.dana, at=NIGHT)
    assert (sms(notice).due_at, sms(notice).why) == (NIGHT, "")


def test_the_hours_are_the_utilitys_and_may_be_switched_off(desk: Desk) -> None:
    in_force("quiet_hours", "—")
    lay(NEIGHBOURS)
    assert sms(published(desk)).due_at == NIGHT


def test_what_is_called_off_before_the_morning_was_never_said(desk: Desk) -> None:
    """Nobody is told that something is off of which they never heard; the mail had gone out."""
    lay(NEIGHBOURS, c_p2={"email": "lin@example.org"})
    notice = published(desk)
    Delivery.objects.filter(channel="email").update(status="accepted", accepted_at=NIGHT)
    at = NIGHT + timedelta(hours=1)
    outages.cancel_outage(notice.outage, reason="材料未到", by=desk.dana, at=at)
    assert (sms(notice).status, sms(notice).why) == ("superseded", "quiet_hours")
    off = OutageNotice.objects.get(kind="cancellation")
    assert set(off.deliveries.values_list("channel", flat=True)) == {"email", "public_list"}


def test_a_cancellation_that_nobody_needs_says_so_on_the_duty_list(desk: Desk) -> None:
    """They have numbers; the night held their SMS back, and so nobody waits for the second one."""
    lay(NEIGHBOURS)
    notice = published(desk)
    at = NIGHT + timedelta(hours=1)
    Delivery.objects.filter(notice=notice, channel="email").delete()
    outages.cancel_outage(notice.outage, reason="材料未到", by=desk.dana, at=at)
    told_again = notice.outage.duties.get(task="sms", about="cancellation")
    assert (told_again.status, told_again.reason) == ("not_needed", "nobody_told")


def test_one_may_send_them_at_once_with_a_reason(desk: Desk) -> None:
    lay(NEIGHBOURS)
    notice = published(desk)
    at = NIGHT + timedelta(minutes=5)
    assert notices.send_at_once(notice, reason="次日清早停水", by=desk.dana, at=at) == 1
    row = sms(notice)
    assert (row.due_at, row.why, row.may_wait_until) == (at, "", None)
    assert Event.objects.get(verb="notice_not_held").reason == "次日清早停水"
    with pytest.raises(notices.NothingWaits):
        notices.send_at_once(notice, reason="x", by=desk.dana, at=at)


def test_what_a_busy_gateway_put_off_into_the_night_is_held(
    desk: Desk, settings: Any, tmp_path: Path
) -> None:
    """Queued in the evening, tried again at night: the sender looks at the clock too."""
    lay(NEIGHBOURS, c_p2={"phone": "13800000001"})
    row = sms(published(desk, at=NIGHT - timedelta(hours=2)))
    assert row.why == ""
    Delivery.objects.exclude(pk=row.pk).update(due_at=datetime(2100, 1, 1, tzinfo=UTC))
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        sender = outbox.Sender()
        sender._holding = Holding(clock=lambda: NIGHT)
        [claim] = outbox.claim_due("sms", limit=5, lease_s=30)
        assert sender.send_one(claim) == "held"
        row.refresh_from_db()
        assert (row.status, row.due_at, row.why) == ("pending", MORNING, "quiet_hours")
        assert (row.attempts, row.send_started_at) == (0, None)
        assert Event.objects.filter(verb="delivery_held", subject_id=row.pk).count() == 1
        # In the morning it goes, once.
        Delivery.objects.filter(pk=row.pk).update(due_at=NOON - timedelta(days=1))
        [claim] = outbox.claim_due("sms", limit=5, lease_s=30)
        sender._holding = Holding(clock=lambda: MORNING)
        assert sender.send_one(claim) == "accepted"
        assert len(gateway.accepted()) == 1
    row.refresh_from_db()
    assert row.why == ""


def test_the_page_of_a_notice_says_until_when_and_lets_it_go(desk: Desk) -> None:
    lay(NEIGHBOURS)
    notice = published(desk)
    browser = Client()
    browser.force_login(factories.person("call_agent"))
    page = browser.get(reverse("outages:notice", args=[notice.pk])).content.decode()
    assert "1 条消息等待静默时段结束" in page
    assert "2026-11-22 07:00" in page
    listed = browser.get(reverse("outages:notices")).content.decode()
    assert "静默时段，2026-11-22 07:00 发送" in listed
    Delivery.objects.filter(why="quiet_hours").update(due_at=datetime(2100, 1, 1, tzinfo=UTC))
    url = reverse("outages:notice-at-once", args=[notice.pk])
    assert browser.post(url).status_code == 422
    assert browser.post(url, {"reason": "次日清早停水"}).status_code == 302
    assert browser.post(url, {"reason": "又一次"}).status_code == 409
