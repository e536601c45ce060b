"""The isolation answer by simulating drops of water, word for word after the rules.

No graph library, no segments, no searching backwards: a drop is put somewhere and spread
until nothing changes. What a plan dries is found by carrying it out: its valves are closed,
the sources it names are shut, and the water is let run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from network.topology.elements import NetworkTables
from network.topology.engine.isolation import Burst

Cell = tuple[str, str, int]  # a part of a pipe, a junction, or the gap inside a mid-pipe valve


@dataclass(frozen=True)
class Passage:
    """Water may go from one cell to another if it passes the valves between, in order."""

    start: Cell
    end: Cell
    valves: tuple[str, ...]


class BruteForce:
    def __init__(self, tables: NetworkTables) -> None:
        self.tables = tables
        self.valve = {
            each: {
                "junction": tables.valves.junctions[n],
                "pipe": tables.valves.pipes[n],
                "at": tables.valves.fractions[n],
                "isolates": tables.valves.isolates[n],
                "flow_to": tables.valves.flow_to[n],
                "closed": tables.valves.closed[n],
                "operable": tables.valves.operable[n],
            }
            for n, each in enumerate(tables.valves.ids)
        }
        self.stops = {pipe: self._stops_along(n) for n, pipe in enumerate(tables.pipes.ids)}
        self.passages = [
            passage
            for n, pipe in enumerate(tables.pipes.ids)
            for passage in self._passages_of(pipe, tables.pipes.one_way[n])
        ]

    # -- the network as cells and passages ----------------------------------------

    def _stops_along(self, n: int) -> list[Cell]:
        """What divides a pipe, from its start to its end."""
        pipe, splits = self.tables.pipes.ids[n], self.tables.splits
        inner = [
            (splits.fractions[k], ("junction", splits.junctions[k], 0))
            for k in range(len(splits.pipes))
            if splits.pipes[k] == pipe
        ] + [
            (facts["at"], ("gap", valve, 0))
            for valve, facts in self.valve.items()
            if facts["pipe"] == pipe
            and not facts["junction"]
            and (facts["isolates"] or facts["flow_to"])
        ]
        inner.sort(key=lambda stop: stop[0])
        return [
            ("junction", self.tables.pipes.starts[n], 0),
            *(cell for _, cell in inner),
            ("junction", self.tables.pipes.ends[n], 0),
        ]

    def _passages_of(self, pipe: str, one_way: bool) -> Iterable[Passage]:
        stops = self.stops[pipe]
        for k in range(len(stops) - 1):
            part: Cell = ("part", pipe, k)
            for stop, flows_in, flows_out in (
                (stops[k], self._passes(stops[k], True), not one_way and self._passes(stops[k])),
                (
                    stops[k + 1],
                    not one_way and self._passes(stops[k + 1]),
                    self._passes(stops[k + 1], True),
                ),
            ):
                between = self._valves_between(pipe, stop)
                if flows_out and not self._forbids(pipe, stop, into_pipe=False):
                    yield Passage(part, stop, tuple(between))
                if flows_in and not self._forbids(pipe, stop, into_pipe=True):
                    yield Passage(stop, part, tuple(reversed(between)))

    def _passes(self, stop: Cell, toward_end: bool = False) -> bool:
        """Whether water may pass the valve in a gap toward the pipe's end, or its start."""
        if stop[0] != "gap" or not self.valve[stop[1]]["flow_to"]:
            return True
        facts = self.valve[stop[1]]
        pipes, splits = self.tables.pipes, self.tables.splits
        n, target = pipes.ids.index(facts["pipe"]), facts["flow_to"]
        its = pipes.ids.index(target)
        touched = {pipes.starts[its], pipes.ends[its]} | {
            splits.junctions[k] for k in range(len(splits.pipes)) if splits.pipes[k] == target
        }
        if target == facts["pipe"] or not touched & {pipes.starts[n], pipes.ends[n]}:
            return True
        if {pipes.starts[n], pipes.ends[n]} <= touched:
            return toward_end == (facts["at"] > 0.5)
        return toward_end == (pipes.ends[n] in touched)

    def _valves_between(self, pipe: str, stop: Cell) -> list[str]:
        """Valves met from the pipe to the stop: first the pipe's own, then the stop's."""
        if stop[0] == "gap":
            return [stop[1]]
        cutting = {v: f for v, f in self.valve.items() if f["isolates"] or f["flow_to"]}
        own = [v for v, f in cutting.items() if f["junction"] == stop[1] and f["pipe"] == pipe]
        shared = [v for v, f in cutting.items() if f["junction"] == stop[1] and not f["pipe"]]
        return own + shared

    def _forbids(self, pipe: str, stop: Cell, *, into_pipe: bool) -> bool:
        """Whether a one-way valve or an inlet keeps water from going this way."""
        if stop[0] != "junction":
            return False
        for facts in self.valve.values():
            if facts["junction"] != stop[1] or not facts["flow_to"]:
                continue
            if not facts["pipe"] and facts["flow_to"] == pipe and not into_pipe:
                return True
            if facts["pipe"] == pipe and (facts["flow_to"] == pipe) != into_pipe:
                return True
        sources = self.tables.sources
        return into_pipe and any(
            sources.junctions[n] == stop[1] and pipe in sources.inlet_pipes[n]
            for n in range(len(sources.ids))
        )

    def cells(self) -> set[Cell]:
        return {("junction", each, 0) for each in self.tables.junctions} | {
            cell for passage in self.passages for cell in (passage.start, passage.end)
        }

    # -- water --------------------------------------------------------------------

    def spread(self, drops: Iterable[Cell], blocking: set[str]) -> set[Cell]:
        """Where water put at `drops` gets to when it cannot pass the `blocking` valves."""
        wet = set(drops)
        changed = True
        while changed:
            changed = False
            for passage in self.passages:
                if (
                    passage.start in wet
                    and passage.end not in wet
                    and not blocking.intersection(passage.valves)
                ):
                    wet.add(passage.end)
                    changed = True
        return wet

    def answer(
        self,
        bursts: list[Burst],
        *,
        closed: set[str],
        stuck: set[str],
        inactive: set[str],
    ) -> dict[str, object]:
        """`closed` and `stuck` are all valves that are so, `inactive` all sources that are."""
        one_way = {v for v, f in self.valve.items() if f["flow_to"]}
        operable_open = set(self.valve) - closed - stuck - one_way
        cutting = closed | operable_open
        burst_cells = {cell for burst in bursts for cell in self._burst_cells(burst)}
        cells = self.cells() | burst_cells
        zone = {cell for cell in cells if self.spread({cell}, cutting) & burst_cells}

        # The valves at which the trace stopped: next to the zone, on water's way into it.
        stopped_open, stopped_closed = set(), set()
        for passage in self.passages:
            if passage.end in zone:
                met_last_first = [v for v in reversed(passage.valves) if v in cutting]
                if met_last_first:
                    which = stopped_closed if met_last_first[0] in closed else stopped_open
                    which.add(met_last_first[0])
        active = self.springs(inactive)
        springs = set(active.values())
        inside = {v for v in stopped_open if self._is_inside(v, zone, springs)}
        border_closed = {v for v in stopped_closed if not self._is_inside(v, zone, springs)}
        boundary = stopped_open - inside
        zone |= {self._place(v) for v in inside}

        in_zone = {s for s, cell in active.items() if cell in zone}
        outside = {cell for s, cell in active.items() if s not in in_zone}
        matters = {
            v for v in boundary if self.spread(outside, closed | (boundary - {v})) & burst_cells
        }
        before = self.spread(active.values(), closed)
        after = self.spread(outside, closed | matters)
        newly_dry = before - after
        return self._named(zone, before, newly_dry) | {
            "is_isolatable": not in_zone,
            "boundary_valves": boundary,
            "valves_to_close": matters,
            "valves_already_closed": border_closed,
            "sources_to_shut": in_zone,
        }

    def springs(self, inactive: set[str]) -> dict[str, Cell]:
        """Where each source that is not `inactive` gives its water."""
        sources = self.tables.sources
        return {
            sources.ids[n]: ("junction", sources.junctions[n], 0)
            for n in range(len(sources.ids))
            if sources.ids[n] not in inactive
        }

    def _burst_cells(self, burst: Burst) -> list[Cell]:
        count = len(self.stops[burst.pipe]) - 1
        if burst.fraction is None:
            return [("part", burst.pipe, k) for k in range(count)]
        return [self._cell_at(burst.pipe, "", burst.fraction)]

    def _cell_at(self, pipe: str, junction: str, fraction: float) -> Cell:
        if not pipe:
            return ("junction", junction, 0)
        places = [
            self.tables.splits.fractions[k]
            for k in range(len(self.tables.splits.pipes))
            if self.tables.splits.pipes[k] == pipe
        ] + [
            f["at"]
            for f in self.valve.values()
            if f["pipe"] == pipe and not f["junction"] and (f["isolates"] or f["flow_to"])
        ]
        return ("part", pipe, sum(place <= fraction for place in places))

    def _place(self, valve: str) -> Cell:
        junction = self.valve[valve]["junction"]
        return ("junction", junction, 0) if junction else ("gap", valve, 0)

    def _is_inside(self, valve: str, zone: set[Cell], springs: set[Cell]) -> bool:
        """All pipes around a valve are in the zone, or the pipe end and the junction it parts.

        Not so where it stands between the zone and water that springs from its own junction.
        """
        around, place = self._parts_around(valve), self._place(valve)
        if place in springs and place not in zone:
            return False
        own = {cell for cell in around if cell[1] == self.valve[valve]["pipe"]}
        between = bool(own) and place[0] == "junction" and own <= zone and place in zone
        return around <= zone or between

    def _parts_around(self, valve: str) -> set[Cell]:
        """The pipe parts that a valve stands between: all that meet at its place."""
        place = self._place(valve)
        return {
            ("part", pipe, k)
            for pipe, stops in self.stops.items()
            for k in range(len(stops) - 1)
            if place in (stops[k], stops[k + 1])
        }

    def _named(self, zone: set[Cell], before: set[Cell], dry: set[Cell]) -> dict[str, object]:
        def hanging(points: object) -> dict[str, Cell]:
            rows = zip(points.ids, points.pipes, points.junctions, points.fractions, strict=True)
            return {each: self._cell_at(pipe, there, at) for each, pipe, there, at in rows}

        at = hanging(self.tables.customers)
        return {
            "zone_pipes": {cell[1] for cell in zone if cell[0] == "part"},
            "pipes_dry": {cell[1] for cell in dry if cell[0] == "part"},
            "customers_isolated": {c for c, cell in at.items() if cell in zone and cell in before},
            "customers_unintended": {c for c, cell in at.items() if cell in dry - zone},
            "customers_already_dry": {
                c for c, cell in at.items() if cell in zone and cell not in before
            },
            "hydrants_dry": {h for h, cell in hanging(self.tables.hydrants).items() if cell in dry},
        }
