"""A generated city's files as the tables of a topology, past the database."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from network.topology.elements import (
    Customers,
    NetworkTables,
    Pipes,
    Points,
    Sources,
    Splits,
    Valves,
)


def city_tables(folder: Path) -> NetworkTables:
    """Read what `fixtures.cities.write_city` wrote; ids are arrays of bytes."""
    nodes = _columns(folder / "nodes.csv", "id")
    valves = _columns(folder / "valves.csv", "id", "node", "pipe", "state", "operable")
    sources = _columns(folder / "sources.csv", "id", "node")
    hydrants = _columns(folder / "hydrants.csv", "id", "pipe")
    customers = _columns(folder / "customers.csv", "id", "pipe", "persons")
    count, nowhere = len(valves["id"]), np.array([b""])
    return NetworkTables(
        junctions=nodes["id"],
        pipes=_pipes(folder / "pipes.geojson"),
        splits=Splits(),
        valves=Valves(
            ids=valves["id"],
            junctions=valves["node"],
            pipes=valves["pipe"],
            fractions=np.full(count, 0.5),
            isolates=np.ones(count, dtype=bool),
            flow_to=np.repeat(nowhere, count),
            closed=valves["state"] == b"closed",
            operable=valves["operable"] == b"true",
        ),
        sources=Sources(
            ids=sources["id"],
            junctions=sources["node"],
            inlet_pipes=[()] * len(sources["id"]),
            active=np.ones(len(sources["id"]), dtype=bool),
        ),
        hydrants=_on_pipes(Points, hydrants),
        customers=Customers(
            ids=customers["id"],
            junctions=np.repeat(nowhere, len(customers["id"])),
            pipes=customers["pipe"],
            fractions=np.full(len(customers["id"]), 0.3),
            persons=customers["persons"].astype(np.int32),
        ),
    )


def _on_pipes(kind: type[Points], columns: dict[str, np.ndarray]) -> Points:
    count = len(columns["id"])
    return kind(
        ids=columns["id"],
        junctions=np.repeat(np.array([b""]), count),
        pipes=columns["pipe"],
        fractions=np.full(count, 0.5),
    )


def _pipes(path: Path) -> Pipes:
    rows = list(_pipe_rows(path))
    ids, starts, ends, one_way = (np.asarray(column) for column in zip(*rows, strict=True))
    return Pipes(ids.astype("S"), starts.astype("S"), ends.astype("S"), one_way)


def _pipe_rows(path: Path) -> Iterator[tuple[str, str, str, bool]]:
    """The writer puts one feature on each line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith('{"type":"Feature",'):
                of = json.loads(line.rstrip().rstrip(","))["properties"]
                yield of["id"], of["from_node"], of["to_node"], of["flow"] == "forward"


def _columns(path: Path, *names: str) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader)
        places = [header.index(name) for name in names]
        rows = [[row[place] for place in places] for row in reader]
    return {
        name: np.asarray(column).astype("S")
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
