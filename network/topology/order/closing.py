"""The order of the closing: what stops most water, then the shortest way, then is it dry.

RULE 1  Mains from LARGE_MM up come first, the largest of them first: each carries most of what is
        still running out.
RULE 2  The others come in the order of the shortest way, but a valve of the smallest bore is the
        last of all: whichever is shut last is shut against the whole pressure.
RULE 3  Then a washout or hydrant of the zone is opened, the lowest of which the height is known,
        else the nearest to the burst: the flow falls off, or a valve passes water.
RULE 4  Normally closed valves are opened last, when every other valve is shut.
"""

from collections.abc import Collection, Mapping, Sequence

from network.topology.order.routes import Places, shortest
from network.topology.order.steps import Action, Reason, Step
from network.topology.order.zone import Outlet, Zone

LARGE_MM = 300.0
UNKNOWN_MM = 200.0  # a valve of which the bore is not recorded


def closing(
    zone: Zone, valves: Collection[str], *, feed: Collection[str] = (), done: Sequence[str] = ()
) -> tuple[Step, ...]:
    """The steps that shut `valves`, drain the zone and open `feed`; `done` are shut already.

    What is done comes first, as it was done, without reasons.
    """
    shut = [valve for valve in done if valve in valves]
    left = sorted(set(valves).difference(shut))
    before = [Step(Action.CLOSE, valve) for valve in shut]
    steps = [*before, *_closed(zone, left, begins=not shut, after=shut[-1] if shut else "")]
    if valves and (drain := drain_point(zone)):
        steps.append(drain)
    steps += [Step(Action.FEED, valve, (Reason("feeds_last"),)) for valve in sorted(feed)]
    return with_legs(zone, steps)


def ranks(bores: Sequence[float]) -> list[int]:
    """RULE 1: large mains by bore, the largest first; all others after them, alike."""
    large = sorted({bore for bore in bores if bore >= LARGE_MM}, reverse=True)
    return [large.index(bore) if bore >= LARGE_MM else len(large) for bore in bores]


def _closed(zone: Zone, valves: Sequence[str], *, begins: bool, after: str) -> list[Step]:
    bores = [zone.bore_mm(valve) or UNKNOWN_MM for valve in valves]
    smallest = min(bores, default=0.0)
    metres = zone.metres([*valves, *([after] if after else [])])
    places = Places(
        metres=[row[: len(valves)] for row in metres[: len(valves)]],
        ranks=ranks(bores),
        last=frozenset(n for n, bore in enumerate(bores) if bore == smallest),
        start=metres[-1][: len(valves)] if after else (),
    )
    order = shortest(places)
    steps = []
    for nth, place in enumerate(order):
        bore, rest = bores[place], [bores[other] for other in order[nth + 1 :]]
        steps.append(
            Step(
                Action.CLOSE,
                valves[place],
                _why_now(bore, rest, all_bores=bores, is_first=begins and not nth),
            )
        )
    return steps


def _why_now(
    bore: float, rest: Sequence[float], *, all_bores: Sequence[float], is_first: bool
) -> tuple[Reason, ...]:
    if len(all_bores) == 1:
        return (Reason("only_valve"),)
    if bore >= LARGE_MM and any(bore > other for other in rest):
        return (Reason("large_main_first", {"bore_mm": bore}),)
    if not rest and any(bore < other for other in all_bores):
        return (Reason("smallest_last", {"bore_mm": bore}),)
    return (Reason("way_begins"),) if is_first else (Reason("on_the_way"),)


def drain_point(zone: Zone) -> Step | None:
    """RULE 3: where to see that the zone is dry; None where nothing can be opened."""
    outlets = [each for each in zone.outlets if each.kind != "air"]
    if not outlets:
        return None
    from_burst = zone.metres_from_burst()
    measured = [each for each in outlets if each.height_m is not None]
    if measured:
        found = min(measured, key=lambda each: _by_height(zone, each, from_burst))
        reason = Reason("lowest", {"height_m": round(found.height_m or 0.0, 1)})
    else:
        found = min(outlets, key=lambda each: _by_way(zone, each, from_burst))
        reason = Reason("nearest_burst")
    return Step(Action.DRAIN, found.asset, (Reason("is_it_dry"), reason), kind=found.kind)


def _by_height(
    zone: Zone, outlet: Outlet, ways: Mapping[tuple[str, str], float]
) -> tuple[float, bool, float, str]:
    return (outlet.height_m or 0.0, *_by_way(zone, outlet, ways))


def _by_way(
    zone: Zone, outlet: Outlet, ways: Mapping[tuple[str, str], float]
) -> tuple[bool, float, str]:
    """Washouts before hydrants: they are made for it."""
    metres = ways.get(zone.spot(outlet.asset), float("inf"))
    return outlet.kind != "washout", metres, outlet.asset


def with_legs(zone: Zone, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with the way from the one before, where it is known."""
    told = []
    for nth, step in enumerate(steps):
        leg = None
        if nth:
            leg = zone.leg_m(steps[nth - 1].asset, step.asset)
        told.append(Step(step.action, step.asset, step.reasons, step.kind, leg, step.slow))
    return tuple(told)
