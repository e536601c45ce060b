"""Time a call as a median of several, and lay results out as a table."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measured:
    """Seconds: the median of `runs` calls, and the slowest."""

    median_s: float
    slowest_s: float
    runs: int

    def ratio_to(self, baseline: "Measured") -> float:
        """How many times as long the baseline takes."""
        return baseline.median_s / self.median_s


def measure(call: Callable[[], object], *, runs: int = 5, warm_up: int = 1) -> Measured:
    for _ in range(warm_up):
        call()
    return summary(_once(call) for _ in range(runs))


def measure_each(
    call: Callable[[Any], object], cases: Sequence[Any], *, warm_up: int = 1
) -> Measured:
    """One timing per case: the median is over cases, not over repeats of one."""
    for case in cases[:warm_up]:
        call(case)
    return summary(_once(lambda case=case: call(case)) for case in cases)


def _once(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def summary(seconds: Iterable[float]) -> Measured:
    taken = list(seconds)
    return Measured(statistics.median(taken), max(taken), len(taken))


def duration(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.1f} s"


def row(what: str, ours: Measured, baseline: Measured, against: str) -> list[str]:
    """A table row: both medians and how many times as fast ours is."""
    return [
        what,
        f"{duration(ours.median_s)} (slowest {duration(ours.slowest_s)}, n={ours.runs})",
        f"{against}: {duration(baseline.median_s)}",
        f"{ours.ratio_to(baseline):,.3g}",
    ]


def table(rows: Sequence[Sequence[str]]) -> str:
    header = ["what", "ours", "baseline in the same run", "times as fast"]
    lines = [header, ["---"] * 3 + ["---:"], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
