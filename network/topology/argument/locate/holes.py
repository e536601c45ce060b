"""How far heads fall when a pipe breaks open: Hazen-Williams losses, and a hole that drains.

RULE 1  A piece loses head as the flow to the power 1.852 (Hazen-Williams, from length and bore).
        What people draw is left out: beside a burst that is felt it is little. So the shape of the
        fall does not depend on how much runs out, and one solution a burst is enough.
RULE 2  Sources hold their head, and so, behind one more piece of the usual kind, does the network
        where pipes lead out of the part that is looked at.
RULE 3  A burst stands in the middle of its piece. Out of it runs what a hole of a share of the
        bore lets through (orifice, 0.6), at the head that is left: so a thin pipe on a wide main
        drains itself, and a wide one the town.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from network.topology.argument.locate.falls import USUAL_BORE_MM, Falls

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
POWER: Final = 1.852
ROUNDS: Final = 7
# Each round is an ordinary linear network; a little more than its step converges faster.
STEP: Final = 1.3
LEAST_SHARE: Final = 1e-5  # of the fall at the burst: less is no fall, and carries as this does
WEIR, GRAVITY = 0.6, 9.81
HALVINGS: Final = 24
LEAST_TRIED, AT_MOST = 40, 80_000  # bursts, and bursts times nodes


@dataclass(frozen=True, eq=False)
class Holes:
    """Falls of head, in metres, of holes in `bursts`, one row each. Costs a solution a burst."""

    falls: Falls
    bursts: Whole
    roughness: float = 110.0

    @cached_property
    def bores_m(self) -> Floats:
        """Of each piece."""
        bores = self.falls.bores_mm
        known = np.isfinite(bores) & (bores > 0)
        found: Floats = np.where(known, bores, USUAL_BORE_MM) / 1000
        return found

    @cached_property
    def resistance(self) -> Floats:
        """Metres of head that each piece loses to 1 m3/s."""
        lengths = self.falls.mains.lengths_m
        found: Floats = 10.667 * lengths / (self.roughness**POWER * self.bores_m**4.871)
        return found

    @cached_property
    def unit(self) -> tuple[Floats, Floats]:
        """By burst: what heads fall by at all nodes, and at the burst, for 1 m3/s drawn there."""
        nodes = np.zeros((len(self.bursts), self.falls.mains.node_count))
        own = np.ones(len(self.bursts))
        solver = _Solver(self.falls, self.resistance)
        for nth, burst in enumerate(self.bursts.tolist()):
            if solver.is_fed(burst):
                nodes[nth], own[nth] = solver.drawn_at(burst)
        return nodes, own

    def at_the_burst(self, heads_m: Floats, hole: float) -> Floats:
        """By how much the head falls at each burst; `heads_m` is what it usually is there.

        RULE 3: the flow through the hole at what is left makes just this fall.
        """
        _, own = self.unit
        area = WEIR * hole * np.pi / 4 * self.bores_m[self.bursts] ** 2
        low, high = np.zeros(len(heads_m)), heads_m.copy()
        for _ in range(HALVINGS):
            tried = (low + high) / 2
            flow = area * np.sqrt(2 * GRAVITY * (heads_m - tried))
            is_more = own * flow**POWER > tried
            low, high = np.where(is_more, tried, low), np.where(is_more, high, tried)
        found: Floats = np.where(self.falls.fed[self.falls.mains.us[self.bursts]], low, 0.0)
        return found

    def middles(self, places: Whole) -> Floats:
        """The share of the fall at the burst felt in the middle of `places` (columns)."""
        mains, (nodes, own) = self.falls.mains, self.unit
        found = (nodes[:, mains.us[places]] + nodes[:, mains.vs[places]]) / 2 / own[:, None]
        # On its own piece the head falls from both ends to the burst.
        here = self.bursts[:, None] == places[None, :]
        found[here] = (1 + found[here]) / 2
        return np.clip(found, 0.0, 1.0)

    def at(self, piece: int, share: float) -> Floats:
        """The share of the fall at each burst felt at one place, `share` along a piece."""
        mains, (nodes, own) = self.falls.mains, self.unit
        one, other = mains.us[piece], mains.vs[piece]
        found: Floats = ((1 - share) * nodes[:, one] + share * nodes[:, other]) / own
        here = self.bursts == piece
        end = nodes[here, one if share < 0.5 else other] / own[here]
        found[here] = end + (1 - end) * 2 * min(share, 1 - share)
        return np.clip(found, 0.0, 1.0)


class _Solver:
    """The part of the network that is fed, one node for the burst, and one that holds its head."""

    def __init__(self, falls: Falls, resistance: Floats) -> None:
        mains = falls.mains
        self.fed = falls.fed
        self.row = np.cumsum(self.fed) - 1
        self.count = int(self.fed.sum())
        self.burst, self.ground = self.count, self.count + 1
        self.pieces = np.flatnonzero(self.fed[mains.us])
        self.nth = {piece: nth for nth, piece in enumerate(self.pieces.tolist())}
        self.mains, self.resistance = mains, resistance
        usual = float(np.median(resistance))
        leads = [node for node in falls.goes_on if self.fed[node]]
        held = [*self.row[mains.source_nodes].tolist(), *self.row[leads].tolist()]
        self.tails = np.r_[self.row[mains.us[self.pieces]], held, [0, 0]].astype(int)
        self.heads = np.r_[
            self.row[mains.vs[self.pieces]], np.full(len(held), self.ground), [self.burst] * 2
        ].astype(int)
        strong = np.full(len(mains.source_nodes), usual * 1e-9)
        weak = np.full(len(leads), usual)
        self.loss = np.r_[resistance[self.pieces], strong, weak, [1.0, 1.0]]

    def is_fed(self, piece: int) -> bool:
        return bool(self.fed[self.mains.us[piece]])

    def drawn_at(self, piece: int) -> tuple[Floats, float]:
        """The fall at all nodes, and at the middle of `piece`, for 1 m3/s drawn there."""
        tails, loss, nth = self.tails.copy(), self.loss.copy(), self.nth[piece]
        tails[-2:] = self.row[[self.mains.us[piece], self.mains.vs[piece]]]
        loss[-2:] = self.resistance[piece] / 2
        found = self._balanced(tails, loss, gone=nth)
        nodes = np.zeros(len(self.fed))
        nodes[self.fed] = found[: self.count]
        return nodes, float(found[self.burst])

    def _balanced(self, tails: Whole, loss: Floats, *, gone: int) -> Floats:
        easy = loss ** (-1 / POWER)
        carries = easy.copy()
        carries[gone] = 0.0
        found = np.zeros(self.count + 2)
        for turn in range(ROUNDS):
            step = self._linear(tails, carries) - found
            found += step if turn == 0 else STEP * step
            fall = np.abs(found[tails] - found[self.heads])
            least = LEAST_SHARE * abs(found[self.burst]) + 1e-12
            carries = easy * np.maximum(fall, least) ** (1 / POWER - 1)
            carries[gone] = 0.0
        return found

    def _linear(self, tails: Whole, carries: Floats) -> Floats:
        """The falls where each piece carries so much for each metre; the ground holds."""
        size = self.count + 1  # all but the ground
        inner = self.heads < size
        rows = np.r_[tails, self.heads[inner], tails[inner], self.heads[inner]]
        columns = np.r_[tails, self.heads[inner], self.heads[inner], tails[inner]]
        values = np.r_[carries, carries[inner], -carries[inner], -carries[inner]]
        system = csc_matrix((values, (rows, columns)), shape=(size, size))
        drawn = np.zeros(size)
        drawn[self.burst] = 1.0
        solved: Floats = splu(system, permc_spec="MMD_AT_PLUS_A").solve(drawn)
        found: Floats = np.append(solved, 0.0)
        return found


def how_many(tried: int, nodes: int) -> int:
    """How many bursts to solve for: fewer in a large part, so that the time stays the same."""
    return min(tried, max(LEAST_TRIED, AT_MOST // max(nodes, 1)))
