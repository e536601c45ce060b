"""The answer as JSON, in the shape that scripts rely on; see docs/isolate.md."""

from collections.abc import Callable
from typing import Any

from network.topology.isolation import Caution, Isolation

WARNINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "source_in_zone": lambda facts: (
        f"Valves alone cannot stop this. Shut the source first: {', '.join(facts['sources'])}."
    ),
    "burst_side_unknown": lambda facts: (
        f"Valves divide pipe {facts['pipe']}; the burst is taken to be on every part of it. "
        "Give a point to be exact."
    ),
    "dry_before": lambda _: "No water reached this place before the burst.",
    "inoperable_valves": lambda facts: (
        f"Water passes valves that cannot be closed: {', '.join(facts['valves'])}."
    ),
    "snapped": lambda facts: (
        f"The point lies {facts['distance_m']:.1f} m from pipe {facts['pipe']}."
    ),
    "closing_ignored": lambda facts: (
        f"Not isolating valves, closing them cuts nothing: {', '.join(facts['valves'])}."
    ),
}


def as_json(case_id: object, isolation: Isolation, *extra: Caution) -> dict[str, Any]:
    """The JSON object of one case: ids, lists, counts and warnings with their text."""
    pipes = [burst.pipe for burst in isolation.bursts]
    return {
        "id": case_id,
        "pipe": pipes[0] if len(pipes) == 1 else pipes,
        "isolatable": isolation.is_isolatable,
        "segment_pipes": list(isolation.zone_pipes),
        "boundary_valves": list(isolation.boundary_valves),
        "valves_to_close": list(isolation.valves_to_close),
        "valves_already_closed": list(isolation.valves_already_closed),
        "sources_to_shut": list(isolation.sources_to_shut),
        "pipes_dry": list(isolation.pipes_dry),
        "customers_isolated": list(isolation.customers_isolated),
        "customers_unintended": list(isolation.customers_unintended),
        "customers_already_dry": list(isolation.customers_already_dry),
        "hydrants_dry": list(isolation.hydrants_dry),
        "customers": isolation.customers,
        "persons": isolation.persons,
        "warnings": [_warning(each) for each in (*isolation.warnings, *extra)],
    }


def _warning(warning: Caution) -> dict[str, str]:
    return {"code": warning.code, "text": WARNINGS[warning.code](warning.facts)}
