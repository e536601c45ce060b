"""The product as scripts use it: files in, `import_network`, `isolate --batch`, JSON out.

Random networks are written as a folder, brought in, asked in one batch, and every answer is
held against the brute force. Positions are drawn so that the files say the same as the tables.
"""

import io
import json
import math
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from network.topology.elements import NetworkTables
from network.topology.engine.isolation import Burst
from tests.network.topology.networks import Question, questions
from tests.oracles.brute import BruteForce

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = int(os.environ.get("MAINBREAK_CONTRACT_EXAMPLES", "15"))
# Metres around 110 E, 23 N. True to scale, or a tee and a valve near it could change places.
TO_DEGREES = Transformer.from_crs(
    "+proj=tmerc +lat_0=23 +lon_0=110 +datum=WGS84 +units=m", "EPSG:4326", always_xy=True
)


class Map:
    """Where everything of a question lies, in metres east and north; pipes never coincide."""

    def __init__(self, tables: NetworkTables) -> None:
        self.tables = tables
        # Coprime steps keep junctions off one another's pipes.
        self.junctions = {
            name: (900.0 * n, 331.0 * n * n % 2903) for n, name in enumerate(tables.junctions)
        }
        tees = dict(zip(tables.splits.pipes, tables.splits.junctions, strict=True))
        self.pipes = {
            pipe: self._line(n, start, end, tees.get(pipe))
            for n, (pipe, start, end) in enumerate(
                zip(tables.pipes.ids, tables.pipes.starts, tables.pipes.ends, strict=True)
            )
        }

    def _line(self, n: int, start: str, end: str, tee: str | None) -> list[tuple[float, float]]:
        first, last = self.junctions[start], self.junctions[end]
        middle = (
            (first[0] + last[0]) / 2 + 37.0 * (n + 1),
            (first[1] + last[1]) / 2 + 53.0 * n + 11,
        )
        line = [first, middle]
        if tee:
            line.append(self.junctions[tee])
        if start == end:
            line.append((first[0] - 41.0 - 13 * n, first[1] + 67.0 + 7 * n))
        return [*line, last]

    def along(self, pipe: str, fraction: float) -> tuple[float, float]:
        line = self.pipes[pipe]
        lengths = [math.dist(a, b) for a, b in pairwise(line)]
        rest = fraction * sum(lengths)
        for (a, b), length in zip(pairwise(line), lengths, strict=True):
            if rest <= length:
                return (a[0] + (b[0] - a[0]) * rest / length, a[1] + (b[1] - a[1]) * rest / length)
            rest -= length
        return line[-1]

    def fraction_of(self, pipe: str, point: tuple[float, float]) -> float:
        """How far along its pipe a bend lies."""
        line = self.pipes[pipe]
        lengths = [math.dist(a, b) for a, b in pairwise(line)]
        return sum(lengths[: line.index(point)]) / sum(lengths)


def degrees(point: tuple[float, float]) -> list[float]:
    return list(TO_DEGREES.transform(*point))


def as_drawn(question: Question) -> tuple[Question, Map]:
    """The question with splits where the map has them."""
    where = Map(question.tables)
    splits = question.tables.splits
    fractions = [
        where.fraction_of(pipe, where.junctions[junction])
        for pipe, junction in zip(splits.pipes, splits.junctions, strict=True)
    ]
    tables = replace(
        question.tables,
        splits=replace(splits, fractions=fractions),
        # The format has no word for a source that gives nothing; what-if says it instead.
        sources=replace(question.tables.sources, active=[True] * len(question.tables.sources.ids)),
    )
    return replace(question, tables=tables), where


