"""What was signed of valves and sources, in order of time: who held what shut, at each moment.

RULES
1. Words count from when the thing was done, not from when it was told: a phone may have been
   without signal. Of two words of one time, the one told later comes later.
2. A valve is in one state. An outage that closes it holds it; others that need it shut as well
   join. Opened by whomever, it is open for all. Handed over, it is the other outage's.
3. A valve that its crew finds to pass water after it was signed as closed never was shut: the
   later word corrects the earlier one. Made good and signed again, it is shut from then on.
4. What is recorded outside any outage (an inspection, an import) is the network's own state. A
   valve recorded as closed while an outage holds it stays that outage's.
5. A normally closed valve opened to feed is the outage's doing until it is shut again.
6. A source that an outage stops is its doing until the outage is over, or the source is recorded
   as running again. Recorded as stopped meanwhile, or before by whoever was quicker, it stays
   the outage's.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from network.topology.engine.states import NetworkState


class Kind(StrEnum):
    """What a word says."""

    CLOSED = "closed"  # by an outage's crew
    JOINED = "joined"  # an outage needs a valve shut that another one holds
    OPENED = "opened"
    PASSES = "passes"  # signed as closed, and leaking
    FED = "fed"
    SHUT = "shut"  # what was opened to feed
    HANDED_OVER = "handed_over"
    FOUND_CLOSED = "found_closed"  # recorded outside any outage
    FOUND_OPEN = "found_open"
    SOURCE_ON = "source_on"
    SOURCE_OFF = "source_off"
    STOPPED = "stopped"  # a source, by an outage
    STARTED = "started"  # the outage is over
    DRAWN = "drawn"  # a new revision holds; `asset` is its number


class Word(NamedTuple):
    """One thing said of one valve or source. `order` breaks ties: what was told first.

    `outage` and `other` are codes; `other` is who a valve was handed over to.
    """

    at: datetime
    order: tuple[int, ...]
    kind: Kind
    asset: str
    outage: str = ""
    other: str = ""


class Holding(NamedTuple):
    """What one outage has done: valves closed, valves opened, sources stopped."""

    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Moment:
    """How the network stands from `at` until the next moment.

    `base` is without any outage; `holdings` are the outages' doings, the first to begin first.
    """

    at: datetime
    revision: str
    base: NetworkState
    holdings: Mapping[str, Holding]

    def state(self, outages: Iterable[str]) -> NetworkState:
        """Return the network's state with the doings of these outages alone."""
        mine = [self.holdings[each] for each in outages]
        closed = frozenset().union(*(each.closed for each in mine))
        opened = frozenset().union(*(each.opened for each in mine))
        stopped = frozenset().union(*(each.stopped for each in mine))
        return self.base.with_changes(
            closed=closed, opened=opened - closed, inactive_sources=stopped
        )

    def digest(self) -> str:
        """Return a fingerprint of everything but the time."""
        content: list[Any] = [self.revision, self.base.as_json()]
        for name, each in self.holdings.items():
            # Where no source is stopped, as it was before there were such words.
            stopped = [sorted(each.stopped)] if each.stopped else []
            content.append([name, sorted(each.closed), sorted(each.opened), *stopped])
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def moments(words: Iterable[Word]) -> list[Moment]:
    """Return the moments at which the network changed, in order; words of one time are one."""
    ordered = _corrected(sorted(words, key=lambda word: (word.at, word.order)))
    standing, found = _Standing(), list[Moment]()
    for nth, word in enumerate(ordered):
        standing.hear(word)
        if nth + 1 < len(ordered) and ordered[nth + 1].at == word.at:
            continue
        moment = standing.moment(word.at)
        if not found or found[-1].digest() != moment.digest():
            found.append(moment)
    return found


_OPENINGS = frozenset({Kind.OPENED, Kind.FOUND_OPEN, Kind.FED})


