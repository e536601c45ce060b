"""SMS through Tencent Cloud, with its own SDK.

The service keeps no key against repeats and bills each one, so the SDK never retries and nothing
is sent twice by itself: after an answer that never came the receipts of that number are asked for
our key, which travels as `SessionContext`. A receipt settles it; that there is none proves
nothing, and after ten minutes a person decides.

It sends approved templates only: `templates` names one for each kind of notice, with up to five
places for place, cause, beginning, return and hotline, and `text` for words of their own.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from outages.delivery.gateway import (
    Habits,
    Heard,
    Message,
    OutcomeUnknown,
    Permanent,
    Promise,
    Temporary,
)

# What the service says when it was too much at once, or does not know itself.
_BUSY: Final = ("RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit")
_LATER: Final = ("LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.AppDailyLimit")
_UNSURE: Final = ("InternalError", "ClientNetworkError", "ServerNetworkError")
_PULL: Final = 100


class TencentSms:
    """One application of the service, SDK version 2021-01-11."""

    promise = Promise.RECEIPTS
    habits = Habits(window_s=10 * 60, back_off_s=(5, 15, 60, 120))

    def __init__(
        self,
        *,
        secret_id: str,
        secret_key: str,
        app_id: str,
        sign: str,
        templates: dict[str, str],
        region: str = "ap-guangzhou",
        endpoint: str = "sms.tencentcloudapi.com",
        scheme: str = "https",
        timeout_s: float,
    ) -> None:
        # The SDK takes a second to import and is one channel's alone.
        from tencentcloud.common.credential import Credential  # noqa: PLC0415
        from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
        from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415
        from tencentcloud.common.retry import NoopRetryer  # noqa: PLC0415
        from tencentcloud.sms.v20210111 import models, sms_client  # noqa: PLC0415

        # Without keep-alive, so that a lost connection is never an old one gone stale.
        web = HttpProfile(protocol=scheme, endpoint=endpoint, reqTimeout=int(timeout_s) or 1)
        profile = ClientProfile(httpProfile=web, disable_region_breaker=True, retryer=NoopRetryer())
        self._client = sms_client.SmsClient(Credential(secret_id, secret_key), region, profile)
        self._models = models
        self._app_id = app_id
        self._sign = sign
        self._templates = templates

    def send(self, message: Message) -> str:
        """Hand one SMS over; returns its serial number."""
        template = self._templates.get(message.kind)
        if not template:
            msg = f"no template for {message.kind}"
            raise Permanent(msg)
        request = self._models.SendSmsRequest()
        request.PhoneNumberSet = [message.recipient]
        request.SmsSdkAppId = self._app_id
        request.SignName = self._sign
        request.TemplateId = template
        request.TemplateParamSet = list(message.params)
        request.SessionContext = str(message.key)
        answer = self._call(self._client.SendSms, request)
        [status] = answer.SendStatusSet
        if status.Code != "Ok":
            _refuse(str(status.Code))
        return str(status.SerialNo)[:120]

    def find(self, message: Message, *, since: datetime) -> str | None:
        """Look for a receipt of ours among those of the number."""
        request = self._models.PullSmsSendStatusByPhoneNumberRequest()
        request.SmsSdkAppId = self._app_id
        request.PhoneNumber = message.recipient
        # The two clocks need not agree to the second.
        request.BeginTime = int((since - timedelta(minutes=2)).timestamp())
        request.Offset, request.Limit = 0, _PULL
        try:
            answer = self._call(self._client.PullSmsSendStatusByPhoneNumber, request)
        except (OutcomeUnknown, Permanent) as error:
            raise Temporary(str(error)) from error
        for status in answer.PullSmsSendStatusSet or []:
            if status.SessionContext == str(message.key):
                return str(status.SerialNo)[:120]
        return None

    def collect(self) -> Iterator[Heard]:
        """Fetch receipts and replies that came since the last time; the service gives each once.

        Raises Temporary when it cannot be asked.
        """
        yield from self._receipts()
        yield from self._replies()

    def _receipts(self) -> Iterator[Heard]:
        request = self._models.PullSmsSendStatusRequest()
        request.SmsSdkAppId, request.Limit = self._app_id, _PULL
        for status in self._pulled(self._client.PullSmsSendStatus, request, "PullSmsSendStatusSet"):
            delivered = status.ReportStatus == "SUCCESS"
            yield Heard(
                source="tencent",
                external_id=f"{status.SerialNo}:{status.ReportStatus}",
                kind="receipt",
                at=datetime.fromtimestamp(int(status.UserReceiveTime or 0), tz=UTC),
                reference=str(status.SerialNo),
                key=str(status.SessionContext or ""),
                delivered=delivered,
                reason="" if delivered else str(status.Description or "")[:120],
            )

    def _replies(self) -> Iterator[Heard]:
        request = self._models.PullSmsReplyStatusRequest()
        request.SmsSdkAppId, request.Limit = self._app_id, _PULL
        pulled = self._pulled(self._client.PullSmsReplyStatus, request, "PullSmsReplyStatusSet")
        for reply in pulled:
            # The service gives replies no number: the same words in the same second are one.
            seed = f"{reply.PhoneNumber} {reply.ReplyTime} {reply.ReplyContent}"
            yield Heard(
                source="tencent",
                external_id=sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:40],
                kind="reply",
                at=datetime.fromtimestamp(int(reply.ReplyTime), tz=UTC),
                sender=str(reply.PhoneNumber),
                text=str(reply.ReplyContent),
            )

    def _pulled(self, action: Callable[[Any], Any], request: Any, name: str) -> list[Any]:
        try:
            return list(getattr(self._call(action, request), name) or [])
        except (OutcomeUnknown, Permanent) as error:
            raise Temporary(str(error)) from error

    def _call(self, action: Callable[[Any], Any], request: Any) -> Any:
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import (  # noqa: PLC0415
            TencentCloudSDKException,
        )

        try:
            return action(request)
        except TencentCloudSDKException as error:
            _refuse(str(error.get_code()), str(error.get_message()))
        except (ValueError, KeyError) as error:
            msg = "answer cannot be read"
            raise OutcomeUnknown(msg) from error


def _refuse(code: str, message: str = "") -> None:
    """Raise what an error code means for the message; its words may hold the number."""
    if code in _BUSY:
        raise Temporary(code, is_refusal=True)
    if code in _LATER:
        raise Temporary(code, retry_after_s=60, is_refusal=True)
    if "NewConnectionError" in message or "ConnectTimeout" in message:
        msg = "connection refused"
        raise Temporary(msg, is_refusal=True)
    if code == "ServerNetworkError" and ("429" in message or "503" in message):
        raise Temporary(code)
    if code.startswith(_UNSURE):
        raise OutcomeUnknown(code)
    raise Permanent(code)
