"""The order of the reopening: fill slowly by one valve, let air out, flush, then the rest.

RULE 1  The zone is filled by one valve: of those from which water reaches all of it, a one-way
        device never passed against its flow, one of the smallest bore, of these the lowest.
        Where none reaches all, the one that reaches most comes first, and so on for the rest.
RULE 2  Before a part is filled, an outlet of that part is opened, for air to leave: the highest of
        which the height is known, else the farthest from the valve, which water reaches last.
        A part without outlets is filled all the same, and said to have none. Where other summits
        of the part stand out of it, an outlet at each, MOST_SUMMITS at most: their air stays.
RULE 3  A large main is not flushed by a much smaller valve: where the filling valve is smaller than
        the largest main of the zone, the largest valve is opened next.
RULE 4  While the other valves are shut, outlets are flushed until clear, the nearest to the filling
        valve first, so that clean water follows: the first one beyond the repair, and one at every
        dead end; without a dead end the farthest.
RULE 5  Then the other valves, in the order of the shortest way from there.
RULE 5a What lost water outside the zone is empty as well (`pockets`): of the largest, MOST_POCKETS
        at most, an outlet is opened before the valve by which they fill. Those that fill through
        the zone get its dirty water, so the farthest outlet of each is flushed after the zone's.
RULE 6  What was opened to feed those cut off is closed again last: they have their own way by then.
RULE 7  What was shut before the burst stays shut: `leave_shut` names it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from network.topology.order.closing import UNKNOWN_MM, with_legs
from network.topology.order.pockets import Pocket, pockets
from network.topology.order.routes import Places, shortest
from network.topology.order.steps import Action, Reason, Step
from network.topology.order.summits import summits
from network.topology.order.zone import Outlet, Zone
from network.topology.reference import Vertex

MOST_FLUSHED = 4
MOST_SUMMITS = 3
MOST_POCKETS = 3


@dataclass(frozen=True)
class ReopeningOrder:
    """The steps, and the valves that nobody opens."""

    steps: tuple[Step, ...]
    leave_shut: tuple[str, ...]


def reopening(
    zone: Zone,
    turned: Collection[str],
    *,
    supplied: Collection[str] = (),
    feed: Collection[str] = (),
    held: Collection[str] = (),
    dry: Collection[str] = (),
) -> ReopeningOrder:
    """Open the `turned` valves, and close `feed` again.

    `supplied` are those with water on their outer side (default: all); `held` are needed shut by
    somebody else, so nothing is filled by them; `dry` are the pipes that lost water, in the zone
    and outside it.
    """
    free = sorted(set(turned).difference(held))
    wet = [valve for valve in free if not supplied or valve in supplied]
    steps: list[Step] = []
    fills = [*_fillings(zone, wet or free)]
    for valve, part in fills:
        steps += _filled(zone, valve, part, fills)
    opened = [valve for valve, _ in fills]
    if fills and (large := _enough_to_flush(zone, opened, wet)):
        steps.append(large)
        opened.append(large.asset)
    if fills:
        steps += _flushed(zone, fills)
    rest = sorted(set(turned).difference(opened))
    steps += _opened(zone, rest, after=steps[-1].asset if steps else "")
    if dry:
        steps = _with_pockets(zone, steps, fills, pockets(zone, dry)[:MOST_POCKETS])
    steps += [Step(Action.SHUT, valve, (Reason("normally_closed"),)) for valve in sorted(feed)]
    leave = zone.shut.difference(turned).difference(feed)
    return ReopeningOrder(with_legs(zone, steps), tuple(sorted(leave)))


def _fillings(zone: Zone, valves: Sequence[str]) -> Iterator[tuple[str, frozenset[Vertex]]]:
    """RULE 1: the valves to fill by, each with what it fills that was empty."""
    filled: frozenset[Vertex] = frozenset()
    left = list(valves)
    while left:
        gains = {valve: zone.filled_from([valve]) - filled for valve in left}
        valve = min(left, key=lambda each: (-_pipes_in(gains[each]), *_gentle(zone, each)))
        if filled and not _pipes_in(gains[valve]):
            return
        yield valve, gains[valve]
        filled |= gains[valve]
        left.remove(valve)
        if zone.inside <= filled:
            return


def _pipes_in(part: Collection[Vertex]) -> int:
    return sum(vertex[0] == "part" for vertex in part)


def _gentle(zone: Zone, valve: str) -> tuple[float, float, str]:
    """The smallest bore first, then the lowest, then by id."""
    height = zone.height_m(valve)
    return zone.bore_mm(valve) or UNKNOWN_MM, float("inf") if height is None else height, valve


def _filled(
    zone: Zone,
    valve: str,
    part: frozenset[Vertex],
    fills: Sequence[tuple[str, frozenset[Vertex]]],
) -> Iterator[Step]:
    """RULE 2: an outlet for the air, then the valve, slowly."""
    why = [Reason("fill_slowly")]
    if len(fills) > 1:
        why.append(Reason("fills_a_part", {"n": len(fills)}))
    elif zone.inside <= part:
        why.append(_why_gentle(zone, valve))
    vent = _vent(zone, valve, part)
    if vent is None:
        why.append(Reason("no_outlet"))
    else:
        yield vent
        yield from _at_summits(zone, part, besides=vent.asset)
    yield Step(Action.OPEN, valve, tuple(why), slow=True)


def _why_gentle(zone: Zone, valve: str) -> Reason:
    bore = zone.bore_mm(valve)
    return Reason("smallest_bore", {"bore_mm": bore}) if bore else Reason("fills_all")


def _vent(zone: Zone, valve: str, part: frozenset[Vertex]) -> Step | None:
    outlets = [each for each in zone.outlets_in(part) if each.kind != "washout"]
    outlets = outlets or [*zone.outlets_in(part)]
    if not outlets:
        return None
    ways = zone.metres_from(valve)
    measured = [each for each in outlets if each.height_m is not None]

    def away(each: Outlet) -> float:
        return ways.get(zone.spot(each.asset), 0.0)

    if measured:
        found = max(measured, key=lambda each: (each.height_m or 0.0, away(each), each.asset))
        reason = Reason("highest", {"height_m": round(found.height_m or 0.0, 1)})
    else:
        found = max(outlets, key=lambda each: (away(each), each.asset))
        reason = Reason("filled_last", {"valve": valve})
    return Step(Action.VENT, found.asset, (Reason("lets_air_out"), reason), kind=found.kind)


def _at_summits(zone: Zone, part: frozenset[Vertex], *, besides: str) -> list[Step]:
    """Outlets at the other summits, the highest first."""
    outlets = [each for each in zone.outlets_in(part) if each.kind != "washout"]
    found = [each for each in summits(zone, part, outlets) if each.outlet.asset != besides]
    found = sorted(found[:MOST_SUMMITS], key=lambda each: -(each.outlet.height_m or 0.0))
    return [
        Step(
            Action.VENT,
            each.outlet.asset,
            (
                Reason("lets_air_out"),
                Reason(
                    "summit",
                    {
                        "height_m": round(each.outlet.height_m or 0.0, 1),
                        "stands_out_m": round(each.stands_out_m, 1),
                    },
                ),
            ),
            kind=each.outlet.kind,
        )
        for each in found
    ]


def _enough_to_flush(zone: Zone, opened: Sequence[str], valves: Sequence[str]) -> Step | None:
    """RULE 3: the largest valve, where those open are small for the zone's mains."""
    open_mm = max(zone.bore_mm(valve) or UNKNOWN_MM for valve in opened)
    others = [valve for valve in valves if valve not in opened and zone.filled_from([valve])]
    largest = max(others, key=lambda each: zone.bore_mm(each) or UNKNOWN_MM, default=None)
    if largest is None or open_mm >= zone.largest_main_mm():
        return None
    bore = zone.bore_mm(largest) or UNKNOWN_MM
    if bore <= open_mm:
        return None
    facts = {"bore_mm": bore, "main_mm": zone.largest_main_mm()}
    return Step(Action.OPEN, largest, (Reason("enough_to_flush", facts),))


