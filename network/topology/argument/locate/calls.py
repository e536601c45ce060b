"""Who calls: the chance of what is told, and of the silence of all others, if heads fall so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.topology.argument.locate.told import Guesses, Kind, Report

Floats = NDArray[np.float64]
NEVER = 1e-9


@dataclass(frozen=True, eq=False)
class Calls:
    """The reports that are calls (no water, low pressure, water), each with its weight."""

    reports: Sequence[Report]
    weights: Floats
    guesses: Guesses

    def told(self, falls_m: Floats, heads_m: Floats) -> Floats:
        """RULE 5's own part of the calls, and RULE 7, as a logarithm by burst.

        `falls_m` has a row for each burst and a column for each call, `heads_m` is by call.
        """
        rates = np.column_stack(
            [
                self.rate(report.kind, falls_m[:, nth], heads_m[nth])
                for nth, report in enumerate(self.reports)
            ]
        )
        found: Floats = np.log(np.maximum(rates, NEVER)) @ self.weights
        return found

    def silence(self, falls_m: Floats, heads_m: Floats, households: Floats) -> Floats:
        """All calls expected, to the power that RULE 5 says, as a logarithm by burst."""
        guesses = self.guesses
        rates = self.rate(Kind.NO_WATER, falls_m, heads_m)
        rates += self.rate(Kind.LOW_PRESSURE, falls_m, heads_m)
        count = sum(
            weight
            for weight, report in zip(self.weights.tolist(), self.reports, strict=True)
            if report.kind in (Kind.NO_WATER, Kind.LOW_PRESSURE)
        )
        found: Floats = (guesses.alike + count) * np.log(guesses.alike + rates @ households)
        return found

    def rate(self, kind: Kind, fall_m: Floats, head_m: Floats) -> Floats:
        """RULES 3 and 4: the chance that a household calls so, where heads fall by `fall_m`."""
        guesses = self.guesses

        def under(margin_m: float) -> Floats:
            now = np.clip(1 - (head_m - fall_m - margin_m) / guesses.highest_m, 0.0, 1.0)
            usual = np.clip(1 - (head_m - margin_m) / guesses.highest_m, 0.0, 1.0)
            more: Floats = now - usual
            return more

        dry = under(guesses.left_m)
        if kind == Kind.NO_WATER:
            return guesses.call_dry * dry + guesses.call_anyhow / 4
        weak: Floats = np.maximum(under(guesses.weak_m) - dry, 0.0)
        if kind == Kind.HAS_WATER:
            return np.asarray(np.maximum(1 - dry - weak, guesses.call_anyhow))
        rate: Floats = guesses.call_weak * weak + guesses.call_anyhow
        return rate


def weights(reports: Sequence[Report], guesses: Guesses) -> Floats:
    """One for the newest report and those without a time, less for what came long before."""
    times = [report.at for report in reports if report.at is not None]
    ages = [
        (max(times) - report.at) / guesses.half_life if report.at is not None else 0.0
        for report in reports
    ]
    found: Floats = np.power(0.5, np.array(ages))
    return found
