"""What hydraulics needs beyond the topology's tables, and what stands in where it is not known.

Columns have one entry a row of the table in `NetworkTables` that they belong to, in its order.
NaN is unknown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Hazen-Williams C of pipes some decades in the ground: our assumption, on the rough side of what
# design tables give for new ones, so that pressures come out low rather than high. Where the
# utility has measured, `pipes.roughness` says so.
ROUGHNESS: Final = {
    "ductile": 120.0,
    "iron": 100.0,
    "galvanized": 100.0,
    "steel": 120.0,
    "concrete": 120.0,
    "plastic": 140.0,
}
UNKNOWN_ROUGHNESS: Final = 110.0
# How the names of materials begin or what they hold, the first that fits.
_MATERIAL_WORDS: Final = {
    "ductile": r"球墨|\b(ductile|dci?p?\b|di\b)",
    "galvanized": r"镀锌|\bgalvani",
    "plastic": r"塑|玻璃钢|\b(u?pvc|m?[hml]?d?pe[\dr]*\b|poly|ppr?\b|abs\b|grp\b|plastic)",
    "concrete": r"混凝土|水泥|\b(pccp|concrete|cement|asbestos|ac\b)",
    "iron": r"铸铁|\b(cast|ci\b|iron|grey)",
    "steel": r"钢|\b(steel|st\b)",
}
UNKNOWN_DIAMETER_MM: Final = 100.0


@dataclass(frozen=True)
class PipeFacts:
    """Length in m, bore in mm, Hazen-Williams C; `settings` and `pump_curves` of devices.

    A setting is the head in m that a PRV or PSV keeps, the flow in m3/h of an FCV, the loss
    coefficient of a TCV. A pump's curve is `flow:head` pairs in m3/h and m (`0:40 100:32`), or
    `kw:N` for a pump of constant power.
    """

    lengths_m: Floats
    diameters_mm: Floats
    roughness: Floats
    kinds: Sequence[str]
    settings: Floats
    pump_curves: Sequence[str]


@dataclass(frozen=True)
class HydraulicFacts:
    """Everything a pressure is reckoned from besides the topology.

    Elevations and heads are metres above one datum, demands daily means in m3. Demands of
    junctions, where there are any, are a model's own and replace those of customers.
    """

    elevations_m: Floats
    junction_demands_m3_d: Floats
    pipes: PipeFacts
    source_heads_m: Floats
    customer_demands_m3_d: Floats


@dataclass(frozen=True)
class Assumptions:
    """What stands in for what is not recorded, and what counts as weak.

    `litres_per_person_day` and `peak_factor` make demands of persons: the hour that is graded is
    the peak hour, because who has enough then has enough. Below `full_supply_m` customers get
    less than they want (pressure-driven demand, square root); 0: everybody gets what he wants.
    EPANET gives up after `trials`.
    """

    litres_per_person_day: float = 180.0
    peak_factor: float = 1.5
    full_supply_m: float = 10.0
    trials: int = 400


@dataclass(frozen=True)
class Told:
    """Something that a person should know of an answer. `facts` fill the text."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


class Obstacle(StrEnum):
    """Why no pressure can be said."""

    NO_ELEVATIONS = "no_elevations"  # of no junction
    NO_HEADS = "no_heads"  # `sources`: active ones whose head is not known
    NO_SUPPLY = "no_supply"  # nothing is supplied any more
    NOT_BALANCED = "not_balanced"  # `run`: before or after; EPANET found no balance
    ENGINE_FAILED = "engine_failed"  # EPANET refused, broke off or took too long
    ENGINE_MISSING = "engine_missing"  # EPANET is not installed


class NotGradable(Exception):
    """No pressure can be said. `facts` fill the text."""

    def __init__(self, code: Obstacle, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code} {facts or ''}".strip())


def roughness_of(material: str) -> float:
    """Hazen-Williams C for a material as utilities write it."""
    for kind, words in _MATERIAL_WORDS.items():
        if re.search(words, material, re.IGNORECASE):
            return ROUGHNESS[kind]
    return UNKNOWN_ROUGHNESS


def pump_curve(text: str) -> list[tuple[float, float]] | float | None:
    """Points (m3/h, m) of a pump's curve by flow, or its power in kW; None where it says neither.

    Flows must rise and heads fall, or no pump works like that and None is the answer.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    try:
        if len(words) == 1 and words[0].lower().startswith("kw:"):
            power = float(words[0][3:])
            return power if power > 0 else None
        points = sorted((float(q), float(h)) for q, h in (word.split(":") for word in words))
    except ValueError:
        return None
    falls = all(q2 > q1 and h2 < h1 for (q1, h1), (q2, h2) in pairwise(points))
    sound = bool(points) and falls and points[0][1] > 0 and points[0][0] >= 0
    return points if sound and (len(points) > 1 or points[0][0] > 0) else None