def _flushed(zone: Zone, fills: Sequence[tuple[str, frozenset[Vertex]]]) -> list[Step]:
    """RULE 4."""
    wet: frozenset[Vertex] = frozenset().union(*(part for _, part in fills))
    outlets = [each for each in zone.outlets if each.vertex in wet and each.kind != "air"]
    if not outlets:
        return []
    ways = zone.metres_from(fills[0][0])
    chosen: dict[str, list[Reason]] = {}
    beyond = _beyond_repair(zone, outlets, ways)
    chosen.setdefault(beyond.asset, []).append(Reason("beyond_repair"))
    for end in zone.dead_ends():
        near = _nearest(zone, outlets, end)
        if near is not None and (near.asset in chosen or len(chosen) < MOST_FLUSHED):
            why = chosen.setdefault(near.asset, [])
            if all(reason.code != "dead_end" for reason in why):
                why.append(Reason("dead_end", {"junction": end}))
    if len(chosen) == 1 and not any(r.code == "dead_end" for r in chosen[beyond.asset]):
        far = max(outlets, key=lambda each: (ways.get(zone.spot(each.asset), 0.0), each.asset))
        chosen.setdefault(far.asset, []).append(Reason("far_end"))
    kinds = {each.asset: each.kind for each in outlets}
    order = sorted(chosen, key=lambda each: (ways.get(zone.spot(each), float("inf")), each))
    return [
        Step(Action.FLUSH, asset, (Reason("until_clear"), *chosen[asset]), kind=kinds[asset])
        for asset in order
    ]


