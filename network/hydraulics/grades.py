"""Who has enough, and who has less than before.

RULE 1  A pressure is the head over the ground at the place where a customer is connected, in m,
        between the heads at both ends of the stretch.
RULE 2  Under 7 m and under 10 m are weak; 10 m is what the ground floor needs.
RULE 3  Newly weak is who had 10 m before, has less now, and lost more than 0.1 m by it. Who was
        weak before is told apart and never counted as new, however much weaker it is now.
RULE 4  Nothing is said of who is cut off, nor of who had no water before.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from network.hydraulics.facts import Floats
from network.hydraulics.mains import Mains
from network.hydraulics.model import Model
from network.hydraulics.solve import Solution
from network.topology.engine.structure import BoolArray, IntArray

FEW_M: Final = 7.0
WEAK_M: Final = 10.0
NOISE_M: Final = 0.1


class Grade(StrEnum):
    """How strong the water runs at a customer."""

    UNDER_7 = "under_7"
    UNDER_10 = "under_10"
    ENOUGH = "enough"


def grade_of(pressure_m: float) -> Grade:
    """The grade of a pressure in m over the ground."""
    if pressure_m < FEW_M:
        return Grade.UNDER_7
    return Grade.UNDER_10 if pressure_m < WEAK_M else Grade.ENOUGH


@dataclass(frozen=True)
class Weak:
    """A customer or a pipe with less than 10 m. `before_m` is None where nothing was known."""

    asset: str
    before_m: float | None
    after_m: float
    grade: Grade
    is_new: bool


@dataclass(frozen=True)
class Graded:
    """Weak customers and pipes, weakest first; how many were graded and how many could not be."""

    customers: tuple[Weak, ...]
    pipes: tuple[Weak, ...]
    graded: int
    ungraded: int

    def counts(self) -> dict[str, int]:
        """Customers by grade: newly weak ones, those who were weak before, the rest."""
        new = [each for each in self.customers if each.is_new]
        return {
            "new_under_7": sum(each.grade == Grade.UNDER_7 for each in new),
            "new_under_10": sum(each.grade == Grade.UNDER_10 for each in new),
            "weak_before": len(self.customers) - len(new),
            "enough": self.graded - len(self.customers),
            "graded": self.graded,
            "ungraded": self.ungraded,
        }


@dataclass(frozen=True, eq=False)
class Run:
    """One solved state."""

    model: Model
    solution: Solution


def grade(mains: Mains, before: Run | None, after: Run, supplied: BoolArray) -> Graded:
    """Compare two states. `supplied` says of which customers anything may be said (RULE 4).

    Without `before` nobody is newly weak: nothing is known to compare with.
    """
    now = _at_customers(mains, after)
    was = _at_customers(mains, before) if before else np.full(len(now), np.nan)
    now = np.where(supplied, now, np.nan)
    known = np.isfinite(now)
    ids = mains.people.ids
    customers = _weak([each.decode() for each in ids[known].tolist()], was[known], now[known])
    pipes = _weak_pipes(mains, before, after)
    return Graded(customers, pipes, int(known.sum()), int((supplied & ~known).sum()))


def _weak(names: list[str], was: Floats, now: Floats) -> tuple[Weak, ...]:
    found = []
    for at in np.flatnonzero(now < WEAK_M).tolist():
        after, old = float(now[at]), float(was[at])
        before = None if np.isnan(old) else old
        is_new = before is not None and before >= WEAK_M and before - after > NOISE_M
        found.append(Weak(names[at], before, after, grade_of(after), is_new))
    return tuple(sorted(found, key=lambda each: (each.after_m, each.asset)))


def _pressures(run: Run, mains: Mains, nodes: IntArray, ground_m: Floats) -> Floats:
    """Head over `ground_m` at nodes; NaN where a node is not there or means nothing."""
    there = nodes >= 0
    found = np.full(len(nodes), np.nan)
    some = nodes[there]
    head = run.solution.head_m[some]
    found[there] = np.where(run.model.is_rated[some], head, np.nan) - ground_m[there]
    return found


def _at_customers(mains: Mains, run: Run) -> Floats:
    people, heights = mains.people, mains.elevation_m
    found = np.full(len(people.ids), np.nan)
    on_pipe = np.flatnonzero(people.part >= 0)
    part, along = people.part[on_pipe], people.along[on_pipe]
    nodes = run.model.part_nodes[part]
    at_start = _pressures(run, mains, nodes[:, 0], heights[mains.start[part]])
    at_end = _pressures(run, mains, nodes[:, 1], heights[mains.end[part]])
    found[on_pipe] = (1 - along) * at_start + along * at_end
    alone = np.flatnonzero(people.place >= 0)
    places = people.place[alone]
    found[alone] = _pressures(run, mains, run.model.place_node[places], heights[places])
    return found


def _at_pipes(mains: Mains, run: Run) -> Floats:
    """The weakest pressure on each pipe, by number."""
    part = np.arange(len(mains.start))
    nodes, heights = run.model.part_nodes, mains.elevation_m
    both = np.fmin(
        _pressures(run, mains, nodes[part, 0], heights[mains.start]),
        _pressures(run, mains, nodes[part, 1], heights[mains.end]),
    )
    found = np.full(len(mains.ground.pipes.ids), np.nan)
    np.fmin.at(found, mains.part_pipe, both)
    return found


def _weak_pipes(mains: Mains, before: Run | None, after: Run) -> tuple[Weak, ...]:
    now = _at_pipes(mains, after)
    was = _at_pipes(mains, before) if before else np.full(len(now), np.nan)
    known = np.isfinite(now)
    names = [each.decode() for each in mains.ground.pipes.ids[known].tolist()]
    return _weak(names, was[known], now[known])
