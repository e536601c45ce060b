"""What a dispatcher assumes on top of what holds now."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Assumptions, as asset ids: sorted, without repeats, so that equal questions are equal.

    `inoperable` valves are walked through; `removed` ones too, but because the dispatcher does
    not want them shut; `added` ones are shut although the answer does not need them; `closed` ones
    stand so before anything is shut; `opened` ones are opened to feed those cut off, once
    everything is shut; `inactive_sources` give no water.
    """

    inoperable: tuple[str, ...] = field(default=())
    removed: tuple[str, ...] = field(default=())
    added: tuple[str, ...] = field(default=())
    closed: tuple[str, ...] = field(default=())
    opened: tuple[str, ...] = field(default=())
    inactive_sources: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, **lists: Iterable[str]) -> Self:
        """Make one from any iterables of asset ids."""
        return cls(**{name: _ids(values) for name, values in lists.items()})

    def opening(self, valves: Iterable[str]) -> Self:
        """These assumptions with other valves opened."""
        return replace(self, opened=_ids(valves))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `as_json` stored on a plan."""
        return cls.of(**{f.name: stored.get(f.name, ()) for f in fields(cls)})

    def as_json(self) -> dict[str, list[str]]:
        """Return the lists that are not empty, as stored in `IsolationPlan.what_if`."""
        lists = {f.name: list(getattr(self, f.name)) for f in fields(self)}
        return {name: values for name, values in lists.items() if values}

    def __bool__(self) -> bool:
        return bool(self.as_json())
