"""Where is the burst? Which pipes explain best what people report, and that others are silent.

RULE 1  Before any report a pipe is as likely as it is long, times its rate (bursts a year and
        metre, by material, age and bore, where the caller knows them).
RULE 2  While no valve is shut a burst dries nobody for certain; it pulls heads down. By which
        share of the fall at the burst they fall elsewhere says `fall`. How far the head falls at
        the burst itself is not known: it is tried with each of `sizes`, a share of the usual head,
        each as likely as the others.
RULE 3  Taps stand at heights up to `highest_m`, as many at each. Where the head is `left_m` under
        a tap nothing comes (no water); where less than `weak_m` is left it is weak (low pressure).
        So a fall of the head dries or weakens a known share of the households of a place.
RULE 4  Of households without water the share `call_dry` calls, of those with a weak supply
        `call_weak`; anybody calls for another reason with the chance `call_anyhow`.
RULE 5  Silence counts. How readily people call is not known either (a Gamma prior of mean 1 and
        shape `alike`): calls c_1 .. c_n weigh as
            product of rate(c_i) x (alike + all calls expected)^-(alike + n)
        where all calls expected are summed over the households in earshot. A main that everybody
        would feel does not win by a few calls from one street.
RULE 6  A leak that is seen is near the burst or is something else: the chance is
        `seen_anyhow` + exp(-distance / leak_m).
RULE 7  Who says that he has water contradicts what would dry or weaken him.
RULE 8  A report counts to the power of its weight, which halves with every `half_life` before the
        newest one. Reports are taken to be independent but for RULE 5.
RULE 9  A pipe explains a report if its burst makes it at least twice as likely as no burst does,
        and contradicts it if at most half as likely.
RULE 10 Crews listen along a street. A stretch is all within `listen_m` of a piece's middle, along
        the pipes; stretches are taken one after the other, each the likeliest of what is left.

The guesses are plain and can be set; docs/where-is-the-burst.md says where each is from, and how
often the answer was right in towns whose pressures EPANET reckoned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from network.topology.argument.fall import Falls
from network.topology.argument.mains import Mains
from network.topology.elements import TopologyError, UnknownAsset

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
AGAIN, LESS = 2.0, 0.5  # RULE 9
NEVER = 1e-9
SAMPLE = 250  # places that are listened to in the first look at all pieces


class Kind(StrEnum):
    """What somebody reports of his supply, or of the street."""

    NO_WATER = "no_water"
    LOW_PRESSURE = "low_pressure"
    LEAK_SEEN = "leak_seen"
    HAS_WATER = "has_water"


@dataclass(frozen=True)
class Report:
    """One report, tied to a pipe; `fraction` is the place on it from its start.

    `at_m` is where it was seen, in the metres of `Around.lines`; without it, on the pipe.
    """

    id: str
    kind: Kind
    pipe: str
    fraction: float = 0.5
    at: datetime | None = None
    at_m: tuple[float, float] | None = None


@dataclass(frozen=True)
class Guesses:
    """All that the ranking assumes; see the rules above."""

    head_m: float = 24.0
    highest_m: float = 18.0
    left_m: float = 1.0
    weak_m: float = 8.0
    sizes: tuple[float, ...] = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
    call_dry: float = 0.05
    call_weak: float = 0.025
    call_anyhow: float = 0.0005
    alike: float = 1.0
    seen_anyhow: float = 0.02
    leak_m: float = 25.0
    steep: float = 1.0
    half_life: timedelta = timedelta(hours=6)
    listen_m: float = 100.0
    tried: int = 500


@dataclass(frozen=True, eq=False)
class Around:
    """The pipes among which the burst is looked for, by piece of `mains`.

    `households` in earshot, 0 where a call would not have been counted. `rates` are bursts a
    year and metre against the mean. `goes_on` are nodes at which pipes lead out of this part.
    `lines`, one for each of `mains.pipe_ids`, are in metres.
    """

    mains: Mains
    bores_mm: Floats
    households: Floats
    rates: Floats
    goes_on: tuple[int, ...] = ()
    lines: Sequence[shapely.LineString] | None = None

    @cached_property
    def number(self) -> dict[str, int]:
        """Pipes by their ids."""
        return {each: nth for nth, each in enumerate(self.mains.pipe_ids)}

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """The line of each piece."""
        mains, lines = self.mains, self.lines or ()
        return np.array(
            [
                lines[pipe]
                if (low, high) == (0.0, 1.0)
                else substring(lines[pipe], low, high, normalized=True)
                for pipe, low, high in zip(
                    mains.pipes.tolist(), mains.low.tolist(), mains.high.tolist(), strict=True
                )
            ],
            dtype=object,
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


@dataclass(frozen=True)
class Stretch:
    """What a crew listens along: `pipes`, the likeliest first, and how likely it is one of them.

    `middle` is where to begin: a pipe and how far along it.
    """

    pipes: tuple[str, ...]
    share: float
    middle: tuple[str, float]
    metres: float


@dataclass(frozen=True)
class Whereabouts:
    """The likeliest pipes and stretches, best first; ties by id."""

    pipes: tuple[Suspect, ...]
    stretches: tuple[Stretch, ...]


def locate(
    around: Around,
    reports: Sequence[Report],
    *,
    guesses: Guesses | None = None,
    most: int = 10,
    most_stretches: int = 5,
) -> Whereabouts:
    """Rank the pipes of `around`.

    Raises TopologyError without a report, UnknownAsset for a pipe that is not in `around`.
    Cost: one factorisation, a solution for each node, and `tried` pieces against all places.
    """
    if not reports:
        msg = "name at least one report"
        raise TopologyError(msg)
    for report in reports:
        if report.pipe not in around.number:
            raise UnknownAsset("pipe", report.pipe)  # noqa: EM101
    reports = sorted(reports, key=lambda report: report.id)
    return _Ranking(around, reports, guesses or Guesses()).answer(most, most_stretches)


class _Ranking:
    def __init__(self, around: Around, reports: Sequence[Report], guesses: Guesses) -> None:
        self.around, self.reports, self.guesses = around, reports, guesses
        self.mains = around.mains
        self.falls = Falls(around.mains, around.bores_mm, around.goes_on, guesses.steep)
        self.weights = _weights(reports, guesses)
        self.prior = np.log(np.maximum(self.mains.lengths_m * around.rates, NEVER))
        self.homes = np.flatnonzero(around.households > 0)
        self.spots = [self._spot(report) for report in reports]

    def _spot(self, report: Report) -> tuple[int, float]:
        """The piece of a report, and how far along the piece it is."""
        mains = self.mains
        piece = mains.piece_at(self.around.number[report.pipe], report.fraction)
        low, high = mains.low[piece], mains.high[piece]
        return piece, float(np.clip((report.fraction - low) / (high - low), 0, 1))

    def answer(self, most: int, most_stretches: int) -> Whereabouts:
        pieces = np.arange(len(self.mains.pipes))
        step = max(1, len(self.homes) // SAMPLE)
        first = self._scores(pieces, self.homes[::step], step)
        best = np.argsort(-np.round(first, 9), kind="stable")[: self.guesses.tried]
        tried = np.sort(best)
        scores = self._scores(tried, self.homes, 1)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return Whereabouts(
            tuple(self._suspects(tried, scores, shares, most)),
            tuple(self._stretches(tried, shares, most_stretches)),
        )

    # -- RULES 1 to 8 -----------------------------------------------------------

    def _scores(self, bursts: Whole, homes: Whole, each_for: int) -> Floats:
        """How likely each burst is, as a logarithm; `homes` stand for `each_for` times as many."""
        calls = [r for r in self.reports if r.kind != Kind.LEAK_SEEN]
        total: Floats = self.prior[bursts] + self._seen(bursts)
        if not calls:
            return total
        households = self.around.households[homes] * each_for
        felt = self.falls.middles(bursts, homes)
        by_size = [
            self._told(bursts, size) - self._silence(felt * size, households)
            for size in self.guesses.sizes
        ]
        found: Floats = total + np.logaddexp.reduce(by_size, axis=0)
        return found

    def _told(self, bursts: Whole, size: float) -> Floats:
        """The calls' own part of RULE 5, and RULE 7."""
        found = np.zeros(len(bursts))
        for nth, report in enumerate(self.reports):
            if report.kind != Kind.LEAK_SEEN:
                rate = self._rate(report.kind, self._felt[nth][bursts] * size)
                found += self.weights[nth] * np.log(rate)
        return found

    def _silence(self, fall: Floats, households: Floats) -> Floats:
        """All calls expected, to the power that RULE 5 says."""
        guesses = self.guesses
        rates = self._rate(Kind.NO_WATER, fall) + self._rate(Kind.LOW_PRESSURE, fall)
        count = sum(
            weight
            for weight, report in zip(self.weights.tolist(), self.reports, strict=True)
            if report.kind in (Kind.NO_WATER, Kind.LOW_PRESSURE)
        )
        found: Floats = (guesses.alike + count) * np.log(guesses.alike + rates @ households)
        return found

    def _rate(self, kind: Kind, fall: Floats) -> Floats:
        """RULES 3 and 4: the chance that a household calls so, where heads fall by `fall`."""
        guesses = self.guesses
        left = guesses.head_m * (1 - fall)

        def under(margin_m: float) -> Floats:
            share: Floats = np.clip(1 - (left - margin_m) / guesses.highest_m, 0.0, 1.0)
            usual = np.clip(1 - (guesses.head_m - margin_m) / guesses.highest_m, 0.0, 1.0)
            more: Floats = share - usual
            return more

        dry = under(guesses.left_m)
        if kind == Kind.NO_WATER:
            return guesses.call_dry * dry + guesses.call_anyhow / 4
        weak: Floats = np.maximum(under(guesses.weak_m) - dry, 0.0)
        if kind == Kind.HAS_WATER:
            return np.asarray(np.maximum(1 - dry - weak, guesses.call_anyhow))
        rate: Floats = guesses.call_weak * weak + guesses.call_anyhow
        return rate

    @cached_property
    def _felt(self) -> list[Floats]:
        """By report: the share of the fall that is felt there, for a burst on each piece."""
        pieces = np.arange(len(self.mains.pipes))
        return [self.falls.at(piece, share, pieces) for piece, share in self.spots]

    def _seen(self, bursts: Whole) -> Floats:
        found = np.zeros(len(bursts))
        for nth, report in enumerate(self.reports):
            if report.kind == Kind.LEAK_SEEN:
                found += self.weights[nth] * np.log(self._near(nth)[bursts])
        return found

    def _near(self, nth: int) -> Floats:
        guesses = self.guesses
        near: Floats = guesses.seen_anyhow + np.exp(-self._distance(nth) / guesses.leak_m)
        return near

    def _distance(self, nth: int) -> Floats:
        """Metres from a report to each piece: straight where lines are known, else along pipes."""
        report, (piece, share) = self.reports[nth], self.spots[nth]
        if self.around.lines is not None:
            line = self.around.lines[self.around.number[report.pipe]]
            point = (
                shapely.Point(report.at_m)
                if report.at_m
                else line.interpolate(report.fraction, normalized=True)
            )
            straight: Floats = shapely.distance(point, self.around.shapes)
            return straight
        mains = self.mains
        offsets = mains.lengths_m[piece] * np.array([share, 1 - share])
        ends = np.array([mains.us[piece], mains.vs[piece]])
        to_node = (mains.around(ends) + offsets[:, None]).min(axis=0)
        found: Floats = np.minimum(to_node[mains.us], to_node[mains.vs])
        found[piece] = 0.0
        return found

    # -- RULES 9 and 10 ---------------------------------------------------------

    def _suspects(self, tried: Whole, scores: Floats, shares: Floats, most: int) -> list[Suspect]:
        """One suspect a pipe: the shares of its pieces summed, its best piece told."""
        mains, pipes = self.mains, self.mains.pipes[tried]
        by_pipe = np.bincount(pipes, weights=shares, minlength=len(mains.pipe_ids))
        best: dict[int, int] = {}
        for piece in np.argsort(-scores, kind="stable").tolist():
            best.setdefault(int(pipes[piece]), piece)
        # A share that differs in its last digits only is a tie.
        order = sorted(
            best, key=lambda pipe: (-round(float(by_pipe[pipe]), 12), mains.pipe_ids[pipe])
        )
        found = []
        for pipe in order[:most]:
            told = self._likelier(int(tried[best[pipe]]))
            found.append(
                Suspect(
                    pipe=mains.pipe_ids[pipe],
                    share=float(by_pipe[pipe]),
                    score=float(scores[best[pipe]]),
                    explains=tuple(each for each, ratio in told if ratio >= AGAIN),
                    leaves_open=tuple(each for each, ratio in told if LESS < ratio < AGAIN),
                    contradicts=tuple(each for each, ratio in told if ratio <= LESS),
                )
            )
        return found

    def _likelier(self, piece: int) -> list[tuple[str, float]]:
        """By report: how much likelier a burst of the likeliest size makes it than none."""
        bursts = np.array([piece])
        felt = self.falls.middles(bursts, self.homes)
        households = self.around.households[self.homes]
        size = max(
            self.guesses.sizes,
            key=lambda s: float((self._told(bursts, s) - self._silence(felt * s, households))[0]),
        )
        found = []
        for nth, report in enumerate(self.reports):
            if report.kind == Kind.LEAK_SEEN:
                ratio = self._near(nth)[piece] / max(self.guesses.seen_anyhow, NEVER)
            else:
                calm = self._rate(report.kind, np.zeros(1))[0]
                ratio = self._rate(report.kind, self._felt[nth][bursts] * size)[0] / calm
            found.append((report.id, float(ratio)))
        return found

    def _stretches(self, tried: Whole, shares: Floats, most: int) -> list[Stretch]:
        near = self._within_earshot(tried)
        left = shares.copy()
        found: list[Stretch] = []
        while len(found) < most and left.max() > NEVER:
            sums = near @ left
            centre = int(np.argmax(np.round(sums, 12)))
            inside = near[centre] & (left > 0)
            found.append(self._stretch(tried, centre, inside, left))
            left[inside] = 0.0
        return found

    def _within_earshot(self, tried: Whole) -> NDArray[np.bool_]:
        """Which pieces (columns) have their middles within `listen_m` of that of each (rows)."""
        mains, reach = self.mains, self.guesses.listen_m
        half = mains.lengths_m[tried] / 2
        nodes = np.unique(np.r_[mains.us[tried], mains.vs[tried]])
        row = {node: nth for nth, node in enumerate(nodes.tolist())}
        us = np.array([row[each] for each in mains.us[tried].tolist()])
        vs = np.array([row[each] for each in mains.vs[tried].tolist()])
        away = mains.around(nodes, within_m=reach)[:, nodes]
        between = np.minimum.reduce([away[one][:, two] for one in (us, vs) for two in (us, vs)])
        found: NDArray[np.bool_] = between + half[:, None] + half[None, :] <= reach
        np.fill_diagonal(found, val=True)
        return found

    def _stretch(
        self, tried: Whole, centre: int, inside: NDArray[np.bool_], left: Floats
    ) -> Stretch:
        mains = self.mains
        members = np.flatnonzero(inside)
        members = members[np.argsort(-left[members], kind="stable")]
        pipes = dict.fromkeys(mains.pipe_ids[pipe] for pipe in mains.pipes[tried[members]])
        piece = int(tried[centre])
        return Stretch(
            pipes=tuple(pipes),
            share=float(left[members].sum()),
            middle=(
                mains.pipe_ids[mains.pipes[piece]],
                float(mains.low[piece] + mains.high[piece]) / 2,
            ),
            metres=float(mains.lengths_m[tried[members]].sum()),
        )


def _weights(reports: Sequence[Report], guesses: Guesses) -> Floats:
    """One for the newest report and those without a time, less for what came long before."""
    times = [report.at for report in reports if report.at is not None]
    ages = [
        (max(times) - report.at) / guesses.half_life if report.at is not None else 0.0
        for report in reports
    ]
    weights: Floats = np.power(0.5, np.array(ages))
    return weights
