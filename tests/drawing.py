"""Networks drawn in tests: the picture is the input, so it cannot lie.

A drawing is lines of junctions and links, separated by blanks::

    (S) -p1- a -p2-V1| b -p3/V2/- [V3] -p4> c

    a        a junction                (S)      a junction with an active source S
    [V]      a junction that is a valve
    -p-      a pipe                    -p>  <p- a one-way pipe
    |V-p-    a valve at the left end   -p-V|    a valve at the right end
    -p/V/-   a valve in the middle     V! V?    closed; stuck (inoperable)

Every pipe has a customer `c.<pipe>` of one person and every junction a hydrant `h.<junction>`.
"""

import re
from dataclasses import dataclass, field

from network.topology.elements import (
    Customers,
    NetworkTables,
    Pipes,
    Points,
    Sources,
    Splits,
    Valves,
)

LINK = re.compile(
    r"^(?:\|(?P<left_valve>\w+[!?]?))?(?P<left>[-<])(?P<pipe>\w+)"
    r"(?:/(?P<middle_valve>\w+[!?]?)/)?(?P<right>[->])(?:(?P<right_valve>\w+[!?]?)\|)?$"
)
NODE = re.compile(r"^(?P<open>[(\[]?)(?P<name>\w+)(?P<mark>[!?]?)[)\]]?$")


@dataclass
class Sketch:
    """Columns under construction; `tables` freezes them."""

    junctions: list[str] = field(default_factory=list)
    pipes: list[tuple[str, str, str, bool]] = field(default_factory=list)
    splits: list[tuple[str, str, float]] = field(default_factory=list)
    valves: list[tuple[str, str, str, float, bool, str, bool, bool]] = field(default_factory=list)
    sources: list[tuple[str, str, tuple[str, ...], bool]] = field(default_factory=list)

    def junction(self, name: str) -> str:
        if name not in self.junctions:
            self.junctions.append(name)
        return name

    def pipe(self, name: str, start: str, end: str, *, one_way: bool = False) -> None:
        self.pipes.append((name, self.junction(start), self.junction(end), one_way))

    def valve(
        self,
        name: str,
        *,
        junction: str = "",
        pipe: str = "",
        fraction: float = float("nan"),
        isolates: bool = True,
        flow_to: str = "",
        closed: bool = False,
        operable: bool = True,
    ) -> None:
        self.valves.append((name, junction, pipe, fraction, isolates, flow_to, closed, operable))

    def source(
        self, name: str, junction: str, *, inlets: tuple[str, ...] = (), active: bool = True
    ) -> None:
        self.sources.append((name, self.junction(junction), inlets, active))

    def split(self, pipe: str, junction: str, fraction: float) -> None:
        self.splits.append((pipe, self.junction(junction), fraction))

    def tables(self) -> NetworkTables:
        pipe_ids = [row[0] for row in self.pipes]
        nowhere = [""] * len(self.junctions)
        unknown = [float("nan")] * len(self.junctions)
        hydrants = Points([f"h.{j}" for j in self.junctions], self.junctions, nowhere, unknown)
        customers = Customers(
            [f"c.{each}" for each in pipe_ids],
            [""] * len(pipe_ids),
            pipe_ids,
            [0.25] * len(pipe_ids),
            [1] * len(pipe_ids),
        )
        return NetworkTables(
            junctions=self.junctions,
            pipes=Pipes(*_columns(self.pipes, 4)),
            splits=Splits(*_columns(self.splits, 3)),
            valves=Valves(*_columns(self.valves, 8)),
            sources=Sources(*_columns(self.sources, 4)),
            hydrants=hydrants,
            customers=customers,
        )


def _columns(rows: list[tuple], width: int) -> list[list]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def sketch(drawing: str) -> Sketch:
    """Read a drawing. Raises ValueError naming the word that it cannot read."""
    drawn = Sketch()
    for line in drawing.strip().splitlines():
        words = line.split()
        nodes = [_node(drawn, word) for word in words[::2]]
        for nth, word in enumerate(words[1::2]):
            _link(drawn, word, nodes[nth], nodes[nth + 1])
    return drawn


def draw(drawing: str) -> NetworkTables:
    return sketch(drawing).tables()


def _node(drawn: Sketch, word: str) -> str:
    match = NODE.match(word)
    if not match:
        raise ValueError(f"not a junction: {word!r}")
    name, mark, known = match["name"], match["mark"], match["name"] in drawn.junctions
    drawn.junction(name)
    if match["open"] == "(" and not known:
        drawn.source(name, name)
    if match["open"] == "[" and not known:
        drawn.valve(name, junction=name, closed=mark == "!", operable=mark != "?")
    return name


def _link(drawn: Sketch, word: str, left: str, right: str) -> None:
    match = LINK.match(word)
    if not match:
        raise ValueError(f"not a link: {word!r}")
    pipe, backwards = match["pipe"], match["left"] == "<"
    start, end = (right, left) if backwards else (left, right)
    drawn.pipe(pipe, start, end, one_way=backwards or match["right"] == ">")
    for valve, junction in ((match["left_valve"], left), (match["right_valve"], right)):
        if valve:
            drawn.valve(
                valve.rstrip("!?"),
                junction=junction,
                pipe=pipe,
                closed=valve.endswith("!"),
                operable=not valve.endswith("?"),
            )
    if middle := match["middle_valve"]:
        drawn.valve(
            middle.rstrip("!?"),
            pipe=pipe,
            fraction=0.5,
            closed=middle.endswith("!"),
            operable=not middle.endswith("?"),
        )