def _beyond_repair(
    zone: Zone, outlets: Sequence[Outlet], from_valve: dict[tuple[str, str], float]
) -> Outlet:
    """The nearest outlet to the repair that lies farther from the filling valve than it."""
    from_burst = zone.metres_from_burst()
    burst_m = min(
        (
            from_valve[("burst", str(n))]
            for n in range(len(zone.bursts))
            if ("burst", str(n)) in from_valve
        ),
        default=0.0,
    )

    def rank(each: Outlet) -> tuple[bool, float, str]:
        spot = zone.spot(each.asset)
        before = from_valve.get(spot, 0.0) < burst_m
        return before, from_burst.get(spot, float("inf")), each.asset

    return min(outlets, key=rank)


def _nearest(zone: Zone, outlets: Sequence[Outlet], junction: str) -> Outlet | None:
    ways = zone.metres_from_junction(junction)
    near = [each for each in outlets if zone.spot(each.asset) in ways]
    return min(near, key=lambda each: (ways[zone.spot(each.asset)], each.asset), default=None)


def _opened(zone: Zone, valves: Sequence[str], *, after: str) -> list[Step]:
    """RULE 5."""
    metres = zone.metres([*valves, *([after] if after else [])])
    places = Places(
        metres=[row[: len(valves)] for row in metres[: len(valves)]],
        ranks=[0] * len(valves),
        start=metres[-1][: len(valves)] if after else (),
    )
    return [Step(Action.OPEN, valves[n], (Reason("then_the_rest"),)) for n in shortest(places)]


# -- RULE 5a ----------------------------------------------------------------------


def _with_pockets(
    zone: Zone,
    steps: Sequence[Step],
    fills: Sequence[tuple[str, frozenset[Vertex]]],
    beside: Sequence[Pocket],
) -> list[Step]:
    """The steps with those at the outlets of pockets."""
    part_of, waiting, found = dict(fills), list(beside), list[Step]()
    through_zone: list[Pocket] = []
    last = max(
        (n for n, step in enumerate(steps) if step.slow or step.action == Action.FLUSH), default=-1
    )
    for nth, step in enumerate(steps):
        if step.action == Action.OPEN:
            part = part_of.get(step.asset, frozenset())
            filled = [
                each for each in waiting if each.fills_from & part or step.asset in each.behind
            ]
            for pocket in filled:
                waiting.remove(pocket)
                found += _vented(zone, step.asset, pocket)
            through_zone += [each for each in filled if each.fills_from & part]
        found.append(step)
        if nth == last:
            found += _flushed_after(zone, fills[0][0], through_zone)
    return found


def _vented(zone: Zone, valve: str, pocket: Pocket) -> Iterator[Step]:
    vent = _vent(zone, valve, pocket.vertices)
    if vent is None:
        return
    for step in (vent, *_at_summits(zone, pocket.vertices, besides=vent.asset)):
        yield replace(step, reasons=(*step.reasons, Reason("empty_too")))


def _flushed_after(zone: Zone, valve: str, beside: Sequence[Pocket]) -> Iterator[Step]:
    ways = zone.metres_from(valve)
    for pocket in beside:
        outlets = [each for each in zone.outlets_in(pocket.vertices) if each.kind != "air"]
        if outlets:
            far = max(outlets, key=lambda each: (ways.get(zone.spot(each.asset), 0.0), each.asset))
            yield Step(Action.FLUSH, far.asset, (Reason("zone_s_water"),), kind=far.kind)
