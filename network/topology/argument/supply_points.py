"""Where standpipes and tankers should stand for people without water.

RULE 1  A place must have water with the plan carried out: a hydrant or junction outside the zone
        and not cut off.
RULE 2  Places are chosen one after the other, each the one that shortens the way to water most,
        summed over all persons (straight lines, in metres). Ties go to the first id.
RULE 3  It ends at `most` places, or when nobody has farther than `reach_m`, or when no further
        place shortens anybody's way.

Greedy: the first place is the best single one; later ones are good, not proven best.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.topology.argument.scene import Scene

Metres = tuple[float, float]  # east, north, in any metric CRS
AT_MOST = 500  # candidates nearest to the middle of the need; more are not looked at


@dataclass(frozen=True)
class Need:
    """Persons without water at one place."""

    at: Metres
    persons: int


@dataclass(frozen=True)
class SupplyPoint:
    """A place for water, for those who have it nearer than any other. Distances in metres."""

    place: str
    at: Metres
    customers: int
    persons: int
    mean_m: float
    farthest_m: float


def wet_places(scene: Scene, kind: str, ids: Collection[str]) -> list[str]:
    """Those of `ids` (kind "hydrant" or "junction") with water once the plan is carried out."""
    known = getattr(scene.topology, f"{kind}_ids")
    segment = getattr(scene.topology, f"{kind}_segment")
    asked = np.array([each.encode() for each in ids], dtype="S1" if not ids else None)
    found = known[np.isin(known, asked) & scene.after[segment]]
    return sorted(each.decode() for each in found.tolist())


def choose_points(
    places: Mapping[str, Metres], needs: Sequence[Need], *, most: int = 3, reach_m: float = 200.0
) -> tuple[SupplyPoint, ...]:
    """The places to supply `needs` from, in the order of RULE 2. Empty without either."""
    if not places or not needs:
        return ()
    homes = np.array([need.at for need in needs], dtype=float)
    persons = np.array([max(need.persons, 1) for need in needs], dtype=float)
    names = _nearest_to(sorted(places), places, np.average(homes, axis=0, weights=persons))
    sites = np.array([places[name] for name in names], dtype=float)
    away = np.hypot(*(homes[:, None, :] - sites[None, :, :]).transpose(2, 0, 1))
    chosen: list[int] = []
    nearest = np.full(len(needs), np.inf)
    while len(chosen) < most and nearest.max() > reach_m:
        totals = persons @ np.minimum(away, nearest[:, None])
        best = int(np.argmin(totals))
        if best in chosen or (chosen and totals[best] >= persons @ nearest):
            break
        chosen.append(best)
        nearest = np.minimum(nearest, away[:, best])
    served = np.argmin(away[:, chosen], axis=1)
    real = np.array([need.persons for need in needs], dtype=np.int64)
    return tuple(
        _point(names[site], places[names[site]], away[served == nth, site], real[served == nth])
        for nth, site in enumerate(chosen)
    )


def _nearest_to(
    names: list[str], places: Mapping[str, Metres], middle: NDArray[np.float64]
) -> list[str]:
    if len(names) <= AT_MOST:
        return names
    sites = np.array([places[name] for name in names], dtype=float)
    order = np.argsort(np.hypot(*(sites - middle).T), kind="stable")[:AT_MOST]
    return [names[nth] for nth in sorted(order.tolist())]


def _point(
    name: str, at: Metres, metres: NDArray[np.float64], persons: NDArray[np.int64]
) -> SupplyPoint:
    weights = np.maximum(persons, 1)
    return SupplyPoint(
        place=name,
        at=at,
        customers=len(metres),
        persons=int(persons.sum()),
        mean_m=float(np.average(metres, weights=weights)) if len(metres) else 0.0,
        farthest_m=float(metres.max(initial=0.0)),
    )
