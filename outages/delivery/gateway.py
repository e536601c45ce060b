"""What the outbox knows of a gateway: send, ask, and what it promises about repeats."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


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
