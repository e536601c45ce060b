"""What a WeChat account tells us: signed and sealed by an account of the test's own making."""

from __future__ import annotations

import os
import struct
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from outages.delivery import outbox
from outages.models import Delivery, InboundMessage
from outages.workflow import DeliveryStatus
from tests.outages import deliveries

TOKEN = "t0ken"
AES_KEY = b64encode(bytes(range(32))).decode().rstrip("=")
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(params=["", AES_KEY], ids=["plain", "secure"])
def aes_key(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.GATEWAYS = {"wechat": {"app_id": "wx1", "callback_token": TOKEN}}
    if request.param:
        settings.GATEWAYS["wechat"]["aes_key"] = request.param
    return str(request.param)


def event(kind: str = "MASSSENDJOBFINISH", **facts: str) -> str:
    given = {
        "ToUserName": "gh_1",
        "FromUserName": "openid",
        "CreateTime": str(int(AT.timestamp())),
        "MsgType": "event",
        "Event": kind,
        "MsgID": "1000001",
        "Status": "send success",
        "TotalCount": "100",
        "SentCount": "98",
    }
    inner = "".join(f"<{name}><![CDATA[{v}]]></{name}>" for name, v in {**given, **facts}.items())
    return f"<xml>{inner}</xml>"


def signature(*parts: str) -> str:
    return sha1("".join(sorted([TOKEN, *parts])).encode()).hexdigest()


def sealed(text: str, *, app_id: str = "wx1") -> str:
    raw = text.encode()
    words = os.urandom(16) + struct.pack(">I", len(raw)) + raw + app_id.encode()
    filler = padding.PKCS7(256).padder()
    filled = filler.update(words) + filler.finalize()
    key = b64decode(AES_KEY + "=")
    closing = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(closing.update(filled) + closing.finalize()).decode()


def address(*signed: str, age_s: int = 0, **more: str) -> str:
    stamp, nonce = str(int(time.time()) - age_s), "n1"
    query = {"timestamp": stamp, "nonce": nonce, "signature": signature(stamp, nonce)}
    if signed:
        query["msg_signature"] = signature(stamp, nonce, *signed)
    return f"{reverse('outages:inbound-wechat')}?{urlencode({**query, **more})}"


def tell(text: str, aes_key: str, **more: Any) -> HttpResponse:
    client = Client(enforce_csrf_checks=True)
    if aes_key:
        words = sealed(text, **{k: more.pop(k) for k in ("app_id",) if k in more})
        body, url = f"<xml><Encrypt>{words}</Encrypt></xml>", address(words, **more)
    else:
        body, url = text, address(**more)
    return client.post(url, body.encode(), content_type="text/xml")


def to_followers(**facts: Any) -> Delivery:
    row = deliveries.notice(recipients=1, channel="wechat").deliveries.get()
    given = {"status": "accepted", "provider_reference": "1000001", "recipient": "followers"}
    Delivery.objects.filter(pk=row.pk).update(**{**given, **facts})
    return Delivery.objects.get(pk=row.pk)


def test_the_account_is_answered_when_its_address_is_entered(aes_key: str) -> None:
    answer = Client().get(address(echostr="12345"))
    assert (answer.status_code, answer.content) == (200, b"12345")
    assert Client().get(address(echostr="1", signature="0" * 40)).status_code == 401


def test_what_became_of_a_message_is_taken_once(aes_key: str) -> None:
    row = to_followers()
    for _each in range(2):
        answer = tell(event(), aes_key)
        assert (answer.status_code, answer.content) == (200, b"success")
    heard = InboundMessage.objects.get()
    assert (heard.delivery, heard.text) == (row, "send success 98/100")
    row.refresh_from_db()
    assert (row.is_received, row.receipt_at) == (True, AT)


def test_an_unknown_message_is_settled_by_it(aes_key: str) -> None:
    row = to_followers(status="unknown")
    tell(event(), aes_key)
    row.refresh_from_db()
    assert row.status == "accepted"


def test_what_wechat_would_not_send_is_said(aes_key: str) -> None:
    row = to_followers()
    tell(event(Status="err(20001)"), aes_key)
    row.refresh_from_db()
    assert (row.is_received, row.last_error) == (False, "err(20001)")


def test_a_result_that_is_quicker_than_our_answer_is_found_later(aes_key: str) -> None:
    row = to_followers(status="pending", provider_reference="")
    tell(event("TEMPLATESENDJOBFINISH", Status="success"), aes_key)
    assert InboundMessage.objects.get().delivery is None
    [claim] = outbox.claim_due("wechat", limit=1, lease_s=30)
    outbox.Sender().write(claim, DeliveryStatus.ACCEPTED, reference="1000001")
    row.refresh_from_db()
    assert (row.status, row.is_received) == ("accepted", True)
    assert InboundMessage.objects.get().delivery == row


@pytest.mark.parametrize("wrong", [{"age_s": 3_600}, {"age_s": -3_600}, {"nonce": "other"}])
def test_who_does_not_sign_is_not_heard(aes_key: str, wrong: dict[str, Any]) -> None:
    to_followers()
    assert tell(event(), aes_key, **wrong).status_code == 401
    assert not InboundMessage.objects.exists()


def test_what_is_no_result_is_thanked_for_and_forgotten(aes_key: str) -> None:
    for text in (event("subscribe"), event(MsgType="text")):
        assert tell(text, aes_key).content == b"success"
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "<xml></xml>" * 2,
        event(MsgID="x"),
        event(Status=""),
        event(CreateTime="soon"),
        event(CreateTime="9" * 30),
        '<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>',
    ],
)
def test_what_cannot_be_read_changes_nothing(aes_key: str, text: str) -> None:
    assert tell(text, aes_key).status_code == 400
    assert not InboundMessage.objects.exists()


class TestSecureMode:
    """The plain signature does not cover the words, so here it is not enough."""

    @pytest.fixture(autouse=True)
    def _secure(self, settings: Any) -> None:
        settings.GATEWAYS = {
            "wechat": {"app_id": "wx1", "callback_token": TOKEN, "aes_key": AES_KEY}
        }

    def post(self, url: str, body: str) -> int:
        return Client().post(url, body.encode(), content_type="text/xml").status_code

    def test_plain_words_are_not_heard(self) -> None:
        assert self.post(address(), event()) == 400

    def test_other_words_under_the_same_signature_are_not_heard(self) -> None:
        url = address(sealed(event(Status="err(1)")))
        body = f"<xml><Encrypt>{sealed(event())}</Encrypt></xml>"
        assert self.post(url, body) == 401

    def test_another_accounts_words_are_not_heard(self) -> None:
        assert tell(event(), AES_KEY, app_id="wx2").status_code == 400

    @pytest.mark.parametrize("words", ["!", "AAAA", b64encode(bytes(32)).decode()])
    def test_what_cannot_be_opened_is_refused(self, words: str) -> None:
        assert self.post(address(words), f"<xml><Encrypt>{words}</Encrypt></xml>") == 400


def test_without_a_token_there_is_no_such_address(settings: Any) -> None:
    settings.GATEWAYS = {"wechat": {"app_id": "wx1"}}
    assert Client().get(address()).status_code == 404
