"""The demo's shift on duty with its log, and the crews' roster of the coming week."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.contrib.auth import get_user_model
from django.utils import timezone

from outages.models import Crew, Shift
from outages.selectors.shifts.on_duty import template_at
from outages.services import shifts
from outages.services.shifts import rosters

# Crews relieve one another at this hour of the local day.
RELIEF: Final = time(8)
DAYS: Final = 7


def load_duty(*, at: datetime) -> int:
    """Open a shift two hours ago and fill the roster; return how many duties were entered.

    An instance that has a shift is left alone.
    """
    if Shift.objects.exists():
        return 0
    users = get_user_model().objects
    leader, agent = users.get(username="shift_leader"), users.get(username="call_agent")
    # Not before the shift of this hour began: else it is overdue when somebody looks first.
    found = template_at(at)
    begun = max(at - timedelta(hours=2), found[1][0]) if found else at - timedelta(hours=2)
    shift = shifts.open_first_shift(leader=leader, people=[agent], at=begun)
    shifts.write_log(
        shift,
        text="接班检查：电话、录音、网络正常。",
        by=agent,
        at=min(begun + timedelta(minutes=4), at),
    )
    shifts.write_log(
        shift,
        text="气象台来电：今晚降温，注意老旧管道爆管。",
        kind="important",
        by=leader,
        at=max(at - timedelta(minutes=50), begun),
    )
    return _fill_roster(at)


def _fill_roster(at: datetime) -> int:
    """Two crews a day from 08:00 to 08:00, each pair after the other."""
    crews = list(Crew.objects.order_by("code"))
    today = timezone.localtime(at)
    first = datetime.combine(today.date(), RELIEF, tzinfo=timezone.get_default_timezone())
    if first > at:
        first -= timedelta(days=1)
    entered = 0
    for day in range(DAYS):
        starts_at = first + timedelta(days=day)
        for place in (2 * day, 2 * day + 1) if len(crews) > 1 else (0,) * bool(crews):
            rosters.enter_duty(
                crews[place % len(crews)],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(days=1),
                by=None,
                at=at,
            )
            entered += 1
    return entered
