"""Hours in which nobody is woken by what can wait, and what a wish for no messages stops.

RULE 1  Emergencies never wait, nor does news of an outage that has begun: water is off.
RULE 2  What is said of a planned outage waits for the morning, but never past the moment from
        which it would come too late: some hours before the beginning. Then it goes at once.
RULE 3  That the water is back can wait until the morning after.
RULE 4  Who wants no messages is spared those that the policy names. Whoever has to be told by law
        is told all the same (docs/adr/0019).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

_WRITTEN: Final = re.compile(
    r"(\d{1,2}):(\d\d)\s*(?:-|–|—|~|至|到|to)\s*(\d{1,2}):(\d\d)", re.IGNORECASE
)
# How long news that does not age may wait.
A_DAY: Final = timedelta(days=1)


class Sort(StrEnum):
    """What a message is about, as far as waiting and sparing go."""

    UNPLANNED = "unplanned"
    PLANNED = "planned"
    ALL_CLEAR = "all_clear"
    CALL_BACK = "call_back"


@dataclass(frozen=True)
class Hours:
    """Hours of every day, in local time; from the evening into the morning where they end first."""

    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

    def cover(self, at: datetime) -> bool:
        """Whether a local time falls into them; their end does not."""
        now = at.time()
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def end_after(self, at: datetime) -> datetime:
        """Return the end of the hours that a local time falls into."""
        end = datetime.combine(at.date(), self.ends, at.tzinfo)
        return end if end > at else end + A_DAY


def read_hours(text: str) -> Hours | None:
    """Read "22:00-07:00" as people write it; None for what is no such thing, or a whole day."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        return None
    try:
        begins = time(int(written[1]), int(written[2]))
        ends = time(int(written[3]), int(written[4]))
    except ValueError:
        return None
    return Hours(begins, ends) if begins != ends else None


def due_in_peace(at: datetime, hours: Hours | None, *, latest: datetime | None) -> datetime:
    """Return when a message may go that is ready at `at`, in local time.

    `latest` is until when it may wait at all, None where it may not.
    """
    if hours is None or latest is None or not hours.cover(at):
        return at
    morning = hours.end_after(at)
    return morning if morning <= latest else at


def sort_of(*, kind: str, is_planned: bool) -> Sort:
    """Say what a notice is about."""
    if kind == "all_clear":
        return Sort.ALL_CLEAR
    return Sort.PLANNED if is_planned else Sort.UNPLANNED


def may_wait_until(
    *,
    kind: str,
    is_planned: bool,
    begins_at: datetime | None,
    has_begun: bool,
    at: datetime,
    lead: timedelta,
    waiting: Collection[str],
) -> datetime | None:
    """Return until when a notice may wait for the morning, None where it may not.

    `begins_at` is when the planned outage begins, `lead` how long before that it must be known,
    `waiting` the sorts that wait by the policy.
    """
    if kind == "all_clear":
        waits = Sort.ALL_CLEAR in waiting or (is_planned and Sort.PLANNED in waiting)
        return at + A_DAY if waits else None  # RULE 3
    if not is_planned or has_begun or begins_at is None:  # RULE 1
        return None
    return begins_at - lead if Sort.PLANNED in waiting else None  # RULE 2
