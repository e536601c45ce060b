"""The baseline that a GIS would take: floods with pgRouting, in the same database.

As utilities' GIS products do it: `pgr_drivingDistance` over a table of edges, those left out on
which a valve stands. A burst takes two: one walks the zone, one floods the network from its
sources with the boundary shut. What had water before is known. The tables are made beforehand.
"""

import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import OperationalError, connection

from network.models import NetworkRevision
from network.topology.engine.isolation import Burst, isolate
from network.topology.engine.structure import Topology
from tests.bench.timing import Measured, summary

GIVEN_UP_S = 600

# A pipe is a vertex, or two where a valve stands on its middle; a junction is one. Edges point
# the way that water may always flow; `two_way` says whether it may flow back. For networks as
# `fixtures.cities` makes them: no splits, one valve at most on each edge, none without a pipe.
TABLES = (
    """CREATE TABLE bench_pipe AS
    SELECT 2 * row_number() OVER (ORDER BY p.id) AS part, p.asset_id, p.from_junction,
           p.to_junction, p.flow = 'both' AS two_way, middle.asset_id AS middle,
           coalesce(middle.fraction, 1) AS middle_at
    FROM network_pipe p LEFT JOIN network_valve middle
      ON middle.revision_id = p.revision_id AND middle.pipe = p.asset_id AND middle.junction = ''
    WHERE p.revision_id = %(revision)s AND p.status = 'in_service'""",
    """CREATE TABLE bench_junction AS
    SELECT 1 - 2 * row_number() OVER (ORDER BY id) AS node, asset_id
    FROM network_junction WHERE revision_id = %(revision)s""",
    """CREATE TABLE bench_edge AS
    SELECT row_number() OVER () AS id, edge.*, valve.state = 'closed' AS closed,
           valve.state = 'closed' OR valve.operability NOT IN ('inoperable', 'inaccessible')
             AS stops
    FROM (
        SELECT j.node AS tail, p.part AS head, p.two_way, at_end.asset_id AS valve
        FROM bench_pipe p JOIN bench_junction j ON j.asset_id = p.from_junction
        LEFT JOIN network_valve at_end ON at_end.revision_id = %(revision)s
          AND at_end.pipe = p.asset_id AND at_end.junction = p.from_junction
        UNION ALL
        SELECT p.part, p.part + 1, p.two_way, p.middle FROM bench_pipe p WHERE p.middle IS NOT NULL
        UNION ALL
        SELECT p.part + (p.middle IS NOT NULL)::int, j.node, p.two_way, at_end.asset_id
        FROM bench_pipe p JOIN bench_junction j ON j.asset_id = p.to_junction
        LEFT JOIN network_valve at_end ON at_end.revision_id = %(revision)s
          AND at_end.pipe = p.asset_id AND at_end.junction = p.to_junction
        UNION ALL
        SELECT 0, j.node, false, NULL
        FROM network_source s JOIN bench_junction j ON j.asset_id = s.junction
        WHERE s.revision_id = %(revision)s AND s.is_active
    ) edge LEFT JOIN network_valve valve
      ON valve.revision_id = %(revision)s AND valve.asset_id = edge.valve""",
    "UPDATE bench_edge SET closed = coalesce(closed, false), stops = coalesce(stops, false)",
    """CREATE TABLE bench_customer AS
    SELECT c.asset_id, p.part + (c.fraction > p.middle_at)::int AS node
    FROM network_customer c JOIN bench_pipe p ON p.asset_id = c.pipe
    WHERE c.revision_id = %(revision)s""",
    "CREATE INDEX ON bench_customer (node)",
    "CREATE INDEX ON bench_pipe (asset_id)",
    "CREATE INDEX ON bench_edge (tail)",
    "CREATE INDEX ON bench_edge (head)",
    "CREATE INDEX ON bench_edge (valve)",
    "DROP TABLE IF EXISTS bench_zone, bench_shut, bench_wet",
    "CREATE TEMP TABLE bench_zone (node bigint)",
    "CREATE TEMP TABLE bench_shut (valve text)",
    "CREATE TEMP TABLE bench_wet (node bigint)",
    """CREATE TABLE bench_before AS SELECT node FROM pgr_drivingDistance(
        'SELECT id, tail AS source, head AS target, 1 AS cost,
                CASE WHEN two_way THEN 1 ELSE -1 END AS reverse_cost
         FROM bench_edge WHERE NOT closed', 0, 1e9, directed := true)""",
    "CREATE INDEX ON bench_before (node)",
    *(f"ANALYZE bench_{name}" for name in ("pipe", "junction", "edge", "customer", "before")),
)

