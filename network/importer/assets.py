"""Understand tables: from a source's values to the fields of our records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from network.choices import (
    Flow,
    LinkKind,
    Operability,
    PipeStatus,
    ValveState,
)
from network.hydraulics.facts import pump_curve
from network.importer import values, vocabulary
from network.importer.packed import Column, Packed
from network.importer.places import Geometry
from network.importer.tables import Table
from network.topology.findings import Finding

# From its end to its start: such a pipe is turned round, and is forward then.
_BACKWARD: Final = "backward"
_FLOWS: Final = {
    **dict.fromkeys(
        ("both", "twoway", "bidirectional", "0", "no", "false", "双向"), Flow.BOTH.value
    ),
    **dict.fromkeys(
        ("forward", "oneway", "fromto", "1", "yes", "true", "单向", "正向"), Flow.FORWARD.value
    ),
    **dict.fromkeys(("backward", "backwards", "reverse", "tofrom", "反向", "逆向"), _BACKWARD),
}
_MAX_SMALL: Final = 32767
_MAX_INTEGER: Final = 2_147_483_647


@dataclass(slots=True)
class Assets:
    """Rows of one kind, understood: `fields` are columns of our table by their names there."""

    kind: str
    ids: NDArray[np.object_]
    geometry: Geometry
    fields: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


class _Reader:
    """Reads one table's columns and notes what it could not understand."""

    def __init__(
        self, table: Table, findings: list[Finding], pipe_ids: NDArray[np.object_]
    ) -> None:
        self.table = table
        self.pipe_ids = pipe_ids
        self.ids = values.references(table.column("id"))
        self._findings = findings

    def assets(self, **fields: Any) -> Assets:
        return Assets(self.table.kind, self.ids, self.table.geometry, fields, self.table.extras)

    def says_anything(self, name: str) -> bool:
        """Whether a column is there and not blank from top to bottom."""
        return any(values.texts(self.table.column(name)))

    def text(self, name: str, longest: int) -> Packed:
        found = values.texts(self.table.column(name))
        if max((len(max(block, key=len)) for block in found.blocks()), default=0) <= longest:
            return found
        for nth, text in enumerate(found):
            if len(text) > longest:
                self.tell("text_shortened", nth, name, text[:40])
        return Packed.of(text[:longest] for text in found)

    def reference(self, name: str) -> NDArray[np.object_]:
        return values.references(self.table.column(name))

    def words(self, name: str, known: Any, *, otherwise: Any, missing: Any) -> list[Any]:
        misread: values.Misread = []
        found = values.words(
            self.table.column(name), known, otherwise=otherwise, missing=missing, misread=misread
        )
        self._tell_all(misread, name)
        return found

    def flags(self, name: str, *, missing: bool = False) -> list[bool]:
        return self.words(name, vocabulary.BOOLEANS, otherwise=missing, missing=missing)

    def numbers(
        self, name: str, read: Any = None, *, lowest: float = 0.0, highest: float = 1e9
    ) -> NDArray[np.float64]:
        misread: values.Misread = []
        found = values.numbers(self.table.column(name), misread, read)
        with np.errstate(invalid="ignore"):
            outside = (found < lowest) | (found > highest)
        misread.extend((nth, str(found[nth])) for nth in np.flatnonzero(outside).tolist())
        found[outside] = np.nan
        self._tell_all(misread, name)
        return found

    def integers(
        self, name: str, read: Any = None, *, highest: int = _MAX_INTEGER
    ) -> list[int | None]:
        found = self.numbers(name, read, highest=highest)
        counts = {number: round(number) for number in np.unique(found[~np.isnan(found)]).tolist()}
        return [counts.get(number) for number in found.tolist()]  # None where it is NaN

    def pump_curves(self, name: str) -> Packed:
        """Curves as `network.hydraulics.facts.pump_curve` reads them; others are told of."""
        found = self.text(name, 200)
        for nth, text in enumerate(found):
            if text and pump_curve(text) is None:
                self.tell("value_not_understood", nth, name, text[:40])
        return found

    def dates(self, name: str) -> list[date | None]:
        misread: values.Misread = []
        found = values.dates(self.table.column(name), misread)
        self._tell_all(misread, name)
        return found

    def _tell_all(self, misread: values.Misread, name: str) -> None:
        for nth, value in misread:
            self.tell("value_not_understood", nth, name, value[:40])

    def tell(self, code: str, nth: int, name: str, value: str) -> None:
        facts = {"field": name, "value": value}
        self._findings.append(Finding(code, self.table.asset_kind, str(self.ids[nth]), None, facts))


