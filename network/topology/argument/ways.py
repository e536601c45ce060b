"""Ways of water by the assets' ids: from a source, over pipes and valves, to where it ends.

A way is first known by segments: which valves it passes, and which pipes lie between two of
them, in no order. With the rows of those pipes `spelling` puts them in the order in which water
runs through them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.topology.argument.scene import Scene, Trail, pipes_in

SHOWN = 6  # pipes of one stretch that are named before the rest is counted


@dataclass(frozen=True)
class Step:
    """A valve on the way, or a stretch of pipes between two valves.

    `count` is how many pipes the stretch has; `ids` names some when it has many. Where its pipes
    are in order, `left_out` are the others, which stand in the middle of `ids`.
    """

    kind: str  # "valve" or "pipes"
    ids: tuple[str, ...]
    count: int = 1
    left_out: tuple[str, ...] = ()

    @property
    def all_ids(self) -> tuple[str, ...]:
        """All that are known of the stretch, in order where it is."""
        if not self.left_out:
            return self.ids
        half = len(self.ids) // 2
        return self.ids[:half] + self.left_out + self.ids[half:]


@dataclass(frozen=True)
class Way:
    """From a source to the burst, or to a customer. `in_order`: pipes stand as water runs."""

    source: str
    steps: tuple[Step, ...]
    in_order: bool = False

    @property
    def valves(self) -> tuple[str, ...]:
        """The valves on the way, from the source."""
        return tuple(step.ids[0] for step in self.steps if step.kind == "valve")


@dataclass(frozen=True)
class Route:
    """A way before it has names: where it starts and ends, while the border is shut.

    `opened` is the one valve that counts as open all the same, -1 for none.
    """

    source: int
    trail: Trail
    opened: int = -1
    customer: int = -1  # where it ends; -1 for the burst


def by_segments(scene: Scene, routes: Sequence[Route]) -> list[Way]:
    """The ways of `routes`, the pipes of each stretch in no order."""
    stretches: dict[int, Step | None] = {}  # many ways share their first segments
    return [_by_segments(scene, route, stretches) for route in routes]


def _by_segments(scene: Scene, route: Route, stretches: dict[int, Step | None]) -> Way:
    topology, steps = scene.topology, []
    for nth, segment in enumerate(route.trail.segments):
        if nth and (valve := route.trail.valves[nth - 1]) >= 0:
            steps.append(Step("valve", topology.names("valve", [valve])))
        if segment not in stretches:
            stretches[segment] = _stretch(scene, segment)
        stretch = stretches[segment]
        if stretch is not None:
            steps.append(stretch)
    return Way(topology.names("source", [route.source])[0], tuple(once(steps)))


def _stretch(scene: Scene, segment: int) -> Step | None:
    """The pipes of a segment; None for a junction or gap without any."""
    pipes = pipes_in(scene.topology, [segment])
    if not len(pipes):
        return None
    return Step("pipes", scene.topology.names("pipe", pipes[:SHOWN]), len(pipes))


def once(steps: Iterable[Step]) -> list[Step]:
    """A valve that stands at a junction is passed on both sides of it, and named once."""
    kept: list[Step] = []
    for step in steps:
        if not kept or step != kept[-1] or step.kind != "valve":
            kept.append(step)
    return kept
