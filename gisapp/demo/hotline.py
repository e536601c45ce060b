"""A week of calls as the telephone system would have told them: who waited, who gave up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone

from outages.models import HotlineCall
from outages.services.desk.hotline import CallFacts, record_call

DAYS: Final = 7
# Calls in each hour of a day, in the mean: few at night, most when people come home to dry taps.
_AN_HOUR: Final = (0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 3, 2, 1, 1, 0, 0)
_BUSY: Final = 2
# How long it rings in the mean, in quiet hours and in busy ones, and before anybody can answer.
_RINGS_S: Final = {False: 5.0, True: 9.0}
_AT_LEAST_S: Final = 3.0
# Longer than this some hang up; a ring every four seconds.
_PATIENCE_S: Final = 30.0
_A_RING_S: Final = 4.0
# Two who have a login, and a seat that the telephone system knows by its number alone.
_SEATS: Final = ("call_agent", "call_agent", "shift_leader", "803")


def load_hotline(*, at: datetime) -> int:
    """Fill the week before `at` with calls; return how many. A filled one is left alone."""
    if HotlineCall.objects.exists():
        return 0
    calls = list(_calls(at))
    for facts in calls:
        record_call(facts, at=facts.answer_at or facts.ended_at or at)
    return len(calls)


def _calls(at: datetime) -> Iterator[CallFacts]:
    """Draw the calls, the oldest first; the same draw each time."""
    chance = random.Random(95)  # noqa: S311 - a drawn course, no secret
    zone = timezone.get_default_timezone()
    today = timezone.localtime(at, zone).date()
    for ago in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=ago)
        for hour, often in enumerate(_AN_HOUR):
            calls = chance.randint(0, 2 * often)
            seconds = sorted(chance.randrange(3_500) for _call in range(calls))
            for second in seconds:
                ring_at = datetime.combine(day, time(hour), zone) + timedelta(seconds=second)
                facts = _call(ring_at, chance, is_busy=often >= _BUSY)
                if ring_at < at - timedelta(minutes=5):
                    yield facts


def _call(ring_at: datetime, chance: random.Random, *, is_busy: bool) -> CallFacts:
    waited_s = _AT_LEAST_S + chance.expovariate(1 / _RINGS_S[is_busy])
    ended = ring_at + timedelta(seconds=round(waited_s, 1))
    gave_up, seat = waited_s > _PATIENCE_S and chance.random() < 0.6, chance.choice(_SEATS)
    rings = 1 + int(waited_s / _A_RING_S)
    if gave_up:
        return CallFacts(ring_at=ring_at, ended_at=ended, rings=rings)
    return CallFacts(ring_at=ring_at, answer_at=ended, rings=rings, agent=seat)
