"""Drawn networks with heights, bores and lengths, and what is asked of them."""

from typing import Any

import numpy as np

from network.hydraulics.facts import Assumptions, HydraulicFacts, PipeFacts
from network.hydraulics.grades import Run
from network.hydraulics.mains import Mains, lay_mains
from network.hydraulics.model import make_model
from network.hydraulics.pressure import Pressures, Question, reckon_pressures
from network.hydraulics.solve import solve
from network.topology.elements import NetworkTables
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, isolate, supplied
from network.topology.engine.states import NetworkState, masks

# Whatever is drawn is drawn in full: what is reckoned by hand knows no shortage.
DEMAND_MET = Assumptions(peak_factor=1.0, full_supply_m=0.0)


def facts_of(
    tables: NetworkTables,
    *,
    heads: dict[str, float] | float = 50.0,
    heights: dict[str, float] | float = 0.0,
    lengths: dict[str, float] | float = 100.0,
    bores: dict[str, float] | float = 200.0,
    demands: dict[str, float] | float = 0.0,
    roughness: float = 100.0,
    kinds: dict[str, str] | None = None,
    settings: dict[str, float] | None = None,
    pump_curves: dict[str, str] | None = None,
) -> HydraulicFacts:
    """Facts by id, or one for all. `demands` are customers', m3 a day."""

    def column(ids: Any, said: dict[str, float] | float | None, missing: float) -> np.ndarray:
        by_id = said if isinstance(said, dict) else {}
        other = said if isinstance(said, (int, float)) else missing
        return np.array([by_id.get(each, other) for each in ids], dtype=float)

    pipes = tables.pipes.ids
    return HydraulicFacts(
        elevations_m=column(tables.junctions, heights, np.nan),
        junction_demands_m3_d=np.full(len(tables.junctions), np.nan),
        pipes=PipeFacts(
            lengths_m=column(pipes, lengths, 100.0),
            diameters_mm=column(pipes, bores, 200.0),
            roughness=np.full(len(pipes), roughness),
            kinds=[(kinds or {}).get(each, "pipe") for each in pipes],
            settings=column(pipes, settings, np.nan),
            pump_curves=[(pump_curves or {}).get(each, "") for each in pipes],
        ),
        source_heads_m=column(tables.sources.ids, heads, np.nan),
        customer_demands_m3_d=column(tables.customers.ids, demands, 0.0),
    )


def after_burst(
    tables: NetworkTables, pipe: str, state: NetworkState | None = None
) -> tuple[Question, Any]:
    """The two states of a burst's plan, and its isolation."""
    topology = build(tables)
    before = state or NetworkState()
    found = isolate(topology, [Burst(pipe)], before)
    after = before.with_changes(
        closed=found.valves_to_close, inactive_sources=found.sources_to_shut
    )
    dry = {*found.customers_isolated, *found.customers_unintended, *found.customers_already_dry}
    return Question(before, after, dry), found


def ask(
    tables: NetworkTables, facts: HydraulicFacts, question: Question, assumed: Assumptions
) -> Pressures:
    return reckon_pressures(tables, build(tables), facts, question, assumed)


def solved(tables: NetworkTables, facts: HydraulicFacts, assumed: Assumptions) -> tuple[Mains, Run]:
    """The network as it is drawn, solved."""
    topology, state = build(tables), NetworkState()
    mains = lay_mains(tables, facts, assumed)
    wet = supplied(topology, masks(topology, state))
    model = make_model(mains, masks(topology, state), wet[topology.part_segment])
    return mains, Run(model, solve(model, assumed, run="before"))


def heads_of(mains: Mains, run: Run) -> dict[str, float]:
    """Head by junction, m."""
    names = [each.decode() for each in mains.ground.junctions.ids.tolist()]
    return {
        name: float(run.solution.head_m[node])
        for name, node in zip(names, run.model.place_node.tolist(), strict=False)
        if node >= 0
    }


def loss_m(flow_m3_h: float, *, length_m: float, bore_mm: float, roughness: float) -> float:
    """Head lost by Hazen-Williams in SI units, as it stands in textbooks."""
    flow = flow_m3_h / 3600.0
    return 10.67 * length_m * flow**1.852 / (roughness**1.852 * (bore_mm / 1000.0) ** 4.8704)
