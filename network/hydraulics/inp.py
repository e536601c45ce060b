"""Write a model as an EPANET input file: Hazen-Williams, pressure-driven demand.

In US units, whatever the country: EPANET 2.3.6 converts the kW of a pump of constant power twice,
and lifts a third too much. Horsepower it leaves alone.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from network.hydraulics.facts import Assumptions
from network.hydraulics.model import FAR_DOWN_M, Link, Model

# EPANET lets no control valve touch a reservoir or another valve: a short pipe on both sides.
STUB_M: Final = 0.5
STUB_ROUGHNESS: Final = 140
# One of each in our units, as EPANET has them.
FOOT_M: Final = 0.3048
INCH_MM: Final = 25.4
GPM_M3_H: Final = 0.2271247
PSI_M: Final = FOOT_M / 0.4333
HORSEPOWER_KW: Final = 0.7457
ACCURACY: Final = 0.0001  # of the flows, relative
HEAD_ERROR_M: Final = 0.001


def write_inp(model: Model, assumed: Assumptions) -> str:
    """The text of the file. Nodes are `n0`, `n1` …, in the model's order, reservoirs last.

    Stubs of control valves have nodes of their own, `s…`, after the other junctions.
    """
    return "\n".join(_lines(model, assumed)) + "\n"


def _lines(model: Model, assumed: Assumptions) -> Iterator[str]:
    valves = [device for device in model.devices if device.kind != "pump"]
    pumps = [device for device in model.devices if device.kind == "pump"]
    known = np.where(np.isnan(model.elevation_m), FAR_DOWN_M, model.elevation_m)
    elevation, demand = (known / FOOT_M).tolist(), (model.demand_m3_h / GPM_M3_H).tolist()
    yield "[JUNCTIONS]"
    for n in range(model.junction_count):
        yield f"n{n} {elevation[n]:.4f} {demand[n]:.6f}"
    for k, valve in enumerate(valves):
        yield f"s{k}a {elevation[valve.start]:.4f} 0"
        yield f"s{k}b {elevation[valve.end]:.4f} 0"
    yield "[RESERVOIRS]"
    for n in range(model.junction_count, len(elevation)):
        yield f"n{n} {elevation[n]:.4f}"
    yield "[PIPES]"
    yield from _pipes(model)
    for k, valve in enumerate(valves):
        bore = valve.diameter_mm / INCH_MM
        stub = f"{STUB_M / FOOT_M:.4f} {bore:.4f} {STUB_ROUGHNESS} 0 Open"
        yield f"s{k}u n{valve.start} s{k}a {stub}"
        yield f"s{k}d s{k}b n{valve.end} {stub}"
    yield "[PUMPS]"
    yield from (_pump(k, pump) for k, pump in enumerate(pumps))
    yield "[CURVES]"
    for k, pump in enumerate(pumps):
        if isinstance(pump.rating, list):
            yield from (
                f"c{k} {flow / GPM_M3_H:.6g} {head / FOOT_M:.6g}" for flow, head in pump.rating
            )
    yield "[VALVES]"
    for k, valve in enumerate(valves):
        bore = valve.diameter_mm / INCH_MM
        yield f"v{k} s{k}a s{k}b {bore:.4f} {valve.kind.upper()} {_setting(valve):.6g} 0"
    yield from _options(assumed)


def _pipes(model: Model) -> Iterator[str]:
    columns = (
        model.pipe_start,
        model.pipe_end,
        model.pipe_length_m / FOOT_M,
        model.pipe_diameter_mm / INCH_MM,
        model.pipe_roughness,
        model.pipe_one_way,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for k, (start, end, length, diameter, roughness, one_way) in enumerate(rows):
        status = "CV" if one_way else "Open"
        yield f"p{k} n{start} n{end} {length:.5g} {diameter:.5g} {roughness:.4f} 0 {status}"


def _setting(valve: Link) -> float:
    assert isinstance(valve.rating, float)
    if valve.kind in ("prv", "psv"):
        return valve.rating / PSI_M
    return valve.rating / GPM_M3_H if valve.kind == "fcv" else valve.rating


def _pump(k: int, pump: Link) -> str:
    if isinstance(pump.rating, list):
        return f"u{k} n{pump.start} n{pump.end} HEAD c{k}"
    return f"u{k} n{pump.start} n{pump.end} POWER {pump.rating / HORSEPOWER_KW:.6g}"


def _options(assumed: Assumptions) -> Iterator[str]:
    yield "[OPTIONS]"
    yield "UNITS GPM"
    yield "HEADLOSS H-W"
    yield f"TRIALS {assumed.trials}"
    yield f"ACCURACY {ACCURACY}"
    yield f"HEADERROR {HEAD_ERROR_M / FOOT_M:.5f}"
    yield "UNBALANCED STOP"
    yield "QUALITY NONE"
    if assumed.full_supply_m > 0:
        yield "DEMAND MODEL PDA"
        yield "MINIMUM PRESSURE 0"
        yield f"REQUIRED PRESSURE {assumed.full_supply_m / PSI_M:.5f}"
        yield "PRESSURE EXPONENT 0.5"
    yield "[TIMES]"
    yield "DURATION 0"
    yield "[REPORT]"
    yield "STATUS NO"
    yield "MESSAGES NO"
    yield "[END]"
