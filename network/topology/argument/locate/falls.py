"""How far a burst pulls down the head elsewhere, at a first look: losses in proportion to flow.

RULE 1  A pipe carries water in proportion to bore^2.63 / length for the same loss of head
        (Hazen-Williams at one gradient), so the network is laid out as conductances. Sources hold
        their head. Where the part that is looked at ends, pipes go on to heads that hold, too.
RULE 2  What a burst draws at one place lowers the head at every other by the same share as a burst
        there lowers it here. A place without a way to any source or end is not fed: nothing falls.
RULE 3  A burst stands in the middle of its piece; the piece's own halves lose head as well, so a
        thin pipe that bursts is felt less by the main that feeds it than the other way round.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csc_matrix
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import factorized

from network.topology.argument.mains import Mains

Floats = NDArray[np.float64]
USUAL_BORE_MM = 150.0
HOLDS = 1e6  # how much better than any pipe a source holds its head
AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Falls:
    """Falls of head in a network of pieces, each a share of the fall at the burst (0 to 1).

    `bores_mm` is a piece's bore, NaN where unknown. `goes_on` names nodes at which pipes leave the
    part that is looked at.
    """

    mains: Mains
    bores_mm: Floats
    goes_on: Collection[int] = field(default=())

    @cached_property
    def conductance(self) -> Floats:
        """What each piece carries, in no unit."""
        bores = np.where(np.isfinite(self.bores_mm) & (self.bores_mm > 0), self.bores_mm, 0.0)
        wide: Floats = np.where(bores > 0, bores, USUAL_BORE_MM) / USUAL_BORE_MM
        found: Floats = wide**2.63 / self.mains.lengths_m
        return found

    @cached_property
    def fed(self) -> NDArray[np.bool_]:
        """Which nodes have a way to a source, or out."""
        mains = self.mains
        count = mains.node_count
        joined = coo_matrix((np.ones(len(mains.us)), (mains.us, mains.vs)), shape=(count, count))
        part = connected_components(joined, directed=False)[1]
        held = [*mains.source_nodes.tolist(), *self.goes_on]
        found: NDArray[np.bool_] = np.isin(part, np.unique(part[held])) if held else part < 0
        return found

    @cached_property
    def _drawn(self) -> Floats:
        """The fall at each node (row) when one unit is drawn at each node (column): symmetric."""
        mains, flow = self.mains, self.conductance
        count = mains.node_count
        rows, columns = np.r_[mains.us, mains.vs], np.r_[mains.vs, mains.us]
        between = coo_matrix((np.r_[flow, flow], (rows, columns)), shape=(count, count)).tocsr()
        degree = np.asarray(between.sum(axis=1)).ravel()
        held = np.where(self.fed, 0.0, 1.0)
        held[list(self.goes_on)] += np.median(flow)
        held[mains.source_nodes] += HOLDS * flow.max()
        system = csc_matrix(
            coo_matrix((degree + held, (np.arange(count), np.arange(count)))) - between
        )
        solve = factorized(system)
        found = np.empty((count, count))
        for first in range(0, count, AT_ONCE):
            some = np.zeros((count, min(AT_ONCE, count - first)))
            some[np.arange(first, first + some.shape[1]), np.arange(some.shape[1])] = 1.0
            found[:, first : first + some.shape[1]] = np.column_stack(
                [solve(column) for column in some.T]
            )
        return found

    @cached_property
    def own(self) -> Floats:
        """The fall at the middle of each piece when one unit is drawn there (RULE 3)."""
        mains, drawn = self.mains, self._drawn
        ends = drawn[mains.us, mains.us] + drawn[mains.vs, mains.vs]
        found: Floats = (ends + 2 * drawn[mains.us, mains.vs] + 1 / self.conductance) / 4
        return found

    def at(self, piece: int, share: float, bursts: NDArray[np.int64]) -> Floats:
        """The fall at one place, `share` along a piece, for a burst on each of `bursts`."""
        mains, drawn = self.mains, self._drawn
        here = (1 - share) * drawn[mains.us[piece]] + share * drawn[mains.vs[piece]]
        found = (here[mains.us[bursts]] + here[mains.vs[bursts]]) / 2
        found /= self.own[bursts]
        # On the burst's own piece the head falls on from the nearer end to the middle.
        end = drawn[mains.us[piece] if share < 0.5 else mains.vs[piece]]
        at_end = (end[mains.us[piece]] + end[mains.vs[piece]]) / 2 / self.own[piece]
        found[bursts == piece] = at_end + (1 - at_end) * 2 * min(share, 1 - share)
        return self._shares(found, bursts)

    def middles(self, bursts: NDArray[np.int64], places: NDArray[np.int64]) -> Floats:
        """The fall in the middle of each of `places` (columns) for each of `bursts` (rows)."""
        mains, drawn = self.mains, self._drawn
        rows = (drawn[mains.us[bursts]] + drawn[mains.vs[bursts]]) / 2
        found = (rows[:, mains.us[places]] + rows[:, mains.vs[places]]) / 2
        found /= self.own[bursts][:, None]
        found[bursts[:, None] == places[None, :]] = 1.0
        return self._shares(found, bursts)

    def _shares(self, found: Floats, bursts: NDArray[np.int64]) -> Floats:
        """RULE 2's last sentence."""
        shares: Floats = np.clip(found, 0.0, 1.0)
        shares[~self.fed[self.mains.us[bursts]]] = 0.0
        return shares
