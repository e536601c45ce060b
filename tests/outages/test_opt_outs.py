"""Who wants no messages: what they write, what an agent notes, and what goes out all the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from network.models import Customer
from outages.delivery import inbox, outbox
from outages.delivery.gateway import Heard
from outages.delivery.opt_outs import wish_of
from outages.models import Alert, CallBack, Delivery, Event, InboundMessage, OptOut
from outages.selectors.publishing.opt_outs import wants_none
from outages.services.publishing import opt_outs
from outages.services.publishing.opt_outs import OptOutRefused
from outages.services.rules.policy import set_policy_text
from tests import factories
from tests.factories import NOON, lay
from tests.outages import deliveries
from tests.outages.callbacks import finished
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.simulators.sms_gateway import sms_gateway

NUMBER = "+8613800000000"
pytestmark = pytest.mark.django_db


def writes(text: str, *, sender: str = NUMBER, at: datetime = NOON) -> InboundMessage:
    number = InboundMessage.objects.count()
    heard = Heard(
        source="sms", external_id=f"w-{number}", kind="reply", at=at, sender=sender, text=text
    )
    found = inbox.take(heard, channel="sms", at=at)
    assert found is not None
    return found


def in_force(key: str, value: str) -> None:
    since = NOON - timedelta(days=1)
    set_policy_text(key, value, source="会议", effective_from=since, by=None, at=since)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("TD", True),
        (" td。", True),
        ("T", True),
        ("退订", True),
        ("STOP", True),
        ("恢复订阅", False),
        ("start", False),
        ("1", None),
        ("别停水", None),
        ("stop the leak", None),
    ],
)
def test_what_people_write_is_read_or_left_to_a_person(text: str, wish: bool | None) -> None:
    assert wish_of(text) is wish


def test_the_last_word_of_a_number_counts_and_every_word_is_kept() -> None:
    assert writes("TD", sender="13800000000").taken_at == NOON, "nobody has to read it"
    assert wants_none("sms", NUMBER)
    writes("订阅")
    assert not wants_none("sms", NUMBER)
    writes("退订")
    assert wants_none("sms", NUMBER)
    assert list(OptOut.objects.values_list("is_out", flat=True)) == [True, False, True]
    assert Event.objects.filter(subject="opt_out").count() == 3


def test_heard_twice_it_is_one_word() -> None:
    heard = Heard(source="sms", external_id="x", kind="reply", at=NOON, sender=NUMBER, text="TD")
    for _each in range(2):
        inbox.take(heard, channel="sms", at=NOON)
    assert OptOut.objects.count() == 1


def test_that_water_goes_off_is_told_all_the_same_and_that_it_is_back_is_not(desk: Desk) -> None:
    """The law wants users told (docs/adr/0019); the rest is the utility's to spare."""
    lay(LINE, c_p3={"phone": "13800000000"})
    writes("TD")
    outage = desk.burst("p3").outage
    row = Delivery.objects.get(recipient=NUMBER, notice__kind="first")
    assert (row.status, row.heeds_opt_out) == ("pending", False)
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    row = Delivery.objects.get(recipient=NUMBER, notice__kind="all_clear")
    assert (row.status, row.why) == ("superseded", "opted_out")


def test_the_policy_may_let_an_opt_out_stop_everything(desk: Desk) -> None:
    in_force("opt_out_stops", "unplanned,planned,all_clear,call_back")
    lay(LINE, c_p3={"phone": "13800000000"})
    writes("TD")
    desk.burst("p3")
    assert Delivery.objects.get(recipient=NUMBER).why == "opted_out"


def test_a_wish_that_came_after_queueing_is_heeded_right_before_sending(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=2)
    Delivery.objects.update(heeds_opt_out=True)
    writes("TD")
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        assert outbox.send_due() == {"accepted": 1, "superseded": 1}
        assert gateway.numbers() == ["+8613800000001"]
    row = Delivery.objects.get(recipient=NUMBER)
    assert (row.status, row.why) == ("superseded", "opted_out")


