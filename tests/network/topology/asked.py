"""A random question put to the brute force: what is closed, wet and dry, as cells and ids."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from network.topology.engine.isolation import Burst
from tests.network.topology.networks import Question
from tests.oracles.brute import BruteForce, Cell


class Asked:
    """The state of a question as full sets, and the brute answers to it and to its variants."""

    def __init__(self, question: Question) -> None:
        tables, state = question.tables, question.state
        self.tables = tables
        self.bursts: list[Burst] = question.bursts
        self.brute = BruteForce(tables)
        rows = list(zip(tables.valves.ids, tables.valves.closed, strict=True))
        works = zip(tables.valves.ids, tables.valves.operable, strict=True)
        self.closed = ({v for v, shut in rows if shut} | state.closed) - state.opened
        self.stuck = {v for v, able in works if not able} | state.inoperable
        self.one_way = {v for v, facts in self.brute.valve.items() if facts["flow_to"]}
        active = zip(tables.sources.ids, tables.sources.active, strict=True)
        self.inactive = {s for s, gives in active if not gives} | state.inactive_sources
        self.burst_cells = {
            cell for burst in self.bursts for cell in self.brute._burst_cells(burst)
        }

    def answer(
        self,
        *,
        opened: Iterable[str] = (),
        stuck: Iterable[str] = (),
        freed: Iterable[str] = (),
    ) -> dict[str, object]:
        return self.brute.answer(
            self.bursts,
            closed=self.closed - set(opened),
            stuck=(self.stuck | set(stuck)) - set(freed),
            inactive=self.inactive,
        )

    @cached_property
    def plain(self) -> dict[str, object]:
        return self.answer()

    def sources(self, *, outside_zone: bool) -> set[Cell]:
        ids, junctions = self.tables.sources.ids, self.tables.sources.junctions
        shut: set[str] = self.plain["sources_to_shut"] if outside_zone else set()
        return {
            ("junction", there, 0)
            for each, there in zip(ids, junctions, strict=True)
            if each not in self.inactive and each not in shut
        }

    @cached_property
    def before(self) -> set[Cell]:
        return self.brute.spread(self.sources(outside_zone=False), self.closed)

    @cached_property
    def shut(self) -> set[str]:
        """Valves closed with the plan carried out."""
        return self.closed | self.plain["valves_to_close"]

    @cached_property
    def after(self) -> set[Cell]:
        return self.brute.spread(self.sources(outside_zone=True), self.shut)

    @cached_property
    def zone(self) -> set[Cell]:
        """All from which water could reach the burst without passing a valve that cuts."""
        works = set(self.brute.valve) - self.closed - self.stuck - self.one_way
        cutting = self.closed | works
        cells = self.brute.cells() | self.burst_cells
        zone = {cell for cell in cells if self.brute.spread({cell}, cutting) & self.burst_cells}
        stopped = {
            next(v for v in reversed(passage.valves) if v in cutting)
            for passage in self.brute.passages
            if passage.end in zone and set(passage.valves) & cutting
        }
        springs = set(self.brute.springs(self.inactive).values())
        return zone | {
            self.brute._place(v)
            for v in stopped - self.closed
            if self.brute._is_inside(v, zone, springs)
        }

    def customers_at(self) -> dict[str, Cell]:
        rows = self.tables.customers
        return {
            each: self.brute._cell_at(pipe, there, at)
            for each, pipe, there, at in zip(
                rows.ids, rows.pipes, rows.junctions, rows.fractions, strict=True
            )
        }
