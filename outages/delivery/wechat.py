"""A WeChat official account: a text to all followers, or a template message to one.

To all: `message/mass/sendall` with `clientmsgid`, which WeChat remembers for a day: a repeat is
answered 45065 and goes to nobody. To one: `message/template/send` with `client_msg_id`, remembered
for ten minutes. After that a repeat would arrive twice, so a person decides.

The access token is one for the account: fetching a second ends the first. It is fetched under a
lock of the database and stored once, for all processes.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db import connection, transaction
from django.utils import timezone

from outages.delivery.gateway import Habits, Message, OutcomeUnknown, Permanent, Promise, Temporary
from outages.delivery.http import Client
from outages.delivery.sealing import Unsealable, seal, unseal
from outages.models import GatewayToken

FOLLOWERS: Final = "followers"
_LOCK: Final = 7_130_045
_SPARE: Final = timedelta(minutes=5)
# The account's errors, by what they mean for a message.
_TOKEN_OVER: Final = frozenset({40001, 40014, 42001})
_BUSY: Final = frozenset({-1, 45011})
_QUOTA: Final = frozenset({45009, 45028})  # the day's or month's number is used up
_SENT_BEFORE: Final = frozenset({45065})


class WeChatGateway:
    """One account. `window_s` is the shorter of its two memories, less a reserve."""

    promise = Promise.IDEMPOTENT
    habits = Habits(window_s=8 * 60, back_off_s=(5, 15, 60, 120, 600))

    def __init__(
        self, *, url: str, app_id: str, secret: str, template: str, timeout_s: float
    ) -> None:
        self._url = url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._template = template
        self._http = Client(timeout_s=timeout_s)

    def send(self, message: Message) -> str:
        """Hand one message over; returns WeChat's number of it."""
        path, body = self._request(message)
        token = self._token()
        answer = self._call(path, body, token=token)
        if answer.get("errcode") in _TOKEN_OVER:
            self._forget(token)
            msg = f"errcode {answer['errcode']}"
            raise Temporary(msg)
        return _reference(answer)

    def find(self, message: Message, *, since: datetime) -> str | None:
        """A repeat is safe within the window: never called for this promise."""
        msg = f"not asked for {message.key} of {since}"
        raise Temporary(msg)

    def _request(self, message: Message) -> tuple[str, dict[str, Any]]:
        if message.recipient == FOLLOWERS:
            return "message/mass/sendall", {
                "filter": {"is_to_all": True},
                "text": {"content": message.text},
                "msgtype": "text",
                "clientmsgid": str(message.key),
            }
        if not self._template:
            msg = "no template"
            raise Permanent(msg)
        names = ("thing1", "thing2", "time3", "time4", "phone_number5")
        pairs = zip(names, message.params, strict=False)
        return "message/template/send", {
            "touser": message.recipient,
            "template_id": self._template,
            "client_msg_id": str(message.key),
            "data": {name: {"value": value} for name, value in pairs},
        }

    def _call(self, path: str, body: dict[str, Any], *, token: str) -> dict[str, Any]:
        query = urlencode({"access_token": token})
        return self._http.post(f"{self._url}/cgi-bin/{path}?{query}", body=body).accepted().json()

    def _token(self) -> str:
        """Return the account's token; one process fetches it, the others wait and read it."""
        found = self._stored()
        if found:
            return found
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if found := self._stored():
                return found
            query = urlencode(
                {
                    "grant_type": "client_credential",
                    "appid": self._app_id,
                    "secret": self._secret,
                }
            )
            try:
                answer = self._http.get(f"{self._url}/cgi-bin/token?{query}").accepted().json()
            except (OutcomeUnknown, Permanent) as error:
                msg = f"no token: {error}"
                raise Temporary(msg) from error
            if "access_token" not in answer:
                msg = f"no token: errcode {answer.get('errcode')}"
                raise Temporary(msg)
            until = timezone.now() + timedelta(seconds=int(answer.get("expires_in", 7200)))
            GatewayToken.objects.update_or_create(
                gateway="wechat",
                defaults={"token": seal(answer["access_token"]), "until": until - _SPARE},
            )
            return str(answer["access_token"])

    def _stored(self) -> str:
        row = GatewayToken.objects.filter(gateway="wechat", until__gt=timezone.now()).first()
        try:
            return unseal(row.token) if row else ""
        except Unsealable:
            return ""

    def _forget(self, token: str) -> None:
        """Let the next one fetch a token, unless somebody has done so already."""
        if self._stored() == token:
            GatewayToken.objects.filter(gateway="wechat").update(until=timezone.now())


def _reference(answer: dict[str, Any]) -> str:
    code = answer.get("errcode", 0)
    msg = f"errcode {code}"
    if code in _BUSY:
        raise Temporary(msg)
    if code in _QUOTA:
        # The counts begin anew at midnight; asking more often only uses them up.
        raise Temporary(msg, retry_after_s=1800)
    if code and code not in _SENT_BEFORE:
        raise Permanent(msg)
    return str(answer.get("msg_id") or answer.get("msgid") or "")[:120]
