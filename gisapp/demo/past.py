"""The hours before the demo, as its clocks would have lived through them.

The other loaders write what people did at moments in the past; no clock ran then. Here each limit
warns and alarms at its own time, and old alerts are seen to by somebody whom they were for. So the
bell of the first look counts what happened lately, and nothing but that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth import get_user_model

from outages.models import Alert, Deadline
from outages.selectors.rules.alerts import is_for
from outages.services import orders
from outages.services.rules import deadlines
from outages.services.rules.alerts import acknowledge

# Alerts of so long still wait: a shift that just came on duty has not seen to all of them.
STILL_WAITING: Final = timedelta(minutes=45)
SEEN_AFTER: Final = timedelta(minutes=20)
# A limit is overstepped with the moment after its end.
_AFTER: Final = timedelta(seconds=1)


def live_through(*, at: datetime) -> int:
    """Let every clock act at its time up to `at`; return how many old alerts were seen to.

    Safe to repeat: what has warned or alarmed does not do so again.
    """
    for moment in sorted({each for each in _moments() if each < at}):
        deadlines.scan(at=moment)
        orders.escalate_overdue(at=moment)
    return _see_to_alerts(at)


def _moments() -> Iterator[datetime]:
    """When limits that still run are to warn or to alarm."""
    running = Deadline.objects.filter(met_at=None, cancelled_at=None)
    for warns_at, warned_at, due_at, breached_at in running.values_list(
        "warns_at", "warned_at", "due_at", "breached_at"
    ):
        if warned_at is None and warns_at is not None:
            yield warns_at
        if breached_at is None:
            yield due_at + _AFTER


def _see_to_alerts(at: datetime) -> int:
    people = list(get_user_model().objects.filter(is_active=True).order_by("pk"))
    old = Alert.objects.filter(created_at__lt=at - STILL_WAITING, acknowledged_at=None)
    seen = 0
    for alert in old.order_by("pk"):
        who = next((each for each in people if is_for(alert, each)), None)
        if who is not None:
            acknowledge(alert, by=who, at=alert.created_at + SEEN_AFTER)
            seen += 1
    return seen
