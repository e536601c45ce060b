"""Which gateway a channel goes through, as settings.GATEWAYS says. One line a channel."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings

from outages.choices import NoticeChannel, Provider
from outages.delivery.gateway import Gateway, Promise
from outages.delivery.mail import MailGateway
from outages.delivery.push import PushGateway
from outages.delivery.sms_http import SmsGateway
from outages.delivery.sms_tencent import TencentSms
from outages.delivery.webhook import WebhookGateway
from outages.delivery.wechat import WeChatGateway

# Backends that keep a mail to themselves: to call it sent would be a lie, and the console's log
# would hold the address.
UNDELIVERING: Final = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}

SECOND_SMS: Final = "sms_second"


class NoGateway(Exception):
    """The channel has no gateway in settings.GATEWAYS, or no mail server in EMAIL_URL."""


def gateway_for(channel: str) -> Gateway:
    """Return the gateway of a channel. Raises NoGateway."""
    return _GATEWAYS[NoticeChannel(channel)]()


def providers_of(channel: str) -> list[tuple[Provider, Gateway]]:
    """Return the first provider of a channel and, where there is one, the second. Raises NoGateway.

    Only SMS may have a second: settings.GATEWAYS["sms_second"], an entry like the first.
    """
    found = [(Provider.FIRST, gateway_for(channel))]
    if has_two_providers(channel):
        found.append((Provider.SECOND, _sms(SECOND_SMS)))
    return found


def has_two_providers(channel: str) -> bool:
    """Whether another provider stands by for a channel."""
    return channel == NoticeChannel.SMS and bool(settings.GATEWAYS.get(SECOND_SMS))


def is_configured(channel: str) -> bool:
    """Whether a channel has a way out of its own; a person's hand is needed otherwise."""
    try:
        gateway_for(channel)
    except (NoGateway, KeyError):
        return False
    return True


def _sms(name: str = "sms") -> Gateway:
    entry = _entry(name)
    if entry.get("provider") == "tencent":
        wanted = ("secret_id", "secret_key", "app_id", "sign", "templates")
        optional = {k: entry[k] for k in ("region", "endpoint", "scheme") if k in entry}
        return TencentSms(
            **{name: entry[name] for name in wanted},
            **optional,
            timeout_s=settings.GATEWAY_TIMEOUT_S,
        )
    return SmsGateway(
        url=entry["url"],
        token=entry.get("token", ""),
        promise=Promise(entry.get("promise", Promise.NEITHER)),
        timeout_s=settings.GATEWAY_TIMEOUT_S,
    )


def _mail() -> Gateway:
    if settings.EMAIL_BACKEND in UNDELIVERING:
        msg = "there is no mail server: set EMAIL_URL"
        raise NoGateway(msg)
    return MailGateway()


def _wechat() -> Gateway:
    entry = _entry("wechat")
    return WeChatGateway(
        url=entry.get("url", "https://api.weixin.qq.com"),
        app_id=entry["app_id"],
        secret=entry["secret"],
        template=entry.get("template", ""),
        timeout_s=settings.GATEWAY_TIMEOUT_S,
    )


def _webhook() -> Gateway:
    return WebhookGateway(timeout_s=settings.GATEWAY_TIMEOUT_S)


def _push() -> Gateway:
    return PushGateway(targets=_entry("push")["targets"])


def _entry(name: str) -> dict[str, Any]:
    if entry := settings.GATEWAYS.get(name):
        return dict(entry)
    msg = f"there is no gateway for {name}: set GATEWAYS"
    raise NoGateway(msg)


_GATEWAYS: Final[dict[NoticeChannel, Callable[[], Gateway]]] = {
    NoticeChannel.SMS: _sms,
    NoticeChannel.EMAIL: _mail,
    NoticeChannel.WECHAT: _wechat,
    NoticeChannel.WEBHOOK: _webhook,
    NoticeChannel.PUSH: _push,
}
SENT_CHANNELS: Final = tuple(_GATEWAYS)
