"""Which gateway a channel goes through, as settings.GATEWAYS says."""

from django.conf import settings

from outages.choices import NoticeChannel
from outages.delivery.gateway import Gateway, Promise
from outages.delivery.mail import MailGateway
from outages.delivery.sms_http import SmsGateway

# Backends that keep a mail to themselves: to call it sent would be a lie, and the console's log
# would hold the address.
UNDELIVERING = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}


class NoGateway(Exception):
    """The channel has no gateway in settings.GATEWAYS, or no mail server in EMAIL_URL."""


def gateway_for(channel: str) -> Gateway:
    """Return the gateway of a channel. Raises NoGateway."""
    if channel == NoticeChannel.EMAIL:
        if settings.EMAIL_BACKEND in UNDELIVERING:
            msg = "there is no mail server: set EMAIL_URL"
            raise NoGateway(msg)
        return MailGateway()
    if channel == NoticeChannel.SMS and (entry := settings.GATEWAYS.get("sms")):
        return SmsGateway(
            url=entry["url"],
            token=entry.get("token", ""),
            promise=Promise(entry.get("promise", Promise.NEITHER)),
            timeout_s=settings.GATEWAY_TIMEOUT_S,
        )
    msg = f"there is no gateway for {channel}: set GATEWAYS"
    raise NoGateway(msg)
