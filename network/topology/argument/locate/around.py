"""The pipes among which a burst is looked for, with what is known of them and their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from network.topology.argument.mains import Mains

Floats = NDArray[np.float64]
# Between these the mean head in the streets is believed. Else something stands between the source
# and them that was not read: a pressure-reducing valve, a pumping station.
BELIEVED_M: Final = (8.0, 70.0)
LOWEST_M: Final = 1.0


@dataclass(frozen=True, eq=False)
class Around:
    """The pipes among which the burst is looked for, by piece of `mains`.

    `households` in earshot, 0 where a call would not have been counted. `rates` are bursts a
    year and metre against the mean. `goes_on` are nodes at which pipes lead out of this part.
    `lines`, one for each of `mains.pipe_ids`, are in metres. `heights_m` of the ground at each
    node, NaN where unknown, and `level_m`, to which the water of these parts would rise if nobody
    drew any, are metres above one datum.
    """

    mains: Mains
    bores_mm: Floats
    households: Floats
    rates: Floats
    goes_on: tuple[int, ...] = ()
    lines: Sequence[shapely.LineString] | None = None
    heights_m: Floats | None = None
    level_m: float | None = None

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

    def heads_m(self, usual_m: float) -> Floats:
        """The usual head over the ground at each node, without what is lost on the way.

        From the level and the heights; `usual_m` is what stands in for an unknown level, as the
        mean over all households, and for an unknown height.
        """
        heights = self._filled()
        if heights is None:
            return np.full(self.mains.node_count, usual_m)
        mean = self._mean_by_household(heights)
        level = self.level_m
        if level is None or not BELIEVED_M[0] <= level - mean <= BELIEVED_M[1]:
            level = usual_m + mean
        found: Floats = np.where(np.isnan(heights), level - mean, level - heights)
        return np.maximum(found, LOWEST_M)

    def _filled(self) -> Floats | None:
        """Heights, where unknown those of the piece's other end; None where none is known."""
        if self.heights_m is None or not np.isfinite(self.heights_m).any():
            return None
        mains, found = self.mains, self.heights_m.copy()
        for one, other in ((mains.us, mains.vs), (mains.vs, mains.us)):
            unknown = np.isnan(found[one])
            found[one[unknown]] = self.heights_m[other[unknown]]
        return found

    def _mean_by_household(self, heights: Floats) -> float:
        mains = self.mains
        middles = (heights[mains.us] + heights[mains.vs]) / 2
        known = np.isfinite(middles)
        weights = np.where(known, self.households, 0.0)
        if not known.any() or not weights.sum():
            return float(np.nanmean(heights))
        return float(np.average(middles[known], weights=weights[known]))
