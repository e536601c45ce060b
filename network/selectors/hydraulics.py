"""The facts of one revision that pressures are reckoned from, in the order of its tables."""

from typing import Any

import numpy as np
from django.conf import settings

from network.choices import PipeStatus
from network.hydraulics.contract import pressures_as_json, refusal_as_json
from network.hydraulics.facts import (
    Assumptions,
    HydraulicFacts,
    NotGradable,
    PipeFacts,
    roughness_of,
)
from network.hydraulics.pressure import Question, reckon_pressures
from network.models import Customer, Junction, NetworkRevision, Pipe, Source
from network.selectors.columns import read_columns
from network.selectors.snapshots import load_topology
from network.selectors.tables import read_tables
from network.topology.engine.isolation import Isolation
from network.topology.engine.states import NetworkState

NUMBER = "coalesce({}, 'NaN')"


def read_facts(revision: NetworkRevision) -> HydraulicFacts:
    """Read heights, heads, bores and demands; rows stand as `read_tables` gives them."""
    elevations, demands = read_columns(
        Junction, revision, [NUMBER.format("elevation_m"), NUMBER.format("demand_m3_d")]
    )
    (customers,) = read_columns(Customer, revision, [NUMBER.format("demand_m3_d")])
    heads = Source.objects.filter(revision=revision).order_by("pk").values_list("head_m", flat=True)
    return HydraulicFacts(
        elevations_m=elevations.astype(np.float64),
        junction_demands_m3_d=demands.astype(np.float64),
        pipes=_pipes(revision),
        source_heads_m=np.array([np.nan if head is None else head for head in heads], dtype=float),
        customer_demands_m3_d=customers.astype(np.float64),
    )


def assumptions() -> Assumptions:
    """What the settings say stands in for what is not recorded."""
    return Assumptions(
        litres_per_person_day=settings.LITRES_PER_PERSON_DAY,
        peak_factor=settings.PEAK_HOUR_FACTOR,
    )


def pressures_after(
    revision: NetworkRevision, state: NetworkState, isolation: Isolation
) -> dict[str, Any]:
    """The key `pressure` for an isolation asked in `state`. Seconds, not milliseconds."""
    after = state.with_changes(
        closed=isolation.valves_to_close, inactive_sources=isolation.sources_to_shut
    )
    dry = {
        *isolation.customers_isolated,
        *isolation.customers_unintended,
        *isolation.customers_already_dry,
    }
    try:
        found = reckon_pressures(
            read_tables(revision),
            load_topology(revision),
            read_facts(revision),
            Question(state, after, dry),
            assumptions(),
        )
    except NotGradable as refused:
        return refusal_as_json(refused)
    return pressures_as_json(found)


def has_pressure_facts(revision: NetworkRevision) -> bool:
    """Whether a reckoning is worth starting: some height, and a head of every active source."""
    sources = Source.objects.filter(revision=revision, is_active=True)
    return (
        sources.exists()
        and not sources.filter(head_m__isnull=True).exists()
        and Junction.objects.filter(revision=revision, elevation_m__isnull=False).exists()
    )


def _pipes(revision: NetworkRevision) -> PipeFacts:
    columns = ["length_m", "diameter_mm", "roughness", "setting"]
    lengths, bores, roughness, settled, materials, kinds, curves = read_columns(
        Pipe,
        revision,
        [*map(NUMBER.format, columns), "material", "kind", "pump_curve"],
        only="status = %s",
        of=[PipeStatus.IN_SERVICE],
    )
    names, at = np.unique(materials, return_inverse=True)
    usual = np.array([roughness_of(name.decode()) for name in names.tolist()], dtype=float)
    measured = roughness.astype(np.float64)
    return PipeFacts(
        lengths_m=lengths.astype(np.float64),
        diameters_mm=bores.astype(np.float64),
        roughness=np.where(np.isfinite(measured), measured, usual[at]) if len(at) else measured,
        kinds=[kind.decode() for kind in kinds.tolist()],
        settings=settled.astype(np.float64),
        pump_curves=[curve.decode() for curve in curves.tolist()],
    )
