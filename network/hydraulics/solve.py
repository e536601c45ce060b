"""Solve a model with EPANET and see whether the answer balances before anybody reads it."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from network.hydraulics.facts import Assumptions, Floats, NotGradable, Obstacle
from network.hydraulics.inp import FOOT_M, GPM_M3_H, write_inp
from network.hydraulics.model import Model

LONGEST_S: Final = 180.0
LOOK_EVERY_S: Final = 2.0
NOT_HERE, REFUSED = 3, 4
# What may be missing at a junction: a thousandth of all that flows, or what a tap drips.
LOST_SHARE, LOST_M3_H = 0.001, 0.05
# And along a pipe, between heads and formula.
LOST_SHARE_M, LOST_M = 0.01, 0.1
HAZEN_WILLIAMS, SECONDS = 10.667, 3600.0  # of flows in m3/s
WEIGHT_KN, POWER_SHARE = 9.81, 0.02  # of a m3 of water; what a pump's power may be off
# EPANET's warnings: 1 unbalanced, 2 unstable, 3 disconnected. 4 to 6 are states that pumps, valves
# and taps may well be in.
UNSOUND: Final = frozenset({1, 2, 3})
Tick = Callable[[], None]


@dataclass(frozen=True, eq=False)
class Solution:
    """Heads of the model's nodes in m, and how well they balance.

    `gap_m3_h` is the worst at a junction of what flows in less what flows out and is drawn,
    `gap_m` the worst along a pipe of heads against the formula.
    """

    head_m: Floats
    version: str
    gap_m3_h: float
    gap_m: float
    drawn_m3_h: float


def solve(model: Model, assumed: Assumptions, *, run: str, tick: Tick | None = None) -> Solution:
    """Solve `model`; `run` names it in a refusal, `tick` is called every few seconds.

    Raises NotGradable: not_balanced, engine_failed, engine_missing.
    """
    with tempfile.TemporaryDirectory(prefix="pressure-") as folder:
        inp, out = Path(folder) / "model.inp", Path(folder) / "found.npz"
        inp.write_text(write_inp(model, assumed), encoding="ascii")
        _run(inp, out, tick)
        with np.load(out) as found:
            return _checked(model, {name: found[name] for name in found.files}, run)


def _run(inp: Path, out: Path, tick: Tick | None) -> None:
    command = [sys.executable, "-m", "network.hydraulics.engine", str(inp), str(out)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as engine:
        try:
            _wait(engine, tick)
        finally:
            engine.kill()  # nothing, where it has ended
        said = engine.stderr.read().decode(errors="replace").strip() if engine.stderr else ""
    if engine.returncode == NOT_HERE:
        raise NotGradable(Obstacle.ENGINE_MISSING)
    if engine.returncode != 0 or not out.exists():
        raise NotGradable(Obstacle.ENGINE_FAILED, exit=engine.returncode, said=said[-200:])


def _wait(engine: subprocess.Popen[bytes], tick: Tick | None) -> None:
    latest = time.monotonic() + LONGEST_S
    while True:
        try:
            engine.wait(timeout=LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            if time.monotonic() > latest:
                raise NotGradable(
                    Obstacle.ENGINE_FAILED, exit="timeout", seconds=LONGEST_S
                ) from None
            if tick is not None:
                tick()
        else:
            return


def _checked(model: Model, found: dict[str, Any], run: str) -> Solution:
    """Refuse what does not balance: by EPANET's own word, and counted again by ours."""
    head = _by_node(model, found["head"]) * FOOT_M
    flow = found["flow"] * GPM_M3_H
    drawn = found["demand"][: model.junction_count] * GPM_M3_H
    gap, gap_m = _flow_gap(model, flow, drawn), _head_gap(model, flow, head)
    total = float(drawn.sum())
    warning = int(found["warning"])
    sound = warning not in UNSOUND and gap <= max(LOST_M3_H, LOST_SHARE * total)
    sound = sound and _pumps_fit(model, flow, head)
    if not (sound and gap_m <= LOST_M):  # not the other way round: NaN is no balance
        raise NotGradable(Obstacle.NOT_BALANCED, run=run, warning=warning)
    return Solution(head, str(found["version"]), gap, gap_m, total)


def _stubs(model: Model) -> int:
    return sum(device.kind != "pump" for device in model.devices)


def _by_node(model: Model, values: Floats) -> Floats:
    """EPANET's column without the stubs' nodes, which stand between junctions and reservoirs."""
    count = model.junction_count
    return np.concatenate([values[:count], values[count + 2 * _stubs(model) :]])


def _flow_gap(model: Model, flow: Floats, drawn: Floats) -> float:
    """The worst at a junction of what flows in less what flows out and is drawn, m3/h."""
    valves = [device for device in model.devices if device.kind != "pump"]
    pumps = [device for device in model.devices if device.kind == "pump"]
    count, pipes = len(model.elevation_m), len(model.pipe_part)
    stubs = flow[pipes : pipes + 2 * len(valves)]
    pumped = flow[pipes + 2 * len(valves) : pipes + 2 * len(valves) + len(pumps)]
    left = np.zeros(count)
    np.add.at(left, model.pipe_end, flow[:pipes])
    np.subtract.at(left, model.pipe_start, flow[:pipes])
    for valve, out, back in zip(valves, stubs[::2], stubs[1::2], strict=True):
        left[valve.start] -= out
        left[valve.end] += back
    for pump, lifted in zip(pumps, pumped, strict=True):
        left[pump.start] -= lifted
        left[pump.end] += lifted
    gaps = np.abs(left[: len(drawn)] - drawn)
    return float(gaps.max()) if len(gaps) else 0.0


def _pumps_fit(model: Model, flow: Floats, head: Floats) -> bool:
    """Whether pumps of constant power put in what they have: the one rating read from a number."""
    pumps = [device for device in model.devices if device.kind == "pump"]
    first = len(model.pipe_part) + 2 * _stubs(model)
    for pump, through in zip(pumps, flow[first : first + len(pumps)].tolist(), strict=True):
        if isinstance(pump.rating, list) or through <= LOST_M3_H:
            continue
        lift = float(head[pump.end] - head[pump.start])
        if abs(WEIGHT_KN * through / SECONDS * lift / pump.rating - 1) > POWER_SHARE:
            return False
    return True


def _head_gap(model: Model, flow: Floats, head: Floats) -> float:
    """The worst along a pipe between the fall of the heads and Hazen-Williams, m.

    Where the fall is long the formula's own rounding counts: a hundredth of it is free.
    """
    through = flow[: len(model.pipe_part)] / SECONDS
    open_ = ~model.pipe_one_way | (through > 0)
    resistance = (
        HAZEN_WILLIAMS
        * model.pipe_length_m
        / (model.pipe_roughness**1.852 * (model.pipe_diameter_mm / 1000) ** 4.871)
    )
    lost = resistance * np.sign(through) * np.abs(through) ** 1.852
    fall = head[model.pipe_start] - head[model.pipe_end]
    gaps = (np.abs(fall - lost) - LOST_SHARE_M * np.abs(fall))[open_]
    return max(0.0, float(gaps.max())) if len(gaps) else 0.0
