"""The key `pressure` of an answer as JSON, in the shape that scripts rely on; docs/pressure.md."""

from collections.abc import Callable
from typing import Any

from network.hydraulics.facts import NotGradable, Obstacle, Told
from network.hydraulics.grades import Weak
from network.hydraulics.pressure import Pressures

Facts = dict[str, Any]
REFUSALS: dict[Obstacle, Callable[[Facts], str]] = {
    Obstacle.NO_ELEVATIONS: lambda _: "No node has a height: import nodes with elevation_m.",
    Obstacle.NO_HEADS: lambda facts: (
        f"No head is known for {', '.join(facts['sources'])}: import sources with head_m."
    ),
    Obstacle.NO_SUPPLY: lambda _: "Nothing keeps water.",
    Obstacle.NOT_BALANCED: lambda facts: (
        f"The network {facts['run']} the closing does not balance: no pressure is said."
    ),
    Obstacle.ENGINE_FAILED: lambda _: "EPANET refused the network or took too long.",
    Obstacle.ENGINE_MISSING: lambda _: "EPANET is not installed: install epanet-plus.",
}
TOLD: dict[str, Callable[[Facts], str]] = {
    "demands_of_junctions": lambda _: "Demands are those of the nodes.",
    "elevations_filled": lambda facts: (
        f"{facts['count']} nodes have no height: their neighbours' mean stands in."
    ),
    "elevations_missing": lambda facts: (
        f"{facts['count']} nodes have no height, nor have their neighbours: not graded there."
    ),
    "diameters_missing": lambda facts: (
        f"{facts['count']} pipes have no bore: DN{facts['mm']:g} stands in."
    ),
    "devices_unrated": lambda facts: (
        "Without a rating, so what is fed through them alone is not graded: "
        f"{', '.join(facts['devices'])}."
    ),
}


def pressures_as_json(found: Pressures) -> Facts:
    """Counts by grade, weak customers and pipes, and what the figures rest on."""
    return {
        "balanced": True,
        "engine": found.version,
        "counts": found.graded.counts(),
        "customers": [_weak(each) for each in found.graded.customers],
        "pipes": [_weak(each) for each in found.graded.pipes],
        "warnings": [_told(each) for each in found.told],
    }


def refusal_as_json(refused: NotGradable) -> Facts:
    """Why no pressure is said. No grades, and no counts to mistake for some."""
    facts = dict(refused.facts)
    return {
        "balanced": False,
        "error": {"code": str(refused.code), "text": REFUSALS[refused.code](facts)},
    }


def _weak(weak: Weak) -> Facts:
    return {
        "id": weak.asset,
        "before_m": None if weak.before_m is None else round(weak.before_m, 2),
        "after_m": round(weak.after_m, 2),
        "grade": str(weak.grade),
        "new": weak.is_new,
    }


def _told(told: Told) -> dict[str, str]:
    return {"code": told.code, "text": TOLD[told.code](told.facts)}
