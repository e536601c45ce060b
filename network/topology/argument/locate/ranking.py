"""From reports to likely pipes: the rules of the package put together."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import shapely
from numpy.typing import NDArray

from network.topology.argument.locate.around import Around
from network.topology.argument.locate.calls import NEVER, Calls, weights
from network.topology.argument.locate.falls import Falls
from network.topology.argument.locate.found import Suspect, Whereabouts
from network.topology.argument.locate.holes import Holes, how_many
from network.topology.argument.locate.stretches import stretches
from network.topology.argument.locate.told import Guesses, Kind, Report
from network.topology.elements import TopologyError, UnknownAsset

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
AGAIN, LESS = 2.0, 0.5  # RULE 9
SAMPLE = 250  # places that are listened to in the first look at all pieces


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
    Cost: one factorisation, a solution for each node, and seven more for each of `tried`.
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
        self.weights = weights(reports, guesses)
        is_call = [report.kind != Kind.LEAK_SEEN for report in reports]
        self.callers, self.seers = np.flatnonzero(is_call), np.flatnonzero(np.invert(is_call))
        of_calls = [report for report in reports if report.kind != Kind.LEAK_SEEN]
        self.calls = Calls(of_calls, self.weights[self.callers], guesses)
        self.falls = Falls(around.mains, around.bores_mm, around.goes_on)
        self.prior = np.log(np.maximum(self.mains.lengths_m * around.rates, NEVER))
        self.homes = np.flatnonzero(around.households > 0)
        self.spots = [self._spot(report) for report in reports]
        self._set_heads()

    def _set_heads(self) -> None:
        """The usual heads at nodes, in the middle of pieces, and where each call is from."""
        mains = self.mains
        nodes = self.around.heads_m(self.guesses.head_m)
        self.heads_m = (nodes[mains.us] + nodes[mains.vs]) / 2
        spots = [self.spots[nth] for nth in self.callers.tolist()]
        self.call_heads_m = np.array(
            [
                (1 - share) * nodes[mains.us[piece]] + share * nodes[mains.vs[piece]]
                for piece, share in spots
            ]
        )

    def _spot(self, report: Report) -> tuple[int, float]:
        """The piece of a report, and how far along the piece it is."""
        mains = self.mains
        piece = mains.piece_at(self.around.number[report.pipe], report.fraction)
        low, high = mains.low[piece], mains.high[piece]
        return piece, float(np.clip((report.fraction - low) / (high - low), 0, 1))

    def answer(self, most: int, most_stretches: int) -> Whereabouts:
        pieces = np.arange(len(self.mains.pipes))
        alone = self.prior + self._seen()
        first = alone + self._first_look(pieces) if len(self.callers) else alone
        best = np.argsort(-np.round(first, 9), kind="stable")
        if not len(self.callers):  # nobody whose water tells of heads
            tried = np.sort(best[: self.guesses.tried])
            return self._told(tried, alone[tried], _Look(), most, most_stretches)
        nodes = int(self.falls.fed.sum())
        tried = np.sort(best[: how_many(self.guesses.tried, nodes)])
        look = self._look_closely(tried)
        return self._told(tried, alone[tried] + look.sum(), look, most, most_stretches)

    def _told(
        self, tried: Whole, scores: Floats, look: "_Look", most: int, most_stretches: int
    ) -> Whereabouts:
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        reach = self.guesses.listen_m
        return Whereabouts(
            tuple(self._suspects(tried, scores, shares, look, most)),
            tuple(stretches(self.mains, tried, shares, reach_m=reach, most=most_stretches)),
        )

    # -- RULES 2 to 5, and 7 ----------------------------------------------------

    def _first_look(self, bursts: Whole) -> Floats:
        """How likely the calls are for each burst, roughly, as a logarithm."""
        step = max(1, len(self.homes) // SAMPLE)
        homes = self.homes[::step]
        households = self.around.households[homes] * step
        felt = self.falls.middles(bursts, homes)
        spots = [self.spots[nth] for nth in self.callers.tolist()]
        told = np.column_stack([self.falls.at(piece, share, bursts) for piece, share in spots])
        by_size = []
        lower = float(np.mean(self.guesses.levels_m))
        for size in self.guesses.sizes:
            fall = size * np.maximum(self.heads_m[bursts] + lower, 1.0)[:, None]
            by_size.append(
                self.calls.told(told * fall, self.call_heads_m + lower)
                - self.calls.silence(felt * fall, self.heads_m[homes] + lower, households)
            )
        found: Floats = np.logaddexp.reduce(by_size, axis=0)
        return found

    def _look_closely(self, bursts: Whole) -> "_Look":
        """How likely the calls are for each burst, by the size of its hole and the level."""
        holes = Holes(self.falls, bursts, self.guesses.roughness)
        households = self.around.households[self.homes]
        felt = holes.middles(self.homes)
        spots = [self.spots[nth] for nth in self.callers.tolist()]
        told = np.column_stack([holes.at(piece, share) for piece, share in spots])
        found = _Look()
        for hole, level in product(self.guesses.holes, self.guesses.levels_m):
            heads = np.maximum(self.heads_m[bursts] + level, 1.0)
            fall = holes.at_the_burst(heads, hole)[:, None]
            call_heads = self.call_heads_m + level
            homes = self.heads_m[self.homes] + level
            found.scores.append(
                self.calls.told(told * fall, call_heads)
                - self.calls.silence(felt * fall, homes, households)
            )
            found.falls_m.append(told * fall)
            found.heads_m.append(call_heads)
        return found

    # -- RULE 6 -----------------------------------------------------------------

    def _seen(self) -> Floats:
        found = np.zeros(len(self.mains.pipes))
        for nth in self.seers.tolist():
            found += self.weights[nth] * np.log(self._near(nth))
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

    # -- RULE 9 -----------------------------------------------------------------

    def _suspects(
        self, tried: Whole, scores: Floats, shares: Floats, look: "_Look", most: int
    ) -> Iterator[Suspect]:
        """One suspect a pipe: the shares of its pieces summed, its best piece told."""
        mains, pipes = self.mains, self.mains.pipes[tried]
        by_pipe = np.bincount(pipes, weights=shares, minlength=len(mains.pipe_ids))
        best: dict[int, int] = {}
        for nth in np.argsort(-scores, kind="stable").tolist():
            best.setdefault(int(pipes[nth]), nth)
        # A share that differs in its last digits only is a tie.
        order = sorted(
            best, key=lambda pipe: (-round(float(by_pipe[pipe]), 12), mains.pipe_ids[pipe])
        )
        for pipe in order[:most]:
            told = self._likelier(best[pipe], int(tried[best[pipe]]), look)
            yield Suspect(
                pipe=mains.pipe_ids[pipe],
                share=float(by_pipe[pipe]),
                score=float(scores[best[pipe]]),
                explains=tuple(each for each, ratio in told if ratio >= AGAIN),
                leaves_open=tuple(each for each, ratio in told if LESS < ratio < AGAIN),
                contradicts=tuple(each for each, ratio in told if ratio <= LESS),
            )

    def _likelier(self, row: int, piece: int, look: "_Look") -> list[tuple[str, float]]:
        """By report: how much likelier a burst of the likeliest size makes it than none."""
        found = {
            self.reports[nth].id: float(self._near(nth)[piece])
            / max(self.guesses.seen_anyhow, NEVER)
            for nth in self.seers.tolist()
        }
        if look.scores:
            falls_m, heads_m = look.likeliest(row)
            for nth, report in enumerate(self.calls.reports):
                head = heads_m[[nth]]
                calm = self.calls.rate(report.kind, np.zeros(1), head)[0]
                rate = self.calls.rate(report.kind, falls_m[[nth]], head)[0]
                found[report.id] = float(rate / max(calm, NEVER))
        return [(report.id, found[report.id]) for report in self.reports]


class _Look:
    """By size and level: how likely the calls are (by burst), what falls where they are from."""

    def __init__(self) -> None:
        self.scores: list[Floats] = []
        self.falls_m: list[Floats] = []
        self.heads_m: list[Floats] = []

    def sum(self) -> Floats:
        """How likely the calls are for each burst, whatever the size and the level."""
        found: Floats = np.logaddexp.reduce(self.scores, axis=0)
        return found

    def likeliest(self, row: int) -> tuple[Floats, Floats]:
        """The falls and usual heads where calls are from, of the likeliest size and level."""
        nth = int(np.argmax([scores[row] for scores in self.scores]))
        return self.falls_m[nth][row], self.heads_m[nth]
