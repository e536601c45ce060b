"""Towns in which a pipe bursts, with the calls that follow: EPANET reckons the pressures.

Nothing here is taken from `network.topology.argument`: flows, heads and bursts are EPANET's
(pressure-driven demands, Hazen-Williams losses, an orifice in the open air), and who calls
follows from the pressure at his tap, on his floor. What the ranking assumes of a burst it must
get right by itself.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SPACING_M, STOREY_M = 110.0, 3.0
ROUGHNESS = 105.0  # Hazen-Williams C of all pipes
WORKS_HEAD_M = 34.0  # over the datum
WORKS_M, WORKS_BORE_MM = 4_000.0, 450  # the main from each of the works
# Metres of head at the tap: less than the first and nothing comes, less than the second and it
# is weak. People call with these chances, whether they do may not depend on the network.
NOTHING_M, WEAK_M = 1.0, 6.0
CALLS_DRY, CALLS_WEAK, CALLS_ANYHOW = 0.04, 0.02, 0.0002
LITRES_A_DAY = 300.0  # a household, at the hour when much is drawn
SEEN = 0.35  # of bursts: somebody sees water, some 25 m from where it comes from
MOST_CALLS = 30
MATERIALS = ("cast_iron", "steel", "ductile_iron", "pe")


@dataclass(frozen=True)
class Street:
    """A pipe between two junctions, straight. `households` is how many take water from it."""

    name: str
    ends: tuple[int, int]
    length_m: float
    bore_mm: int
    material: str
    year: int
    households: int


@dataclass(frozen=True)
class Call:
    """What somebody says, and the pipe that he is on. `fraction` counts from its first end."""

    says: str
    street: int
    fraction: float
    point: tuple[float, float]
    is_idle: bool = False  # it has nothing to do with the burst


@dataclass(frozen=True)
class BurstTown:
    """A town, the street that burst (in its middle), and who called. Heights are of places, m."""

    places: Floats
    heights: Floats
    streets: list[Street]
    sources: list[int]
    burst: int
    calls: list[Call]
    suffering: int  # of those who called, whom the burst took something from

    def middle(self, street: int) -> Floats:
        """Where the middle of a pipe is, in metres."""
        middle: Floats = self.places[list(self.streets[street].ends)].mean(axis=0)
        return middle


def towns(count: int, seed: int, *, side: int = 11) -> Iterator[BurstTown]:
    """Towns of about 1.8 x side^2 pipes; in each the burst made three people call or more."""
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        town = _town(rng, side)
        if town is not None and town.suffering >= 3:
            found += 1
            yield town


def _town(rng: np.random.Generator, side: int) -> BurstTown | None:
    places, streets, sources = _ground(rng, side)
    heights = 6 * np.sin(places[:, 0] / 600) + 5 * np.cos(places[:, 1] / 800)
    before = pressures(places, heights, streets, sources)
    burst = int(rng.choice(len(streets), p=_chances(rng, streets)))
    share = float(np.exp(rng.uniform(np.log(0.08), 0)))
    after = pressures(places, heights, streets, sources, burst, share)
    if before is None or after is None:
        return None
    calls = [*_callers(rng, places, streets, before, after)]
    calls = [calls[nth] for nth in sorted(rng.permutation(len(calls))[:MOST_CALLS].tolist())]
    suffering = sum(not call.is_idle for call in calls)
    if rng.random() < SEEN:
        calls.append(_witness(rng, places, streets, burst))
    return BurstTown(places, heights, streets, sources, burst, calls, suffering)


def _ground(rng: np.random.Generator, side: int) -> tuple[Floats, list[Street], list[int]]:
    grid = [(row, column) for row in range(side) for column in range(side)]
    at = {place: nth for nth, place in enumerate(grid)}
    places = [np.array(place) * SPACING_M + rng.normal(0, 12, 2) for place in grid]
    # Trunk mains lie on every fourth street, and always go through.
    ends, bores = [], []
    for row, column in grid:
        for other, line in (((row + 1, column), column), ((row, column + 1), row)):
            trunk = line % 4 == 1
            if other in at and (trunk or rng.random() < 0.78):
                ends.append((at[row, column], at[other]))
                bores.append(int(rng.choice([300, 400]) if trunk else rng.choice([100, 150, 200])))
    for nth in range(len(grid)):
        if rng.random() < 0.3:
            turn, reach = rng.uniform(0, 2 * np.pi), rng.uniform(25, 55)
            places.append(places[nth] + reach * np.array([np.cos(turn), np.sin(turn)]))
            ends.append((nth, len(places) - 1))
            bores.append(100)
    spots = np.array(places)
    streets = []
    for nth, (pair, bore) in enumerate(zip(ends, bores, strict=True)):
        length = float(np.hypot(*(spots[pair[0]] - spots[pair[1]]))) * 1.03
        material = str(rng.choice(MATERIALS, p=[0.3, 0.15, 0.35, 0.2]))
        year = int({"cast_iron": 1970, "steel": 1985, "ductile_iron": 2005, "pe": 2010}[material])
        households = int(rng.poisson(length / (6 if bore >= 300 else 2)))
        age = year + int(rng.integers(-10, 10))
        streets.append(Street(f"p{nth:03}", pair, length, bore, material, age, households))
    sources = [at[1, 1], at[(side - 2) // 4 * 4 + 1, (side - 2) // 4 * 4 + 1]]
    return spots, _all_fed(streets, sources), sources


def _all_fed(streets: list[Street], sources: list[int]) -> list[Street]:
    reached, grown = set(sources), True
    while grown:
        more = {end for s in streets for end in s.ends if reached.intersection(s.ends)}
        grown, reached = not more <= reached, reached | more
    return [street for street in streets if street.ends[0] in reached]


def _chances(rng: np.random.Generator, streets: list[Street]) -> Floats:
    """Old, thin and brittle pipes burst more, each as it is: half of it shows in no record."""
    weak = {"cast_iron": 2.5, "steel": 1.8, "ductile_iron": 0.7, "pe": 0.6}
    chances = np.array(
        [s.length_m * weak[s.material] * (150 / s.bore_mm) ** 0.5 for s in streets]
    ) * rng.lognormal(0, 0.7, len(streets))
    return chances / chances.sum()


def pressures(
    places: Floats,
    heights: Floats,
    streets: list[Street],
    sources: list[int],
    burst: int = -1,
    share: float = 0.0,
) -> Floats | None:
    """Metres of head over ground at each junction; None where EPANET does not balance."""
    import wntr  # slow to load

    model = wntr.network.WaterNetworkModel()
    model.options.hydraulic.demand_model = "PDD"
    model.options.hydraulic.required_pressure = 12.0
    model.options.hydraulic.minimum_pressure = 0.1
    model.options.hydraulic.trials = 200
    model.options.time.duration = 0
    demands = np.zeros(len(places))
    for street in streets:
        demands[list(street.ends)] += street.households * LITRES_A_DAY / 2 / 86.4e6
    for nth, height in enumerate(heights.tolist()):
        model.add_junction(f"j{nth}", base_demand=float(demands[nth]), elevation=height)
    for nth, at in enumerate(sources):
        model.add_reservoir(f"r{nth}", base_head=WORKS_HEAD_M)
        _lay(model, f"works{nth}", f"r{nth}", f"j{at}", WORKS_M, WORKS_BORE_MM)
    for nth, street in enumerate(streets):
        first, last = (f"j{end}" for end in street.ends)
        if nth != burst:
            _lay(model, street.name, first, last, street.length_m, street.bore_mm)
            continue
        model.add_junction(
            "hole", base_demand=0.0, elevation=float(heights[list(street.ends)].mean())
        )
        _lay(model, street.name, first, "hole", street.length_m / 2, street.bore_mm)
        _lay(model, "rest", "hole", last, street.length_m / 2, street.bore_mm)
        area = share * np.pi / 4 * (street.bore_mm / 1000) ** 2
        model.get_node("hole").emitter_coefficient = 0.6 * area * np.sqrt(2 * 9.81)
    return _run(model, len(places))


def _lay(model: Any, name: str, first: str, last: str, length_m: float, bore_mm: float) -> None:
    model.add_pipe(name, first, last, length=length_m, diameter=bore_mm / 1000, roughness=ROUGHNESS)


def _run(model: Any, count: int) -> Floats | None:
    import wntr  # slow to load

    used = {end for _, pipe in model.pipes() for end in (pipe.start_node_name, pipe.end_node_name)}
    for name in [each for each in model.junction_name_list if each not in used]:
        model.remove_node(name)
    with tempfile.TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pressure = wntr.sim.EpanetSimulator(model).run_sim().node["pressure"].iloc[0]
        except (RuntimeError, wntr.epanet.exceptions.EpanetException):
            return None
    return np.array([float(pressure.get(f"j{nth}", np.nan)) for nth in range(count)])


def _callers(
    rng: np.random.Generator,
    places: Floats,
    streets: list[Street],
    before: Floats,
    after: Floats,
) -> Iterator[Call]:
    for nth, street in enumerate(streets):
        first, last = street.ends
        for _ in range(street.households):
            share = float(rng.random())
            tap = STOREY_M * int(rng.integers(0, 6))
            was, now = (
                float(head[first] * (1 - share) + head[last] * share) - tap
                for head in (before, after)
            )
            says, chance = "low_pressure", CALLS_ANYHOW
            if now < NOTHING_M <= was:
                says, chance = "no_water", CALLS_DRY
            elif now < WEAK_M <= was:
                says, chance = "low_pressure", CALLS_WEAK
            if rng.random() < chance:
                point = places[first] * (1 - share) + places[last] * share
                spot = (float(point[0]), float(point[1]))
                yield Call(says, nth, share, spot, is_idle=chance == CALLS_ANYHOW)


def _witness(rng: np.random.Generator, places: Floats, streets: list[Street], burst: int) -> Call:
    """Water comes up somewhere near: the pipe that is taken for it may be another one."""
    point = places[list(streets[burst].ends)].mean(axis=0) + rng.normal(0, 18, 2)
    best, at, share = np.inf, 0, 0.5
    for nth, street in enumerate(streets):
        first, last = places[list(street.ends)]
        along = last - first
        fraction = float(np.clip((point - first) @ along / (along @ along), 0, 1))
        away = float(np.hypot(*(first + fraction * along - point)))
        if away < best:
            best, at, share = away, nth, fraction
    return Call("leak_seen", at, share, (float(point[0]), float(point[1])))
