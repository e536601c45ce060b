"""What the outbox knows of a gateway: send, ask, and what it promises about repeats."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.conf import settings

from outages.choices import NoticeChannel


class Promise(StrEnum):
    """What may be done when nobody knows whether a message arrived."""

    IDEMPOTENT = "idempotent"  # send again with the same key: the gateway drops the repeat
    QUERYABLE = "queryable"  # ask for the key first; send again only if it is not known
    NEITHER = "neither"  # a person decides


class Temporary(Exception):
    """Surely not accepted (refused, busy, no connection): may be sent again later."""


class Permanent(Exception):
    """Surely not accepted, and never will be (bad number, bad request)."""


class OutcomeUnknown(Exception):
    """The request went out and no answer came back: it may have been accepted."""


class NoGateway(Exception):
    """The channel has no gateway in settings.GATEWAYS."""


@dataclass(frozen=True)
class Message:
    """One message on one channel. `key` is the same for every attempt."""

    key: UUID
    recipient: str
    subject: str
    text: str


class Gateway(Protocol):
    """A way out. `send` returns the provider's reference or raises one of the three above."""

    promise: Promise

    def send(self, message: Message) -> str:
        """Hand the message over; returns the provider's reference ("" if it gives none)."""
        ...

    def find(self, key: UUID) -> str | None:
        """Return the reference of the message accepted under this key, None if there is none.

        Raises Temporary when the gateway cannot say.
        """
        ...


def gateway_for(channel: str) -> Gateway:
    """Return the gateway of a channel as settings.GATEWAYS says. Raises NoGateway."""
    from outages.delivery.mail import MailGateway  # noqa: PLC0415 - they import this module
    from outages.delivery.sms_http import SmsGateway  # noqa: PLC0415

    if channel == NoticeChannel.EMAIL:
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
