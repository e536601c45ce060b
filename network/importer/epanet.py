"""Read EPANET input files: the sections that say what is where, and how it stands.

wntr reads them too, but takes seconds to load and a whole hydraulic model to do it. Demands,
patterns, curves and controls are not read: they say nothing about which valve to close.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely

from network.importer.encodings import text_encoding
from network.importer.intake import DataFile
from network.importer.layers import Layer
from network.importer.refusals import refusal

INCH_MM: Final = 25.4
FOOT_M: Final = 0.3048
# Flow units that mean feet and inches; all others are metric.
US_UNITS: Final = frozenset({"CFS", "GPM", "MGD", "IMGD", "AFD"})
# Pressure breakers act as reducers, general-purpose valves as throttles.
VALVE_KINDS: Final = {
    "PRV": "prv", "PSV": "psv", "PBV": "prv", "FCV": "fcv", "TCV": "tcv", "GPV": "tcv",
    "PCV": "tcv",
}  # fmt: skip
FORWARD_KINDS: Final = frozenset({"pump", "prv", "psv", "fcv", "check_valve"})

Point = tuple[float, float]


@dataclass(slots=True)
class _Link:
    link_id: str
    start: str
    end: str
    kind: str = "pipe"
    diameter: float | None = None
    length: float | None = None
    is_closed: bool = False


@dataclass(slots=True)
class _Model:
    name: str
    nodes: dict[str, float | None] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    links: dict[str, _Link] = field(default_factory=dict)
    places: dict[str, Point] = field(default_factory=dict)
    bends: dict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    flow_units: str = "GPM"  # EPANET's own default


def read_epanet(file: DataFile) -> list[Layer]:
    """Return the layers of pipes, nodes, valves and sources in an .inp file.

    Coordinates stay as drawn. Links that start closed get a closed gate valve at their start,
    `<id>:closed`. Raises ImportRefused naming the line that cannot be read.
    """
    model = _Model(file.path.name)
    section = ""
    encoding = text_encoding(file.path)
    with file.path.open(encoding=encoding, errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split(";", 1)[0].split()
            if not words:
                continue
            if words[0].startswith("["):
                section = words[0].strip("[]").upper()
                continue
            _read_line(model, section, words, number)
    if not model.places:
        raise refusal(reason="inp_without_coordinates", name=model.name)
    return [_pipes(model), _nodes(model), _valves(model), _sources(model)]


def _read_line(model: _Model, section: str, words: list[str], number: int) -> None:
    reader = _SECTIONS.get(section)
    if reader is None:
        return
    try:
        reader(model, words)
    except (ValueError, IndexError, KeyError) as error:
        what = f"unknown id {error}" if isinstance(error, KeyError) else " ".join(words)[:60]
        raise refusal(
            reason="inp_line", name=model.name, line=number, section=section, error=what
        ) from error


def _junction(model: _Model, words: list[str]) -> None:
    model.nodes[words[0]] = float(words[1]) if len(words) > 1 else None


def _reservoir(model: _Model, words: list[str]) -> None:
    model.nodes[words[0]] = None
    model.sources[words[0]] = "reservoir"


def _tank(model: _Model, words: list[str]) -> None:
    model.nodes[words[0]] = float(words[1]) if len(words) > 1 else None
    model.sources[words[0]] = "tank"


def _pipe(model: _Model, words: list[str]) -> None:
    link = _Link(words[0], words[1], words[2], length=float(words[3]), diameter=float(words[4]))
    status = words[-1].upper() if len(words) > 6 else ""
    link.is_closed = status == "CLOSED"
    if status == "CV":
        link.kind = "check_valve"
    model.links[link.link_id] = link


def _pump(model: _Model, words: list[str]) -> None:
    model.links[words[0]] = _Link(words[0], words[1], words[2], kind="pump")


def _valve(model: _Model, words: list[str]) -> None:
    kind = VALVE_KINDS[words[4].upper()]
    link = _Link(words[0], words[1], words[2], kind=kind, diameter=float(words[3]))
    model.links[link.link_id] = link


def _status(model: _Model, words: list[str]) -> None:
    # A number is a pump's speed or a valve's setting; a speed of zero is a pump that stands.
    link = model.links[words[0]]
    state = words[1].upper()
    link.is_closed = state == "CLOSED" or (link.kind == "pump" and state in ("0", "0.0"))


def _coordinate(model: _Model, words: list[str]) -> None:
    model.places[words[0]] = (float(words[1]), float(words[2]))


def _vertex(model: _Model, words: list[str]) -> None:
    model.bends[words[0]].append((float(words[1]), float(words[2])))


def _option(model: _Model, words: list[str]) -> None:
    if words[0].upper() == "UNITS":
        model.flow_units = words[1].upper()


_SECTIONS: Final[dict[str, Callable[[_Model, list[str]], None]]] = {
    "JUNCTIONS": _junction,
    "RESERVOIRS": _reservoir,
    "TANKS": _tank,
    "PIPES": _pipe,
    "PUMPS": _pump,
    "VALVES": _valve,
    "STATUS": _status,
    "COORDINATES": _coordinate,
    "VERTICES": _vertex,
    "OPTIONS": _option,
}


def _layer(model: _Model, name: str, geometry: list[object], **columns: Iterable[object]) -> Layer:
    made = np.empty(len(geometry), dtype=object)
    made[:] = geometry
    return Layer(
        name=name,
        origin=f"{model.name}/{name}",
        geometry=made,
        columns={key: _column(values) for key, values in columns.items()},
        crs=None,
    )


def _column(values: Iterable[object]) -> np.ndarray:
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def _pipes(model: _Model) -> Layer:
    is_us = model.flow_units in US_UNITS
    inch, foot = (INCH_MM, FOOT_M) if is_us else (1.0, 1.0)
    links = list(model.links.values())
    return _layer(
        model,
        "pipes",
        [_line(model, link) for link in links],
        id=(link.link_id for link in links),
        from_node=(link.start for link in links),
        to_node=(link.end for link in links),
        kind=(link.kind for link in links),
        flow=("forward" if link.kind in FORWARD_KINDS else "both" for link in links),
        diameter_mm=(None if link.diameter is None else link.diameter * inch for link in links),
        length_m=(None if link.length is None else link.length * foot for link in links),
    )


def _line(model: _Model, link: _Link) -> shapely.LineString | None:
    start, end = model.places.get(link.start), model.places.get(link.end)
    if start is None or end is None:
        return None
    return shapely.LineString([start, *model.bends.get(link.link_id, []), end])


def _point(model: _Model, node: str) -> shapely.Point | None:
    place = model.places.get(node)
    return None if place is None else shapely.Point(place)


def _nodes(model: _Model) -> Layer:
    foot = FOOT_M if model.flow_units in US_UNITS else 1.0
    return _layer(
        model,
        "nodes",
        [_point(model, node) for node in model.nodes],
        id=model.nodes,
        elevation_m=(None if metres is None else metres * foot for metres in model.nodes.values()),
    )


def _valves(model: _Model) -> Layer:
    closed = [link for link in model.links.values() if link.is_closed]
    return _layer(
        model,
        "valves",
        [_point(model, link.start) for link in closed],
        id=(f"{link.link_id}:closed" for link in closed),
        node=(link.start for link in closed),
        pipe=(link.link_id for link in closed),
        kind=("gate" for _link in closed),
        state=("closed" for _link in closed),
        operable=(True for _link in closed),
    )


def _sources(model: _Model) -> Layer:
    return _layer(
        model,
        "sources",
        [_point(model, node) for node in model.sources],
        id=model.sources,
        node=model.sources,
        kind=model.sources.values(),
    )
