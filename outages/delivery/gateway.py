"""What the outbox knows of a gateway: send, ask, and what it promises about repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Promise(StrEnum):
    """What may be done when nobody knows whether a message arrived."""

    IDEMPOTENT = "idempotent"  # send again with the same key: the gateway drops the repeat
    QUERYABLE = "queryable"  # ask for the key first; send again only if it is not known
    RECEIPTS = "receipts"  # ask for a receipt; that there is none proves nothing: never resent
    NEITHER = "neither"  # a person decides


class Temporary(Exception):
    """Surely not accepted (refused, busy, no connection): may be sent again later.

    `retry_after_s` is how long the gateway asked to be left alone, 0 where it did not say.
    `is_refusal`: beyond any doubt, so that another provider may be asked instead: no connection
    was made, or it says that it takes nothing now. An error of its own (500) is none.
    """

    def __init__(self, message: str, *, retry_after_s: float = 0, is_refusal: bool = False) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.is_refusal = is_refusal


class Permanent(Exception):
    """Surely not accepted, and never will be (bad number, bad request)."""


class OutcomeUnknown(Exception):
    """The request went out and no answer came back: it may have been accepted."""


@dataclass(frozen=True)
class Message:
    """One message on one channel. `key` is the same for every attempt.

    `kind` and `params` are for gateways that take templates instead of words: the notice's kind,
    and place, cause, beginning, return and hotline. `body` is the event for other programs, the
    same bytes at every attempt.
    """

    key: UUID
    recipient: str
    subject: str
    text: str
    kind: str = ""
    params: tuple[str, ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Habits:
    """How a gateway is treated. Times are seconds.

    `window_s`: how long the promise holds after the first attempt, None for ever. After it, or
    when receipts stayed away that long, a person decides.
    `back_off_s`: waits after the first, second, … failure; the last one repeats up to
    `max_attempts`. `troubles_in_a_row`: after so many a round leaves the gateway alone.
    `asks_people`: whether a person can find out what became of a message that nobody knows of.
    """

    window_s: float | None = None
    back_off_s: Sequence[float] = (5, 15, 60, 300, 900)
    # Some four hours of trying; after that it is a failure that people see.
    max_attempts: int = 20
    troubles_in_a_row: int = 3
    asks_people: bool = True


class Gateway(Protocol):
    """A way out. `send` returns the provider's reference or raises one of the three above."""

    promise: Promise
    habits: Habits

    def send(self, message: Message) -> str:
        """Hand the message over; returns the provider's reference ("" if it gives none)."""
        ...

    def find(self, message: Message, *, since: datetime) -> str | None:
        """Return the reference of the message accepted under this key, None if there is none.

        `since` is when its first attempt began. Raises Temporary when the gateway cannot say.
        """
        ...


@dataclass(frozen=True)
class Heard:
    """What came in from a provider: a receipt for one of ours, or somebody's reply.

    `external_id` is unique at its source, so that hearing it twice does nothing twice.
    """

    source: str
    external_id: str
    kind: str  # receipt, reply
    at: datetime
    reference: str = ""  # the provider's number of the message that a receipt is for
    key: str = ""  # or our key
    sender: str = ""  # who replied
    text: str = ""
    delivered: bool | None = None
    reason: str = ""
    provider: str = ""  # which of two providers told it: their numbers may be the same
