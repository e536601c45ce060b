"""The whole question: how strong the water runs where a plan leaves it running."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from network.hydraulics.facts import Assumptions, HydraulicFacts, Told
from network.hydraulics.grades import Graded, Run, grade
from network.hydraulics.mains import Mains, lay_mains
from network.hydraulics.model import make_model
from network.hydraulics.solve import solve
from network.topology.elements import NetworkTables
from network.topology.engine.isolation import supplied
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import BoolArray, Topology

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Question:
    """Two states of one network: before the plan, and with its valves closed.

    `after` has what the plan closes closed and the sources that it shuts inactive.
    `dry` are the customers without water in the plan, whatever hydraulics finds.
    """

    before: NetworkState
    after: NetworkState
    dry: Collection[str] = ()


@dataclass(frozen=True)
class Pressures:
    """The answer, with what was assumed on the way and how well it balances."""

    graded: Graded
    told: tuple[Told, ...]
    version: str
    nodes: int
    gap_m3_h: float
    gap_m: float
    drawn_m3_h: float


def reckon_pressures(
    tables: NetworkTables,
    topology: Topology,
    facts: HydraulicFacts,
    question: Question,
    assumed: Assumptions | None = None,
    progress: Progress | None = None,
) -> Pressures:
    """Grade who keeps water. Two runs of EPANET; seconds for 100,000 pipes.

    `progress` hears percentages, the same ones again while EPANET is at work. Raises NotGradable.
    """
    assumed = assumed or Assumptions()
    tell = progress or (lambda _percent: None)
    tell(5)
    mains = lay_mains(tables, facts, assumed)
    tell(15)
    wet_before = supplied(topology, masks(topology, question.before))
    wet_after = supplied(topology, masks(topology, question.after))
    before = _solved(mains, topology, question.before, wet_before, "before", assumed, tell, 20)
    tell(55)
    after = _solved(mains, topology, question.after, wet_after, "after", assumed, tell, 60)
    tell(90)
    speakable = _speakable(topology, mains, wet_before, wet_after, question.dry)
    found = grade(mains, before, after, speakable)
    return Pressures(
        graded=found,
        told=(*mains.told, *after.model.told),
        version=after.solution.version,
        nodes=len(after.model.elevation_m),
        gap_m3_h=max(before.solution.gap_m3_h, after.solution.gap_m3_h),
        gap_m=max(before.solution.gap_m, after.solution.gap_m),
        drawn_m3_h=after.solution.drawn_m3_h,
    )


def _solved(
    mains: Mains,
    topology: Topology,
    state: NetworkState,
    wet: BoolArray,
    name: str,
    assumed: Assumptions,
    tell: Progress,
    percent: int,
) -> Run:
    tell(percent)
    model = make_model(mains, masks(topology, state), wet[topology.part_segment])
    return Run(model, solve(model, assumed, run=name, tick=lambda: tell(percent)))


def _speakable(
    topology: Topology,
    mains: Mains,
    wet_before: BoolArray,
    wet_after: BoolArray,
    dry: Collection[str],
) -> BoolArray:
    """Customers with water before and after, by topology: only of them may anything be said."""
    segment = topology.customer_segment
    found = wet_before[segment] & wet_after[segment]
    if dry:
        cut_off = np.asarray([each.encode() for each in dry], dtype=np.bytes_)
        found &= ~np.isin(mains.people.ids, cut_off)
    return found