def test_who_wants_no_sms_is_called_back_by_telephone() -> None:
    writes("TD", sender="13900001111")
    turned = set()
    for _order in range(4):  # of 20 in a row one is by telephone
        callback = CallBack.objects.get(order=finished(contact_phone="13900001111"))
        turned.add(callback.turned)
        assert callback.delivery is None
        assert (callback.status, callback.method) == ("to_call", "phone")
    assert "opted_out" in turned
    assert not Alert.objects.filter(code="callback_dissatisfied").exists()


def test_a_providers_list_is_taken_over_all_or_none(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("channel,address\nsms,13800000000\nsms,+8613800000000\nemail,A@example.org\n")
    out = StringIO()
    for _each in range(2):
        call_command("opt_outs", "take", str(file), "--source", "运营商名单", stdout=out)
    assert out.getvalue() == "2 addresses, 2 of them new\n2 addresses, 0 of them new\n"
    assert wants_none("email", "a@example.org")
    file.write_text("channel,address\nsms,13900000000\nsms,0775-1\n")
    with pytest.raises(CommandError, match="line 3"):
        call_command("opt_outs", "take", str(file), "--source", "运营商名单")
    assert not wants_none("sms", "+8613900000000")
    writes("订阅")
    listed = StringIO()
    call_command("opt_outs", "list", stdout=listed)
    assert "a@example.org" in listed.getvalue()
    assert NUMBER not in listed.getvalue()


# -- An agent's act in the customer's file -----------------------------------------------------


@pytest.fixture
def lin(db: None) -> Customer:
    lay(LINE, c_p3={"phone": "138-0000-0000", "email": "Lin@example.org", "name": "林木"})
    return Customer.objects.get(asset_id="c.p3")


def test_an_agent_notes_it_for_one_channel_with_a_reason(lin: Customer) -> None:
    ada = factories.person("call_agent")
    facts: dict[str, Any] = {"channel": "sms", "reason": "来电要求", "by": ada, "at": NOON}
    row = opt_outs.note_wish(lin, is_out=True, **facts)
    assert (row.address, row.customer, row.by) == (NUMBER, "c.p3", ada)
    assert wants_none("sms", NUMBER)
    assert not wants_none("email", "lin@example.org")
    with pytest.raises(OptOutRefused, match="opt_out_as_it_is"):
        opt_outs.note_wish(lin, is_out=True, **facts)
    opt_outs.note_wish(lin, is_out=False, **facts)
    assert not wants_none("sms", NUMBER)
    with pytest.raises(OptOutRefused, match="opt_out_no_address"):
        opt_outs.note_wish(lin, is_out=True, **(facts | {"channel": "webhook"}))
    lin.email = ""
    with pytest.raises(OptOutRefused, match="opt_out_no_address"):
        opt_outs.note_wish(lin, is_out=True, **(facts | {"channel": "email"}))


def test_the_file_shows_every_message_with_its_outcome_and_the_wish(
    lin: Customer, desk: Desk
) -> None:
    desk.burst("p3")
    Delivery.objects.filter(channel="sms").update(
        status="accepted", accepted_at=NOON, is_received=True, receipt_at=NOON, provider="second"
    )
    # A call-back went to the same number, under no customer's name.
    finished(contact_phone="13800000000")
    writes("水什么时候来")
    browser = Client()
    browser.force_login(factories.person("call_agent"))
    url = reverse("outages:customer-wish", args=["c.p3"])
    told = {"channel": "sms", "is_out": "yes", "reason": "来电要求"}
    assert browser.post(url, told).status_code == 302
    assert not OptOut.objects.exists(), "a file that is not open cannot be written in"
    opened = reverse("outages:customer-file-open", args=["c.p3"])
    page = browser.post(opened, {"reason": "identity"}, follow=True).content.decode()
    for said in ("已送达", "备用服务商", "停水通知", "水什么时候来", "接收"):
        assert said in page, said
    assert "13800000000" not in page
    assert browser.post(url, told | {"reason": ""}).status_code == 422
    page = browser.post(url, told, follow=True).content.decode()
    assert "已退订" in page
    assert "来电要求" in page
    assert browser.post(url, told).status_code == 409
