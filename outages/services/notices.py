"""What people are told: drafting, publishing and following up a notice."""

from dataclasses import dataclass
from datetime import datetime

from outages.choices import NoticeKind
from outages.models import Delivery, Outage, OutageNotice
from outages.models.events import Actor


class MissingNoticeField(Exception):
    """A notice cannot say something it must; `field` names it (reason, area, start, …)."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"the notice cannot be written: fill in {field} on the outage first")


class AudienceRefused(Exception):
    """The area is empty, or the counts differ from the plan's: nobody is told the wrong thing."""


class PublishRefused(Exception):
    """Only the newest draft of an outage that is ready can be published."""


@dataclass(frozen=True)
class NoticePreview:
    """What would be said and to how many, before anything is stored."""

    kind: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    sms_zh: str
    sms_en: str
    customers: int
    recipients_by_channel: dict[str, int]


def preview_notice(
    outage: Outage, *, at: datetime, kind: NoticeKind | str = NoticeKind.FIRST
) -> NoticePreview:
    """Render without storing. Raises MissingNoticeField, AudienceRefused."""
    raise NotImplementedError


def draft_notice(
    outage: Outage, *, kind: NoticeKind | str, by: Actor, at: datetime, reason: str = ""
) -> OutageNotice:
    """Store a notice rendered from the outage's data as the next version, not yet published.

    Raises MissingNoticeField, AudienceRefused.
    """
    raise NotImplementedError


def publish_notice(notice: OutageNotice, *, by: Actor, at: datetime) -> OutageNotice:
    """Make the notice public and its deliveries due, all in one transaction.

    Texts are rendered again from what holds now. Pending deliveries of earlier versions are
    superseded. A planned outage that is ready becomes published.
    Raises MissingNoticeField, AudienceRefused, PublishRefused.
    """
    raise NotImplementedError


def resolve_delivery(
    delivery: Delivery, *, arrived: bool, reason: str, by: Actor, at: datetime
) -> Delivery:
    """Decide by hand on a delivery whose fate is unknown: it arrived, or send it once more.

    Raises TransitionRefused unless it is `unknown`.
    """
    raise NotImplementedError
