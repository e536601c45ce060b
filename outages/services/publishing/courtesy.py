"""Whom a notice need not wake, and whom it spares: looked at once, when its messages are queued.

The rules are outages.policy.quiet. SMS and the WeChat account ring; mail, group chats and other
programs do not, and wait for nothing. Key and special users have to be told at once, whatever the
hour (002 Art. 16, 17).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from outages.choices import PERSONAL_CHANNELS, DeliveryWhy, NoticeChannel
from outages.models import Delivery, Outage, OutageNotice
from outages.policy.quiet import Hours, due_in_peace, may_wait_until, read_hours, sort_of
from outages.policy.values import Span, Value
from outages.selectors.publishing.opt_outs import opted_out
from outages.selectors.rules import policy
from outages.services.publishing import audience
from outages.workflow import DeliveryStatus, OutageKind

RINGING: Final = frozenset({NoticeChannel.SMS, NoticeChannel.WECHAT})


@dataclass(frozen=True)
class Courtesy:
    """What holds for one notice: when what rings may go, and whether an opt-out stops it."""

    due_at: datetime
    may_wait_until: datetime | None
    heeds_opt_out: bool

    def waits(self, at: datetime) -> bool:
        """Whether what rings waits for the morning."""
        return self.due_at > at


def courtesy_of(outage: Outage, kind: str, *, at: datetime) -> Courtesy:
    """Return what holds for a notice of a kind about an outage. One query."""
    now = {found.key.key: found.value for found in policy.all_in_force(at=at)}
    is_planned = outage.kind == OutageKind.PLANNED
    latest = may_wait_until(
        kind=kind,
        is_planned=is_planned,
        begins_at=outage.planned_start_at,
        has_begun=outage.started_at is not None,
        at=at,
        lead=_length(now["quiet_lead"]),
        waiting=_several(now["quiet_hours_for"]),
    )
    return Courtesy(
        due_at=due_in_peace(timezone.localtime(at), _hours(now["quiet_hours"]), latest=latest),
        may_wait_until=latest,
        heeds_opt_out=sort_of(kind=kind, is_planned=is_planned) in _several(now["opt_out_stops"]),
    )


def arrange(
    rows: Sequence[Delivery], notice: OutageNotice, outage: Outage, *, at: datetime
) -> Courtesy:
    """Let messages not stored yet wait or be spared, by the rules. A few queries for them all."""
    found = courtesy_of(outage, notice.kind, at=at)
    urgent = audience.urgent_addresses(outage) if found.may_wait_until else frozenset()
    for row in rows:
        if row.channel in RINGING and (row.channel, row.recipient) not in urgent:
            row.may_wait_until = found.may_wait_until
            if found.waits(at):
                row.due_at, row.why = found.due_at, DeliveryWhy.QUIET_HOURS
    if found.heeds_opt_out:
        _spare(rows)
    return found


def _spare(rows: Iterable[Delivery]) -> None:
    """Take back at once what its recipient does not want; the sender looks again later."""
    personal = [row for row in rows if row.channel in PERSONAL_CHANNELS]
    for channel in PERSONAL_CHANNELS:
        out = opted_out(channel, [row.recipient for row in personal if row.channel == channel])
        for row in personal:
            if row.channel != channel:
                continue
            row.heeds_opt_out = True
            if row.recipient in out:
                row.status, row.why = DeliveryStatus.SUPERSEDED, DeliveryWhy.OPTED_OUT


def _hours(value: Value) -> Hours | None:
    return read_hours(value) if isinstance(value, str) else None


def _several(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _length(value: Value) -> timedelta:
    return value.timedelta if isinstance(value, Span) else timedelta()