def write_folder(
    folder: Path, tables: NetworkTables, where: Map, *, states_topology: bool = True
) -> None:
    """Write the network; without its topology, everything is left to where it lies."""
    folder.mkdir(parents=True, exist_ok=True)

    def stated(reference: str) -> str | None:
        return (reference or None) if states_topology else None

    divided = set(tables.splits.pipes)
    pipes, valves, sources = tables.pipes, tables.valves, tables.sources

    def save(name: str, features: list[dict[str, Any]]) -> None:
        content = {"type": "FeatureCollection", "features": features}
        (folder / f"{name}.geojson").write_text(json.dumps(content))

    def feature(shape: str, at: Any, **properties: Any) -> dict[str, Any]:
        geometry = {"type": shape, "coordinates": at}
        return {"type": "Feature", "geometry": geometry, "properties": properties}

    if states_topology:
        save("nodes", [feature("Point", degrees(at), id=n) for n, at in where.junctions.items()])
    save(
        "pipes",
        [
            # A pipe that a branch touches leaves its ends to snapping; the others state them.
            feature(
                "LineString",
                [degrees(point) for point in where.pipes[pipe]],
                id=pipe,
                from_node=None if pipe in divided else stated(start),
                to_node=None if pipe in divided else stated(end),
                flow="forward" if one_way else "both",
            )
            for pipe, start, end, one_way in zip(
                pipes.ids, pipes.starts, pipes.ends, pipes.one_way, strict=True
            )
        ],
    )
    save(
        "valves",
        [
            feature(
                "Point",
                degrees(
                    where.junctions[valves.junctions[n]]
                    if valves.junctions[n]
                    else where.along(valves.pipes[n], valves.fractions[n])
                ),
                id=valve,
                node=stated(valves.junctions[n]),
                # At a pipe's end the pipe must be named: the point alone is the junction's.
                pipe=(valves.pipes[n] or None) if valves.junctions[n] else stated(valves.pipes[n]),
                kind="gate" if valves.isolates[n] else ("check" if valves.flow_to[n] else "air"),
                flow_to_pipe=valves.flow_to[n] or None,
                state="closed" if valves.closed[n] else "open",
                operable=valves.operable[n],
            )
            for n, valve in enumerate(valves.ids)
        ],
    )
    save(
        "sources",
        [
            feature(
                "Point",
                degrees(where.junctions[sources.junctions[n]]),
                id=source,
                node=stated(sources.junctions[n]),
                inlet_pipes=list(sources.inlet_pipes[n]),
            )
            for n, source in enumerate(sources.ids)
        ],
    )
    save(
        "customers",
        [
            feature(
                "Point", degrees(where.along(pipe, 0.25)), id=customer, pipe=stated(pipe), persons=1
            )
            for customer, pipe in zip(tables.customers.ids, tables.customers.pipes, strict=True)
        ],
    )
    save(
        "hydrants",
        [
            feature("Point", degrees(where.junctions[node]), id=hydrant, node=stated(node))
            for hydrant, node in zip(tables.hydrants.ids, tables.hydrants.junctions, strict=True)
        ],
    )


def case_of(number: int, burst: Burst, question: Question, where: Map) -> dict[str, Any]:
    state = question.state
    place = (
        {"pipe": burst.pipe}
        if burst.fraction is None
        else {"at": degrees(where.along(burst.pipe, burst.fraction))}
    )
    return {
        "id": number,
        **place,
        "closed": sorted(state.closed),
        "open": sorted(state.opened),
        "inoperable": sorted(state.inoperable),
        "inactive_sources": sorted(state.inactive_sources),
    }


def expected(burst: Burst, question: Question) -> dict[str, Any]:
    tables, state = question.tables, question.state
    closed = {v for v, shut in zip(tables.valves.ids, tables.valves.closed, strict=True) if shut}
    stuck = {
        v for v, able in zip(tables.valves.ids, tables.valves.operable, strict=True) if not able
    }
    silent = {
        s for s, active in zip(tables.sources.ids, tables.sources.active, strict=True) if not active
    }
    brute = BruteForce(tables).answer(
        [burst],
        closed=(closed | state.closed) - state.opened,
        stuck=stuck | state.inoperable,
        inactive=silent | state.inactive_sources,
    )
    brute["segment_pipes"] = brute.pop("zone_pipes")
    brute["isolatable"] = brute.pop("is_isolatable")
    brute["customers"] = len(brute["customers_isolated"]) + len(brute["customers_unintended"])
    brute["persons"] = brute["customers"]
    return brute


def ask_in_batch(cases: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    batch = folder / "cases.jsonl"
    batch.write_text("\n".join(json.dumps(case) for case in cases))
    out = io.StringIO()
    call_command("isolate", batch=str(batch), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def publishable(question: Question) -> bool:
    """Networks that files can say: every source on a pipe, no end that touches two mains at once.

    Of two mains that cross under a branch only one is joined to it, with a finding.
    """
    tables = question.tables
    used = {*tables.pipes.starts, *tables.pipes.ends}
    tees = tables.splits.junctions
    sources = tables.sources.junctions
    return bool(sources) and used.issuperset(sources) and len(tees) == len(set(tees))


some_networks = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=not os.environ.get("MAINBREAK_CONTRACT_EXAMPLES"),
)


@some_networks
@given(questions().filter(publishable), st.uuids())
def test_files_in_and_answers_out_agree_with_the_brute_force(
    tmp_path: Path, question: Question, folder: UUID
) -> None:
    check(tmp_path / folder.hex, question, states_topology=True)


@some_networks
@given(questions().filter(publishable), st.uuids())
def test_a_drawing_without_topology_answers_the_same(
    tmp_path: Path, question: Question, folder: UUID
) -> None:
    check(tmp_path / folder.hex, question, states_topology=False)


def check(folder: Path, question: Question, *, states_topology: bool) -> None:
    question, where = as_drawn(question)
    write_folder(folder / "network", question.tables, where, states_topology=states_topology)
    silent = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    call_command("import_network", str(folder / "network"), **silent)
    bursts = [Burst(pipe) for pipe in question.tables.pipes.ids] + question.bursts
    cases = [case_of(n, burst, question, where) for n, burst in enumerate(bursts)]
    answers = ask_in_batch(cases, folder)
    assert [answer["id"] for answer in answers] == [case["id"] for case in cases]
    for burst, answer in zip(bursts, answers, strict=True):
        for key, value in expected(burst, question).items():
            found = set(answer[key]) if isinstance(value, set) else answer[key]
            assert found == value, (burst, key)
