"""How each channel fares: whether it is switched on, when it last worked, what went wrong last.

The row is written at most every few seconds: it tells people, and nothing is decided by it but
the switch.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from outages.models import ChannelState
from outages.workflow import DeliveryStatus

QUIET: Final = timedelta(seconds=5)
TROUBLED: Final = ("later", DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED)


def is_switched_on(channel: str) -> bool:
    """A channel is on unless an administrator switched it off; what is due then waits."""
    return not ChannelState.objects.filter(channel=channel, is_on=False).exists()


def note_look(channels: Sequence[str]) -> None:
    """Keep that a sender came by, also where nothing was to be done."""
    known = set(ChannelState.objects.values_list("channel", flat=True))
    missing = [ChannelState(channel=channel) for channel in channels if channel not in known]
    ChannelState.objects.bulk_create(missing, ignore_conflicts=True)
    long_ago = Q(looked_at__isnull=True) | Q(looked_at__lt=timezone.now() - QUIET)
    ChannelState.objects.filter(long_ago, channel__in=channels).update(looked_at=Now())


def note_round(channel: str, outcomes: Counter[str]) -> None:
    """Keep how a round went that had something to do."""
    changed: dict[str, Any] = {}
    if outcomes[DeliveryStatus.ACCEPTED]:
        changed = {"worked_at": Now(), "troubles": 0}
    if any(outcomes[name] for name in TROUBLED):
        changed = {"troubles": F("troubles") + 1} | changed | {"troubled_at": Now()}
    if not changed:
        return
    if not ChannelState.objects.filter(channel=channel).update(**changed):
        ChannelState.objects.get_or_create(channel=channel)
        ChannelState.objects.filter(channel=channel).update(**changed)