def _corrected(ordered: list[Word]) -> list[Word]:
    """Leave out closings that turned out to leak (rule 3)."""
    closings: dict[str, list[int]] = {}
    taken_back: set[int] = set()
    for nth, word in enumerate(ordered):
        if word.kind in (Kind.CLOSED, Kind.JOINED):
            closings.setdefault(word.asset, []).append(nth)
        elif word.kind in _OPENINGS:
            closings.pop(word.asset, None)
        elif word.kind == Kind.PASSES:
            taken_back.update(closings.pop(word.asset, ()))
    return [word for nth, word in enumerate(ordered) if nth not in taken_back]


@dataclass
class _Standing:
    """The network while the words are heard one after the other."""

    revision: str = ""
    found: dict[str, bool] = field(default_factory=dict)  # valve: is it closed?
    sources: dict[str, bool] = field(default_factory=dict)  # source: does it give water?
    held: dict[str, set[str]] = field(default_factory=dict)
    fed: dict[str, set[str]] = field(default_factory=dict)
    stopped: dict[str, set[str]] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)  # outage: doing something since

    def hear(self, word: Word) -> None:
        getattr(self, f"_{word.kind.value}")(word)

    def moment(self, at: datetime) -> Moment:
        def assets(states: Mapping[str, bool], *, value: bool) -> frozenset[str]:
            return frozenset(each for each, state in states.items() if state == value)

        base = NetworkState(
            closed=assets(self.found, value=True),
            opened=assets(self.found, value=False),
            inactive_sources=assets(self.sources, value=False),
            active_sources=assets(self.sources, value=True),
        )
        doing = set().union(*self.held.values(), *self.fed.values(), *self.stopped.values())
        self.since = {each: self.since.get(each, at) for each in doing}
        ordered = sorted(doing, key=lambda each: (self.since[each], each))
        return Moment(at, self.revision, base, {each: self._holding(each) for each in ordered})

    def _holding(self, outage: str) -> Holding:
        def of(doings: Mapping[str, set[str]]) -> frozenset[str]:
            return frozenset(asset for asset, by in doings.items() if outage in by)

        return Holding(closed=of(self.held), opened=of(self.fed), stopped=of(self.stopped))

    def _closed(self, word: Word) -> None:
        self.fed.pop(word.asset, None)
        if self.found.get(word.asset):
            del self.found[word.asset]  # recorded before its crew had signed it
        self.held.setdefault(word.asset, set()).add(word.outage)

    def _joined(self, word: Word) -> None:
        if word.asset in self.held:
            self.held[word.asset].add(word.outage)

    def _opened(self, word: Word) -> None:
        self.held.pop(word.asset, None)
        self.found[word.asset] = False

    def _passes(self, word: Word) -> None:
        self.held.pop(word.asset, None)

    def _fed(self, word: Word) -> None:
        self.held.pop(word.asset, None)
        self.fed.setdefault(word.asset, set()).add(word.outage)

    def _shut(self, word: Word) -> None:
        self.fed.pop(word.asset, None)
        self.found[word.asset] = True

    def _handed_over(self, word: Word) -> None:
        if (by := self.held.get(word.asset)) is not None:
            by.discard(word.outage)
            by.add(word.other)

    def _found_closed(self, word: Word) -> None:
        self.fed.pop(word.asset, None)
        if word.asset not in self.held:
            self.found[word.asset] = True

    def _found_open(self, word: Word) -> None:
        self.held.pop(word.asset, None)
        self.fed.pop(word.asset, None)
        self.found[word.asset] = False

    def _source_on(self, word: Word) -> None:
        self.stopped.pop(word.asset, None)
        self.sources[word.asset] = True

    def _source_off(self, word: Word) -> None:
        if word.asset not in self.stopped:
            self.sources[word.asset] = False

    def _stopped(self, word: Word) -> None:
        if self.sources.get(word.asset) is False:
            del self.sources[word.asset]  # recorded before the outage was opened
        self.stopped.setdefault(word.asset, set()).add(word.outage)

    def _started(self, word: Word) -> None:
        if (by := self.stopped.get(word.asset)) is not None:
            by.discard(word.outage)
            if not by:
                del self.stopped[word.asset]

    def _drawn(self, word: Word) -> None:
        self.revision = word.asset
