"""Where is the burst? Which pipes explain best what people report, and what they leave open.

While no valve is shut a burst dries nobody for certain: it takes pressure from others, from some
all of it. How much it is *felt* at a place, between 0 and 1, is guessed from the network alone:

RULE 1  Who gets water only through the burst's zone (it dominates his) feels it by `below` at
        least, however far away; the branch that has burst may still not be his.
RULE 2  Along the way of supply: by `along` x exp(-detour / `detour_m`), the detour being how much
        longer the shortest way from a source to the place gets when it leads through the pipe.
RULE 3  Around: by exp(-distance / `around_m`), the distance along the pipes, either way.
RULE 4  Both together: felt = 1 - (1 - along) x (1 - around). What is seen of a leak is near it
        or is not: felt = exp(-distance / `leak_m`).
RULE 5  A place calls at the rate miss + (hit - miss) x felt; that somebody has water as usual is
        heard at one minus that. What counts is where calls come from: the rate at the place of
        the report over the mean rate in the whole network (by length) with the same burst. So
        a main that everybody would feel does not win by a few calls from one street. The ratio
        counts to the power of the report's weight, which halves with every `half_life` before
        the newest report. Reports are taken to be independent.
RULE 6  Before any report a pipe is as likely as it is long (times its own rate, if given).
RULE 7  A pipe explains a report if its burst makes a call from there at least twice as likely
        as no burst does, and contradicts it if at most half as likely.

Only the `tried` pieces of pipe that look likeliest without that mean are weighed with it.

The rates are plain guesses, to be set by who knows the town; none is taken from literature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from network.topology.argument.mains import Mains
from network.topology.elements import TopologyError, UnknownAsset
from network.topology.engine.ready import ReadyState
from network.topology.engine.structure import Topology

Floats = NDArray[np.float64]
AGAIN, LESS = 2.0, 0.5  # RULE 7
NEVER = 1e-9
FAR, ALONG_M = 6.0, 3000.0  # beyond, nothing is felt around and along


class Kind(StrEnum):
    """What somebody reports of his supply, or of the street."""

    NO_WATER = "no_water"
    LOW_PRESSURE = "low_pressure"
    LEAK_SEEN = "leak_seen"
    HAS_WATER = "has_water"


@dataclass(frozen=True)
class Report:
    """One report, tied to a pipe; `fraction` is the place on it from its start."""

    id: str
    kind: Kind
    pipe: str
    fraction: float = 0.5
    at: datetime | None = None


@dataclass(frozen=True)
class Rates:
    """How likely a report is where nothing of the burst is felt (miss), and where all is (hit)."""

    miss: float
    hit: float


@dataclass(frozen=True)
class Guesses:
    """All that the ranking assumes; see the rules above. Lengths are metres."""

    below: float = 0.15
    along: float = 0.6
    detour_m: float = 120.0
    around_m: float = 150.0
    leak_m: float = 40.0
    half_life: timedelta = timedelta(hours=6)
    tried: int = 300
    rates: Mapping[Kind, Rates] = field(
        default_factory=lambda: {
            Kind.NO_WATER: Rates(0.02, 0.5),
            Kind.LOW_PRESSURE: Rates(0.05, 0.6),
            Kind.LEAK_SEEN: Rates(0.01, 0.7),
            Kind.HAS_WATER: Rates(0.05, 0.8),  # of not having it
        }
    )


@dataclass(frozen=True)
class Suspect:
    """A pipe that may have burst. `share` is its part in all that was thought possible.

    The ids in `explains`, `leaves_open` and `contradicts` are all the reports, sorted.
    """

    pipe: str
    share: float
    score: float
    explains: tuple[str, ...]
    leaves_open: tuple[str, ...]
    contradicts: tuple[str, ...]


def locate(
    topology: Topology,
    ready: ReadyState,
    mains: Mains,
    reports: Sequence[Report],
    *,
    guesses: Guesses | None = None,
    pipe_rates: Mapping[str, float] | None = None,
    most: int = 10,
) -> list[Suspect]:
    """The likeliest pipes, best first, ties by id. `ready` and `mains` are of one state.

    `pipe_rates` weighs pipes by what is known of them (age, material); 1 where nothing is said.
    Raises TopologyError without a report, UnknownAsset for a pipe that the network has not.
    Cost: a few searches for shortest ways for each
    report and each of the pieces tried.
    """
    if not reports:
        msg = "name at least one report"
        raise TopologyError(msg)
    assumed = guesses or Guesses()
    reports = sorted(reports, key=lambda report: report.id)
    town = _Felt(topology, ready, mains, assumed)
    felt = town.by(reports)
    rates = np.array([(pipe_rates or {}).get(each, 1.0) for each in mains.pipe_ids])
    prior = np.log(np.maximum(mains.lengths_m * rates[mains.pipes], NEVER))
    weights = _weights(reports, assumed)[:, None]
    first = prior + (weights * np.log(_calls(felt, reports, assumed))).sum(axis=0)
    tried = np.sort(np.argsort(-np.round(first, 9), kind="stable")[: assumed.tried])
    ratios = _ratios(town, felt, tried, reports)
    scores = prior[tried] + (weights * np.log(ratios)).sum(axis=0)
    calm = _calls(np.zeros((len(reports), 1)), reports, assumed)
    return _ranked(mains, tried, reports, scores, _calls(felt[:, tried], reports, assumed) / calm)[
        :most
    ]


def _ranked(
    mains: Mains,
    tried: NDArray[np.int64],
    reports: Sequence[Report],
    scores: Floats,
    likelier: Floats,
) -> list[Suspect]:
    """One suspect a pipe: the shares of its pieces summed, its best piece told."""
    shares = np.exp(scores - scores.max())
    pipes = mains.pipes[tried]
    by_pipe = np.bincount(pipes, weights=shares / shares.sum(), minlength=len(mains.pipe_ids))
    best: dict[int, int] = {}
    for piece in np.argsort(-scores, kind="stable").tolist():
        best.setdefault(int(pipes[piece]), piece)
    # A share that differs in its last digits only is a tie.
    order = sorted(best, key=lambda pipe: (-round(float(by_pipe[pipe]), 12), mains.pipe_ids[pipe]))

    def told(piece: int, low: float, high: float) -> tuple[str, ...]:
        rows = zip(reports, likelier[:, piece].tolist(), strict=True)
        return tuple(report.id for report, ratio in rows if low < ratio < high)

    return [
        Suspect(
            pipe=mains.pipe_ids[pipe],
            share=float(by_pipe[pipe]),
            score=float(scores[best[pipe]]),
            explains=told(best[pipe], np.nextafter(AGAIN, 0), np.inf),
            leaves_open=told(best[pipe], LESS, AGAIN),
            contradicts=told(best[pipe], -1, np.nextafter(LESS, 1)),
        )
        for pipe in order
    ]


# -- RULE 5 ---------------------------------------------------------------------


def _calls(felt: Floats, reports: Sequence[Report], guesses: Guesses) -> Floats:
    """The rate of each report (row) where a burst is felt so much."""
    found = np.empty_like(felt)
    for nth, report in enumerate(reports):
        rates = guesses.rates[report.kind]
        bad = rates.miss + (rates.hit - rates.miss) * felt[nth]
        found[nth] = 1 - bad if report.kind == Kind.HAS_WATER else bad
    return found


def _ratios(
    town: "_Felt", felt: Floats, tried: NDArray[np.int64], reports: Sequence[Report]
) -> Floats:
    """The rate of each report (row) over its mean in the network, for a burst on each piece."""
    here = _calls(felt[:, tried], reports, town.guesses)
    weights = town.mains.lengths_m / town.mains.lengths_m.sum()
    means = np.array([town.means(piece, weights) for piece in tried.tolist()])
    everywhere = np.array([means[:, int(report.kind == Kind.LEAK_SEEN)] for report in reports])
    found: Floats = here / _calls(everywhere, reports, town.guesses)
    return found


def _weights(reports: Sequence[Report], guesses: Guesses) -> Floats:
    """One for the newest report and those without a time, less for what came long before."""
    times = [report.at for report in reports if report.at is not None]
    ages = [
        (max(times) - report.at) / guesses.half_life if report.at is not None else 0.0
        for report in reports
    ]
    weights: Floats = np.power(0.5, np.array(ages))
    return weights


# -- RULES 1 to 4 ---------------------------------------------------------------


class _Felt:
    """How much a burst on each piece of pipe is felt where each report comes from."""

    def __init__(
        self, topology: Topology, ready: ReadyState, mains: Mains, guesses: Guesses
    ) -> None:
        self.topology, self.ready = topology, ready
        self.mains, self.guesses = mains, guesses
        self.number = {each: nth for nth, each in enumerate(mains.pipe_ids)}
        self.from_source = mains.from_sources()
        self.groups = self._groups()

    def _groups(self) -> NDArray[np.int64]:
        """The group of each piece, at its middle."""
        mains = self.mains
        middle = (mains.low + mains.high) / 2
        return np.array(
            [
                self._group(mains.pipe_ids[pipe], at)
                for pipe, at in zip(mains.pipes.tolist(), middle.tolist(), strict=True)
            ]
        )

    def _group(self, pipe: str, fraction: float) -> int:
        part = self.topology.part_at(self.topology.index("pipe", pipe), fraction)
        return int(self.ready.group_of[self.topology.part_segment[part]])

    def by(self, reports: Sequence[Report]) -> Floats:
        """A row for each report."""
        return np.array([self._of(report) for report in reports])

    def _of(self, report: Report) -> Floats:
        if report.pipe not in self.number:
            raise UnknownAsset("pipe", report.pipe)  # noqa: EM101
        mains, guesses = self.mains, self.guesses
        here = mains.piece_at(self.number[report.pipe], report.fraction)
        share = (report.fraction - mains.low[here]) / (mains.high[here] - mains.low[here])
        offsets = mains.lengths_m[here] * np.array([share, 1 - share])
        distance = self._around(here, offsets)
        if report.kind == Kind.LEAK_SEEN:
            near: Floats = np.exp(-distance / guesses.leak_m)
            return near
        along = guesses.along * np.exp(-self._detour(here, offsets) / guesses.detour_m)
        felt: Floats = 1 - (1 - along) * (1 - np.exp(-distance / guesses.around_m))
        below = self._dominates(self._group(report.pipe, report.fraction))
        felt[below] = np.maximum(felt[below], guesses.below)
        return felt

    def means(self, piece: int, weights: Floats) -> tuple[float, float]:
        """How much a burst on a piece is felt, and how near it is, in the mean of all pieces."""
        mains, guesses = self.mains, self.guesses
        ends = np.array([mains.us[piece], mains.vs[piece]])
        nodes = mains.around(ends, within_m=FAR * guesses.around_m).min(axis=0)
        distance = (nodes[mains.us] + nodes[mains.vs]) / 2
        distance[piece] = 0.0
        along = guesses.along * np.exp(-self._detours_from(piece, ends) / guesses.detour_m)
        felt = 1 - (1 - along) * (1 - np.exp(-distance / guesses.around_m))
        group = int(self.groups[piece])
        below = (self.groups > group) & (self.groups < self.ready.end[group])
        felt[below] = np.maximum(felt[below], guesses.below)
        near = np.exp(-distance / guesses.leak_m)
        return float((felt * weights).sum()), float((near * weights).sum())

    def _detours_from(self, piece: int, ends: NDArray[np.int64]) -> Floats:
        """How many metres longer the way to each piece gets when it leads through this one."""
        mains, supply = self.mains, self.from_source
        onward = mains.distances(ends, within_m=ALONG_M)
        way = np.full(mains.node_count, np.inf)
        if mains.forward[piece]:
            way = supply[ends[0]] + mains.lengths_m[piece] + onward[1]
        if mains.backward[piece]:
            way = np.minimum(way, supply[ends[1]] + mains.lengths_m[piece] + onward[0])
        found = np.full(mains.node_count, np.inf)
        known = np.isfinite(supply) & np.isfinite(way)
        found[known] = np.maximum(way[known] - supply[known], 0.0)
        nearer: Floats = np.minimum(found[mains.us], found[mains.vs])
        return nearer

    def _around(self, here: int, offsets: Floats) -> Floats:
        """Metres from the report to the nearest point of each piece."""
        mains = self.mains
        ends = np.array([mains.us[here], mains.vs[here]])
        to_node = (mains.around(ends) + offsets[:, None]).min(axis=0)
        found: Floats = np.minimum(to_node[mains.us], to_node[mains.vs])
        found[here] = 0.0
        return found

    def _detour(self, here: int, offsets: Floats) -> Floats:
        """How many metres longer the way of supply gets when it leads through each piece."""
        mains = self.mains
        way_in = [(0, mains.forward[here]), (1, mains.backward[here])]
        ends = np.array([mains.us[here], mains.vs[here]])
        onward = mains.distances(ends, against_flow=True) + offsets[:, None]
        to_report = np.min(
            [onward[k] if may else np.full(mains.node_count, np.inf) for k, may in way_in], axis=0
        )
        supply = self.from_source
        usual = min((supply[ends[k]] + offsets[k] for k, may in way_in if may), default=np.inf)
        if not np.isfinite(usual):  # no way of supply: nothing is along it
            return np.full(len(mains.us), np.inf)
        there = np.where(mains.forward, supply[mains.us] + to_report[mains.vs], np.inf)
        back = np.where(mains.backward, supply[mains.vs] + to_report[mains.us], np.inf)
        found: Floats = np.maximum(np.minimum(there, back) + mains.lengths_m - usual, 0.0)
        found[here] = 0.0
        return found

    def _dominates(self, group: int) -> NDArray[np.bool_]:
        """Which pieces lie in a group that all water to `group`, another one, passes."""
        ready = self.ready
        if group >= ready.wet_count:
            return np.zeros(len(self.groups), dtype=bool)
        found: NDArray[np.bool_] = (self.groups < group) & (group < ready.end[self.groups])
        return found
