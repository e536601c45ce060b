"""Where a crew listens: stretches of street, the likeliest first (RULE 10)."""

import numpy as np
from numpy.typing import NDArray

from network.topology.argument.locate.found import Stretch
from network.topology.argument.mains import Mains

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
LEAST = 1e-9


def stretches(
    mains: Mains, tried: Whole, shares: Floats, *, reach_m: float, most: int
) -> list[Stretch]:
    """What lies within `reach_m` of a piece's middle, one after the other, sharing nothing."""
    near = _within_earshot(mains, tried, reach_m)
    left = shares.copy()
    found: list[Stretch] = []
    while len(found) < most and left.max() > LEAST:
        centre = int(np.argmax(np.round(near @ left, 12)))
        inside = near[centre] & (left > 0)
        found.append(_stretch(mains, tried, centre, inside, left))
        left[inside] = 0.0
    return found


def _within_earshot(mains: Mains, tried: Whole, reach: float) -> NDArray[np.bool_]:
    """Which pieces (columns) have their middles within `reach` of that of each (rows)."""
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
    mains: Mains, tried: Whole, centre: int, inside: NDArray[np.bool_], left: Floats
) -> Stretch:
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