# Against the flow: from where water could reach the burst. A source's node, not what feeds it.
ZONE = """INSERT INTO bench_zone SELECT DISTINCT node FROM pgr_drivingDistance(
    'SELECT id, head AS source, tail AS target, 1 AS cost,
            CASE WHEN two_way THEN 1 ELSE -1 END AS reverse_cost
     FROM bench_edge WHERE NOT stops AND tail <> 0',
    ARRAY(SELECT part + half FROM bench_pipe, generate_series(0, (middle IS NOT NULL)::int) half
          WHERE asset_id = %(pipe)s), 1e9, directed := true)"""
BOUNDARY = """INSERT INTO bench_shut SELECT valve FROM bench_edge
    WHERE stops AND NOT closed
      AND ((head IN (SELECT node FROM bench_zone)) <> (tail IN (SELECT node FROM bench_zone)))"""
WET = """INSERT INTO bench_wet SELECT node FROM pgr_drivingDistance(
    'SELECT id, tail AS source, head AS target, 1 AS cost,
            CASE WHEN two_way THEN 1 ELSE -1 END AS reverse_cost
     FROM bench_edge WHERE NOT closed
       AND (valve IS NULL OR valve NOT IN (SELECT valve FROM bench_shut))
       AND head NOT IN (SELECT node FROM bench_zone)
       AND tail NOT IN (SELECT node FROM bench_zone)', 0, 1e9, directed := true)"""
VALVES = """SELECT DISTINCT edge.valve FROM bench_shut JOIN bench_edge edge USING (valve)
    JOIN bench_wet wet ON wet.node IN (edge.head, edge.tail)"""
CUSTOMERS = """SELECT asset_id FROM bench_customer JOIN bench_before USING (node)
    WHERE NOT EXISTS (SELECT FROM bench_wet WHERE bench_wet.node = bench_customer.node)"""


@dataclass(frozen=True)
class Floods:
    """What the floods took; where one was `given_up`, at least this."""

    taken: Measured
    given_up: bool = False


def flooded(
    revision: NetworkRevision, topology: Topology, bursts: Sequence[Burst], *, at_most: int
) -> Floods | None:
    """Time the floods of the first `at_most` bursts, their answers compared with ours.

    One that takes longer than GIVEN_UP_S is given up, and is the last. None, and a line on how to
    install it, where PostgreSQL has no pgRouting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'pgrouting'")
        if not cursor.fetchall():
            sys.stderr.write("… without pgRouting: apt-get install postgresql-15-pgrouting\n")
            return None
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pgrouting")
        for statement in TABLES:
            cursor.execute(statement, {"revision": revision.pk})
        # Not warmed up: a flood of seconds has no need of it.
        cursor.execute("SET statement_timeout = %s", [GIVEN_UP_S * 1000])
        taken, answers = [], {}
        for burst in bursts[:at_most]:
            start = time.perf_counter()
            with contextlib.suppress(OperationalError):
                answers[burst.pipe] = _flood(burst.pipe)
            taken.append(time.perf_counter() - start)
            if burst.pipe not in answers:
                break
        cursor.execute("RESET statement_timeout")
        for name in ("zone", "shut", "wet", "before", "customer", "edge", "junction", "pipe"):
            cursor.execute(f"DROP TABLE bench_{name}")
    for pipe, answer in answers.items():
        _must_agree(topology, Burst(pipe), answer)
    given_up = len(answers) < len(taken)
    return Floods(summary(taken[-1:] if given_up else taken), given_up)


def _flood(pipe: str) -> tuple[set[str], set[str]]:
    """The valves to close and the customers who newly lose water."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_zone, bench_shut, bench_wet")
        cursor.execute(ZONE, {"pipe": pipe})
        cursor.execute(BOUNDARY)
        cursor.execute("ANALYZE bench_zone, bench_shut")
        cursor.execute(WET)
        cursor.execute("ANALYZE bench_wet")
        found = []
        for question in (VALVES, CUSTOMERS):
            cursor.execute(question)
            found.append({name for (name,) in cursor.fetchall()})
    valves, customers = found
    return valves, customers


def _must_agree(topology: Topology, burst: Burst, theirs: tuple[set[str], set[str]]) -> None:
    answer = isolate(topology, [Burst(burst.pipe)])
    customers = {*answer.customers_isolated, *answer.customers_unintended}
    if (set(answer.valves_to_close), customers) != theirs:
        msg = f"pgRouting and the engine disagree on {burst}: the bench would compare two questions"
        raise AssertionError(msg)
