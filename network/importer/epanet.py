"""Read EPANET input files: the sections that say what is where, and how it stands.

wntr reads them too, but takes seconds to load and a whole hydraulic model to do it. Base demands,
heads, roughness, settings and pump curves are kept for the pressures; patterns, controls, speeds
and minor losses are not read.
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
PSI_M: Final = 0.70325  # of water, as EPANET reckons: 0.4333 psi a foot
HORSEPOWER_KW: Final = 0.7457
# Flow units that mean feet and inches; all others are metric.
US_UNITS: Final = frozenset({"CFS", "GPM", "MGD", "IMGD", "AFD"})
# One of each in m3/h.
FLOW_M3_H: Final = {
    "CFS": 101.9406, "GPM": 0.2271247, "MGD": 157.7255, "IMGD": 189.4204, "AFD": 51.39508,
    "LPS": 3.6, "LPM": 0.06, "MLD": 1000 / 24, "CMH": 1.0, "CMD": 1 / 24, "CMS": 3600.0,
}  # fmt: skip
HOURS: Final = 24.0
# Pressure breakers act as reducers, general-purpose valves as throttles.
VALVE_KINDS: Final = {
    "PRV": "prv", "PSV": "psv", "PBV": "prv", "FCV": "fcv", "TCV": "tcv", "GPV": "tcv",
    "PCV": "tcv",
}  # fmt: skip
# Those whose setting means what a kind's setting means here.
SETTLED_KINDS: Final = frozenset({"PRV", "PSV", "FCV", "TCV"})
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
    roughness: float | None = None
    setting: str = ""
    pump: dict[str, str] = field(default_factory=dict)  # HEAD curve, POWER number


@dataclass(slots=True)
class _Model:
    name: str
    nodes: dict[str, float | None] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    links: dict[str, _Link] = field(default_factory=dict)
    more_nodes: list[str] = field(default_factory=list)  # of an id that another one has
    more_links: list[_Link] = field(default_factory=list)
    places: dict[str, Point] = field(default_factory=dict)
    bends: dict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, float] = field(default_factory=dict)
    demands: dict[str, float] = field(default_factory=dict)
    several: set[str] = field(default_factory=set)  # junctions with demands in their own section
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    flow_units: str = "GPM"  # EPANET's own default
    headloss: str = "H-W"
    factor: float = 1.0  # on all demands

    def add_node(self, node: str, elevation: float | None) -> None:
        """Take up a node; of two with one id both are brought in, so that the check tells them."""
        if node in self.nodes:
            self.more_nodes.append(node)
        self.nodes.setdefault(node, elevation)

    def add_link(self, link: _Link) -> None:
        """Take up a link; of two with one id both are brought in, so that the check tells them."""
        if link.link_id in self.links:
            self.more_links.append(link)
        self.links.setdefault(link.link_id, link)

    @property
    def is_us(self) -> bool:
        return self.flow_units in US_UNITS

    @property
    def metres(self) -> float:
        """Of one unit of length."""
        return FOOT_M if self.is_us else 1.0

    @property
    def m3_h(self) -> float:
        """Of one unit of flow."""
        return FLOW_M3_H.get(self.flow_units, 1.0)


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
    reader = _SECTIONS.get(section[:_TOLD_BY])
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
    model.add_node(words[0], float(words[1]) if len(words) > 1 else None)
    if len(words) > 2 and words[0] not in model.several:
        model.demands[words[0]] = float(words[2])


def _demand(model: _Model, words: list[str]) -> None:
    # The first row of a junction replaces what its own line says; further ones add to it.
    before = model.demands.get(words[0], 0.0) if words[0] in model.several else 0.0
    model.several.add(words[0])
    model.demands[words[0]] = before + float(words[1])


def _reservoir(model: _Model, words: list[str]) -> None:
    model.add_node(words[0], None)
    model.sources[words[0]] = "reservoir"
    if len(words) > 1:
        model.heads[words[0]] = float(words[1])


def _tank(model: _Model, words: list[str]) -> None:
    model.add_node(words[0], float(words[1]) if len(words) > 1 else None)
    model.sources[words[0]] = "tank"
    if len(words) > 2:
        model.heads[words[0]] = float(words[1]) + float(words[2])  # as full as it begins


def _pipe(model: _Model, words: list[str]) -> None:
    link = _Link(words[0], words[1], words[2], length=float(words[3]), diameter=float(words[4]))
    link.roughness = float(words[5]) if len(words) > 5 else None
    status = words[-1].upper() if len(words) > 6 else ""
    link.is_closed = status == "CLOSED"
    if status == "CV":
        link.kind = "check_valve"
    model.add_link(link)


def _pump(model: _Model, words: list[str]) -> None:
    rated = {word.upper(): value for word, value in zip(words[3::2], words[4::2], strict=False)}
    model.add_link(_Link(words[0], words[1], words[2], kind="pump", pump=rated))


def _valve(model: _Model, words: list[str]) -> None:
    kind = VALVE_KINDS[words[4].upper()]
    link = _Link(words[0], words[1], words[2], kind=kind, diameter=float(words[3]))
    if words[4].upper() in SETTLED_KINDS and len(words) > 5:
        link.setting = words[5]
    model.add_link(link)


def _status(model: _Model, words: list[str]) -> None:
    # A number is a pump's speed or a valve's setting; a speed of zero is a pump that stands.
    link = model.links[words[0]]
    state = words[1].upper()
    link.is_closed = state == "CLOSED" or (link.kind == "pump" and state in ("0", "0.0"))


def _coordinate(model: _Model, words: list[str]) -> None:
    model.places[words[0]] = (float(words[1]), float(words[2]))


def _vertex(model: _Model, words: list[str]) -> None:
    model.bends[words[0]].append((float(words[1]), float(words[2])))


def _curve(model: _Model, words: list[str]) -> None:
    model.curves[words[0]].append((float(words[1]), float(words[2])))


def _option(model: _Model, words: list[str]) -> None:
    option = words[0].upper()
    if option == "UNITS":
        model.flow_units = words[1].upper()
    elif option == "HEADLOSS":
        model.headloss = words[1].upper()
    elif [word.upper() for word in words[:2]] == ["DEMAND", "MULTIPLIER"]:
        model.factor = float(words[2])


# EPANET itself knows a section by its first letters: [JUNCTION] and [COORD] are good names.
_TOLD_BY: Final = 4
_SECTIONS: Final[dict[str, Callable[[_Model, list[str]], None]]] = {
    "JUNC": _junction,
    "DEMA": _demand,
    "RESE": _reservoir,
    "TANK": _tank,
    "PIPE": _pipe,
    "PUMP": _pump,
    "VALV": _valve,
    "STAT": _status,
    "CURV": _curve,
    "COOR": _coordinate,
    "VERT": _vertex,
    "OPTI": _option,
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
    inch, foot = INCH_MM if model.is_us else 1.0, model.metres
    links = [*model.links.values(), *model.more_links]
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
        roughness=(link.roughness if model.headloss == "H-W" else None for link in links),
        setting=(_setting(model, link) for link in links),
        pump_curve=(_pump_curve(model, link) for link in links),
    )


def _setting(model: _Model, link: _Link) -> float | None:
    """In the units of our `setting`; None where the file names a curve or nothing."""
    try:
        number = float(link.setting)
    except ValueError:
        return None
    if link.kind in ("prv", "psv"):
        return number * (PSI_M if model.is_us else 1.0)
    return number * model.m3_h if link.kind == "fcv" else number


def _pump_curve(model: _Model, link: _Link) -> str:
    if "POWER" in link.pump:
        return f"kw:{float(link.pump['POWER']) * (HORSEPOWER_KW if model.is_us else 1.0):.4g}"
    points = model.curves.get(link.pump.get("HEAD", ""), [])
    return " ".join(f"{q * model.m3_h:.6g}:{h * model.metres:.6g}" for q, h in points)


def _line(model: _Model, link: _Link) -> shapely.LineString | None:
    start, end = model.places.get(link.start), model.places.get(link.end)
    if start is None or end is None:
        return None
    return shapely.LineString([start, *model.bends.get(link.link_id, []), end])


def _point(model: _Model, node: str) -> shapely.Point | None:
    place = model.places.get(node)
    return None if place is None else shapely.Point(place)


def _nodes(model: _Model) -> Layer:
    foot = model.metres
    daily = model.m3_h * HOURS * model.factor
    nodes = [*model.nodes, *model.more_nodes]
    elevations = [model.nodes[node] for node in nodes]
    return _layer(
        model,
        "nodes",
        [_point(model, node) for node in nodes],
        id=nodes,
        elevation_m=(None if metres is None else metres * foot for metres in elevations),
        demand_m3_d=(
            model.demands[node] * daily if node in model.demands else None for node in nodes
        ),
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
        head_m=(
            model.heads[node] * model.metres if node in model.heads else None
            for node in model.sources
        ),
    )
