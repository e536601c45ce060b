"""Nearest neighbours among points."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from network.topology.noding.columns import NOWHERE, Floats, Integers


def nearest_within(targets: Floats, xy: Floats, reach_m: float) -> tuple[Integers, Floats]:
    """Return the nearest target of every point and the distance in metres.

    Beyond `reach_m` (itself still within) it is NOWHERE, at infinity.
    """
    if not len(targets) or not len(xy):
        return np.full(len(xy), NOWHERE, dtype=np.int64), np.full(len(xy), np.inf)
    # The tree's bound is exclusive: what stands exactly at the tolerance still counts.
    apart, hit = cKDTree(targets).query(xy, distance_upper_bound=np.nextafter(reach_m, np.inf))
    distance = np.atleast_1d(np.asarray(apart, dtype=np.float64))
    found = np.atleast_1d(np.asarray(hit, dtype=np.int64))
    found[~np.isfinite(distance)] = NOWHERE
    return found, distance