def _none_for_nan(column: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(number) else number for number in column.tolist()]


def understand(
    table: Table, findings: list[Finding], pipe_ids: NDArray[np.object_] | None = None
) -> Assets:
    """Return the rows of a table as fields of our records.

    `pipe_ids` tell how a text that names several pipes is meant.
    """
    known = np.empty(0, dtype=object) if pipe_ids is None else pipe_ids
    return _UNDERSTAND[table.kind](_Reader(table, findings, known))


def _turned(reader: _Reader) -> tuple[list[str], NDArray[np.object_], NDArray[np.object_]]:
    """Return the pipes' flow and their end nodes; those that flow backward are turned round."""
    # A blank, hyphens and all: what is compared leaves them out, and -1 would be 1.
    column = reader.table.column("flow")
    if any(text in ("-1", "-1.0") for text in values.distinct(values.texts(column))):
        told = (_BACKWARD if text in ("-1", "-1.0") else text for text in values.texts(column))
        reader.table.columns["flow"] = Packed.of(told)
    flow = reader.words("flow", _FLOWS, otherwise=Flow.BOTH.value, missing=Flow.BOTH.value)
    first, last = reader.reference("from_node"), reader.reference("to_node")
    back = np.fromiter((way == _BACKWARD for way in flow), dtype=bool, count=len(flow))
    if back.any():
        first[back], last[back] = last[back], first[back]
        reader.table.geometry[back] = shapely.reverse(reader.table.geometry[back])
        flow = [Flow.FORWARD.value if way == _BACKWARD else way for way in flow]
    return flow, first, last


def _pipes(reader: _Reader) -> Assets:
    flow, first, last = _turned(reader)
    kind = reader.words(
        "kind", vocabulary.LINK_KINDS, otherwise=LinkKind.PIPE, missing=LinkKind.PIPE
    )
    return reader.assets(
        from_junction=first,
        to_junction=last,
        kind=kind,
        flow=flow,
        status=reader.words(
            "status",
            vocabulary.PIPE_STATUSES,
            otherwise=PipeStatus.IN_SERVICE,
            missing=PipeStatus.IN_SERVICE,
        ),
        role=reader.words("role", vocabulary.PIPE_ROLES, otherwise="", missing=""),
        diameter_mm=reader.numbers("diameter_mm", values.diameter),
        material=reader.text("material", 40),
        length_m=reader.numbers("length_m"),
        street=reader.text("street", 120),
        street_en=reader.text("street_en", 120),
        on_trunk_road=reader.flags("on_trunk_road"),
        year_laid=reader.integers("year_laid", values.year, highest=_MAX_SMALL),
        roughness=reader.numbers("roughness", lowest=1.0, highest=200.0),
        setting=reader.numbers("setting"),
        pump_curve=reader.pump_curves("pump_curve"),
    )


def _nodes(reader: _Reader) -> Assets:
    elevation = reader.numbers("elevation_m", lowest=-1000.0, highest=9000.0)
    demand = reader.numbers("demand_m3_d", lowest=-1e9)  # a model's inflow is a negative demand
    return reader.assets(elevation_m=_none_for_nan(elevation), demand_m3_d=_none_for_nan(demand))


