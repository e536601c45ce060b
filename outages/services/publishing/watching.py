"""Nobody waits for messages in vain: what is stuck or lost is told to whoever can do something.

RULE 1  A channel that holds messages back is told of once, and once more when they move again.
RULE 2  A notice whose messages are undecided or did not get through is told of once; again where
        there are more of them than somebody has seen to.
RULE 3  What was put right is taken back from the bell.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Model

from outages.choices import NoticeChannel
from outages.delivery.gateways import SENT_CHANNELS
from outages.models import Alert, ChannelState, OutageNotice
from outages.models.events import word_for
from outages.selectors.publishing.troubles import Lost, Stuck, lost_messages, stuck
from outages.services.rules import alerts

# Who publishes and telephones, and who looks after the ways out. The shift leader hears with them.
TOLD: Final = ("call_agent", "admin")
ASKED: Final = ("call_agent",)
STUCK, MOVING = "messages_stuck", "messages_move_again"
UNDECIDED, NOT_THROUGH = "messages_undecided", "messages_not_through"


def watch(*, at: datetime) -> None:
    """Tell of what is stuck or lost by now. Asked again, it tells nothing twice."""
    held_back = {each.channel: each for each in stuck(SENT_CHANNELS, at=at)}
    told = _told_stuck()
    for channel in SENT_CHANNELS:
        if channel in held_back or channel in told:
            _follow_channel(channel, held_back.get(channel), at=at)
    lost = {each.notice_id: each for each in lost_messages(at=at)}
    waiting = Alert.objects.filter(
        code__in=[UNDECIDED, NOT_THROUGH], acknowledged_at__isnull=True
    ).values_list("subject_id", flat=True)
    for notice in OutageNotice.objects.filter(pk__in={*lost, *waiting}).order_by("pk"):
        found = lost.get(notice.pk, Lost(notice.pk, 0, 0))
        _follow_notice(notice, UNDECIDED, found.undecided, at=at)
        _follow_notice(notice, NOT_THROUGH, found.not_through, at=at)


def _told_stuck() -> set[str]:
    """Channels of which it was ever told that they are stuck."""
    rows = Alert.objects.filter(code=STUCK, subject=word_for(ChannelState()))
    states = ChannelState.objects.filter(pk__in=rows.order_by().values("subject_id"))
    return set(states.values_list("channel", flat=True))


def _follow_channel(channel: NoticeChannel, found: Stuck | None, *, at: datetime) -> None:
    with transaction.atomic():
        ChannelState.objects.get_or_create(channel=channel)
        state = ChannelState.objects.select_for_update(no_key=True).get(channel=channel)
        last = _last(state, STUCK, MOVING)
        was_stuck = last is not None and last.code == STUCK
        if was_stuck == (found is not None):
            return
        alerts.settle(state, MOVING if found else STUCK, at=at)
        facts = {"count": found.count, "since": found.since.isoformat()} if found else {}
        for role in TOLD:
            alerts.raise_alert(
                STUCK if found else MOVING,
                audience=alerts.to_role(role),
                subject=state,
                at=at,
                channel=str(channel),
                **facts,
            )


def _follow_notice(notice: OutageNotice, code: str, count: int, *, at: datetime) -> None:
    with transaction.atomic():
        notice = OutageNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
        if not count:
            alerts.settle(notice, code, at=at)
            return
        last = _last(notice, code)
        if last is not None:
            is_seen_to = last.acknowledged_at is not None
            if not is_seen_to or count <= int(last.facts.get("count", 0)):
                return
        for role in ASKED:
            alerts.raise_alert(
                code, audience=alerts.to_role(role), subject=notice, at=at, count=count
            )


def _last(subject: Model, *codes: str) -> Alert | None:
    rows = Alert.objects.filter(subject=word_for(subject), subject_id=subject.pk, code__in=codes)
    return rows.order_by("-created_at", "-pk").first()
