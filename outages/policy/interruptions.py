"""Customer-minutes lost: who was without water, for how long, counted once.

RULES
1. A property is interrupted while any outage keeps it dry. Spells that overlap or touch are
   one interruption, whatever outages they come from: nobody is dry twice at the same moment.
2. An interruption counts when it lasts `at_least` (three hours) or longer, and then with its
   whole length from its first second. Its length is judged over its whole life, also outside
   the period that is being reported.
3. The seconds of a counting interruption belong to the period in which they were lost, so
   periods add up. The interruption itself (the bands) belongs to the period in which it ended.
4. Each second belongs to one outage: of those that keep the property dry in that second, the
   one that dried it first; of two that began together, the first by code. So outages, planned
   and unplanned, and areas add up to the whole.
5. One that still runs counts until `now` and stands in no band yet.

The measure is property-minutes of interruptions of three hours and more divided by all
properties served, as British regulators define it; the bands are those of their older DG3.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

AT_LEAST: Final = timedelta(hours=3)
BANDS: Final = (timedelta(hours=3), timedelta(hours=6), timedelta(hours=12), timedelta(hours=24))


class Spell(NamedTuple):
    """One outage keeps one property dry from `off_at` until `on_at` (None: still).

    A spell holds its first second and not its last; times carry a zone.
    """

    customer: str
    outage: str
    off_at: datetime
    on_at: datetime | None


class Share(NamedTuple):
    """A piece of an interruption and the outage that it is put down to."""

    outage: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Interruption:
    """One stretch of time in which one property had no water, from whatever outages."""

    customer: str
    shares: tuple[Share, ...]
    is_running: bool

    @property
    def begins(self) -> datetime:
        return self.shares[0].begins

    @property
    def ends(self) -> datetime:
        return self.shares[-1].ends

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


@dataclass(frozen=True)
class Account:
    """What a period cost. Times lost are sums over properties; `bands` counts interruptions.

    `by_outage` adds up to `lost`. `bands` maps each limit to the number of interruptions that
    ended in the period and lasted at least that long, so a day's stands in all four.
    """

    lost: timedelta
    by_outage: Mapping[str, timedelta]
    by_customer: Mapping[str, timedelta]
    bands: Mapping[timedelta, int]
    running: int

    def minutes_per_property(self, served: int) -> float:
        """Return the property-minutes lost for each of the `served` properties.

        Raises ValueError when nobody is served: a share of nothing is no figure.
        """
        if served <= 0:
            msg = "no properties served: the share of each cannot be told"
            raise ValueError(msg)
        return self.lost / timedelta(minutes=1) / served


def interruptions(spells: Iterable[Spell], *, now: datetime) -> list[Interruption]:
    """Join spells into interruptions (rules 1, 4 and 5), by property and then by time.

    Raises ValueError for a spell that ends before it begins. Spells of no length are left out,
    and so are those that begin after `now`.
    """
    by_customer: dict[str, list[tuple[datetime, datetime, str, bool]]] = defaultdict(list)
    for spell in spells:
        if spell.on_at is not None and spell.on_at < spell.off_at:
            msg = f"{spell.customer}, {spell.outage}: back on {spell.on_at} before off"
            raise ValueError(msg)
        is_running = spell.on_at is None or spell.on_at > now
        ends = now if spell.on_at is None or is_running else spell.on_at
        if spell.off_at < ends:
            by_customer[spell.customer].append((spell.off_at, ends, spell.outage, is_running))
    return [
        _interruption(name, stretch)
        for name in sorted(by_customer)
        for stretch in _stretches(sorted(by_customer[name]))
    ]


# Begins, ends, outage, still running at `now`.
_Piece = tuple[datetime, datetime, str, bool]


def _stretches(pieces: Sequence[_Piece]) -> Iterable[list[_Piece]]:
    """Cut pieces, sorted by begin, wherever there was water between them."""
    stretch: list[_Piece] = []
    until: datetime | None = None
    for piece in pieces:
        if until is not None and piece[0] > until:
            yield stretch
            stretch, until = [], None
        stretch.append(piece)
        until = piece[1] if until is None else max(until, piece[1])
    if stretch:
        yield stretch


def _interruption(name: str, stretch: Sequence[_Piece]) -> Interruption:
    """Put each moment of a stretch down to the outage that dried the property first (rule 4)."""
    moments = sorted({moment for piece in stretch for moment in piece[:2]})
    shares: list[Share] = []
    for begins, ends in pairwise(moments):
        # Pieces are sorted by begin and then end; equal begins are settled by the outage's code.
        outage = min((p[0], p[2]) for p in stretch if p[0] <= begins and p[1] >= ends)[1]
        if shares and shares[-1].outage == outage:
            shares[-1] = shares[-1]._replace(ends=ends)
        else:
            shares.append(Share(outage, begins, ends))
    return Interruption(name, tuple(shares), any(piece[3] for piece in stretch))


def account(
    found: Iterable[Interruption],
    *,
    since: datetime,
    until: datetime,
    at_least: timedelta = AT_LEAST,
    bands: Sequence[timedelta] = BANDS,
) -> Account:
    """Add up what the period from `since` until before `until` cost (rules 2 and 3)."""
    by_outage: dict[str, timedelta] = defaultdict(timedelta)
    by_customer: dict[str, timedelta] = defaultdict(timedelta)
    counted = dict.fromkeys(bands, 0)
    running = 0
    for each in found:
        if each.length < at_least:
            continue
        for share in each.shares:
            lost = min(share.ends, until) - max(share.begins, since)
            if lost > timedelta(0):
                by_outage[share.outage] += lost
                by_customer[each.customer] += lost
        if each.is_running:
            running += since <= each.ends and each.begins < until
        elif since <= each.ends < until:
            for band in bands:
                counted[band] += each.length >= band
    return Account(
        lost=sum(by_outage.values(), timedelta(0)),
        by_outage=dict(by_outage),
        by_customer=dict(by_customer),
        bands=counted,
        running=running,
    )