def _valves(reader: _Reader) -> Assets:
    kinds = values.kinds(reader.table.column("kind"))
    known = vocabulary.ISOLATING | vocabulary.NOT_ISOLATING | vocabulary.ONE_WAY
    for nth, kind in enumerate(kinds):
        if kind and kind not in known:
            reader.tell("valve_kind_unknown", nth, "kind", kind)
    one_way = np.asarray([kind in vocabulary.ONE_WAY for kind in kinds], dtype=bool)
    isolates = ~one_way & ~np.asarray([kind in vocabulary.NOT_ISOLATING for kind in kinds], bool)
    # Where the source has such a column, a blank in it is "not known"; without one, or with one
    # that nobody ever filled in, all is well.
    has = {name for name in ("state", "operable") if reader.says_anything(name)}
    no_state = ValveState.UNKNOWN if "state" in has else ValveState.OPEN
    unworked = Operability.UNKNOWN if "operable" in has else Operability.OPERABLE
    return reader.assets(
        junction=reader.reference("node"),
        pipe=reader.reference("pipe"),
        kind=reader.text("kind", 40),
        isolates=isolates,
        one_way_kind=one_way,
        flow_to_pipe=reader.reference("flow_to_pipe"),
        state=reader.words(
            "state", vocabulary.VALVE_STATES, otherwise=ValveState.UNKNOWN, missing=no_state
        ),
        operability=reader.words(
            "operable", vocabulary.OPERABILITIES, otherwise=Operability.UNKNOWN, missing=unworked
        ),
        bore_mm=reader.numbers("bore_mm", values.diameter),
        turns_to_close=reader.integers("turns_to_close", highest=_MAX_SMALL),
        closes_clockwise=reader.words(
            "closes_clockwise", vocabulary.CLOCKWISE, otherwise=True, missing=True
        ),
        ground=reader.text("ground", 40),
        location=reader.text("location", 200),
        location_en=reader.text("location_en", 200),
        chamber=reader.text("chamber", 40),
        checked_on=reader.dates("checked_on"),
    )


def _hydrants(reader: _Reader) -> Assets:
    return reader.assets(
        junction=reader.reference("node"),
        pipe=reader.reference("pipe"),
        location=reader.text("location", 200),
        location_en=reader.text("location_en", 200),
    )


def _sources(reader: _Reader) -> Assets:
    return reader.assets(
        junction=reader.reference("node"),
        kind=reader.text("kind", 40),
        name=reader.text("name", 120),
        name_en=reader.text("name_en", 120),
        inlet_pipes=values.id_lists(reader.table.column("inlet_pipes"), reader.pipe_ids),
        is_active=reader.flags("active", missing=True),
        head_m=reader.numbers("head_m", lowest=-1000.0, highest=9000.0),
    )


def _customers(reader: _Reader) -> Assets:
    special = reader.text("special_user", 40)
    no = {"false", "0", "no", "否", "无"}
    connections = reader.integers("connections")
    return reader.assets(
        junction=reader.reference("node"),
        pipe=reader.reference("pipe"),
        account=reader.text("account", 40),
        name=reader.text("name", 120),
        address=reader.text("address", 200),
        address_en=reader.text("address_en", 200),
        phone=reader.text("phone", 40),
        email=reader.text("email", 254),
        category=reader.text("category", 40),
        persons=reader.integers("persons"),
        connections=[1 if count is None else count for count in connections],
        demand_m3_d=reader.numbers("demand_m3_d"),
        key_user=reader.flags("key_user"),
        large_user=reader.flags("large_user"),
        special_user=Packed.of("" if text.lower() in no else text for text in special),
    )


_UNDERSTAND: Final = {
    "pipes": _pipes,
    "nodes": _nodes,
    "valves": _valves,
    "hydrants": _hydrants,
    "sources": _sources,
    "customers": _customers,
}
