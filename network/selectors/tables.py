"""The rows of one revision that make its graph, as the columns that the topology reads."""

import numpy as np
from numpy.typing import NDArray

from network.choices import Flow, Operability, PipeStatus, ValveState
from network.models import (
    Customer,
    Hydrant,
    Junction,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Source,
    Valve,
)
from network.selectors.columns import Column, read_columns
from network.selectors.occupancy import persons_per_connection
from network.topology.elements import (
    Customers,
    NetworkTables,
    Pipes,
    Points,
    Sources,
    Splits,
    Valves,
)

STUCK = (Operability.INOPERABLE, Operability.INACCESSIBLE)
PLACE = ("asset_id", "junction", "pipe", "coalesce(fraction, 'NaN')")


def read_tables(revision: NetworkRevision) -> NetworkTables:
    """Read what is in service in `revision`. Ids are arrays of UTF-8 bytes."""
    (junctions,) = read_columns(Junction, revision, ["asset_id"])
    ids, at, pipes, fractions = read_columns(Hydrant, revision, PLACE)
    return NetworkTables(
        junctions=junctions,
        pipes=_pipes(revision),
        splits=_splits(revision),
        valves=_valves(revision),
        sources=_sources(revision),
        hydrants=Points(ids, at, pipes, _numbers(fractions)),
        customers=_customers(revision),
    )


def _pipes(revision: NetworkRevision) -> Pipes:
    ids, starts, ends, one_way = read_columns(
        Pipe,
        revision,
        ["asset_id", "from_junction", "to_junction", "flow = %s"],
        [Flow.FORWARD],
        only="status = %s",
        of=[PipeStatus.IN_SERVICE],
    )
    return Pipes(ids, starts, ends, _truths(one_way))


def _splits(revision: NetworkRevision) -> Splits:
    pipes, junctions, fractions = read_columns(
        PipeSplit, revision, ["pipe", "junction", "fraction"]
    )
    return Splits(pipes, junctions, _numbers(fractions))


def _valves(revision: NetworkRevision) -> Valves:
    ids, junctions, pipes, fractions, isolates, flow_to, closed, operable = read_columns(
        Valve,
        revision,
        [*PLACE, "isolates", "flow_to_pipe", "state = %s", "operability <> ALL(%s)"],
        [ValveState.CLOSED, list(STUCK)],
    )
    return Valves(
        ids,
        junctions,
        pipes,
        _numbers(fractions),
        _truths(isolates),
        flow_to,
        _truths(closed),
        _truths(operable),
    )


def _sources(revision: NetworkRevision) -> Sources:
    rows = list(
        Source.objects.filter(revision=revision)
        .order_by("pk")
        .values_list("asset_id", "junction", "inlet_pipes", "is_active")
    )
    ids, junctions, inlets, active = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Sources(ids, junctions, inlets, active)


def _customers(revision: NetworkRevision) -> Customers:
    ids, junctions, pipes, fractions, persons = read_columns(
        Customer,
        revision,
        [*PLACE, "coalesce(persons, %s * coalesce(nullif(connections, 0), 1))"],
        [persons_per_connection()],
    )
    return Customers(ids, junctions, pipes, _numbers(fractions), persons.astype(np.int32))


def _numbers(column: Column) -> NDArray[np.float64]:
    return column.astype(np.float64)


def _truths(column: Column) -> NDArray[np.bool_]:
    return np.asarray(column == b"true")
