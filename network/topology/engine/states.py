"""What holds at one moment: which valves are shut or stuck, which sources give nothing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from network.topology.engine.structure import BoolArray, Topology


@dataclass(frozen=True)
class NetworkState:
    """How the network differs from its revision, by asset id.

    What is not named is as the revision has it. A valve may be both closed and inoperable;
    a closed valve cuts, broken or not.
    """

    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    inoperable: frozenset[str] = frozenset()
    operable: frozenset[str] = frozenset()
    inactive_sources: frozenset[str] = frozenset()
    active_sources: frozenset[str] = frozenset()

    def with_changes(
        self,
        *,
        closed: Iterable[str] = (),
        opened: Iterable[str] = (),
        inoperable: Iterable[str] = (),
        inactive_sources: Iterable[str] = (),
    ) -> "NetworkState":
        """This state with what-if changes laid over it; a change wins over what was said before."""
        shut, freed = frozenset(closed), frozenset(opened)
        stuck, silent = frozenset(inoperable), frozenset(inactive_sources)
        return NetworkState(
            closed=(self.closed - freed) | shut,
            opened=(self.opened - shut) | (freed - shut),
            inoperable=self.inoperable | stuck,
            operable=self.operable - stuck,
            inactive_sources=self.inactive_sources | silent,
            active_sources=self.active_sources - silent,
        )

    def of_supply(self) -> "NetworkState":
        """Only what decides where water flows: a valve that works or not carries it alike."""
        return replace(self, inoperable=frozenset(), operable=frozenset())

    def as_json(self) -> dict[str, list[str]]:
        """Every set as a sorted list."""
        return {each.name: sorted(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def of_json(cls, content: Mapping[str, Iterable[str]]) -> "NetworkState":
        """Read what `as_json` gave."""
        return cls(**{name: frozenset(ids) for name, ids in content.items()})

    def digest(self) -> str:
        """A short fingerprint: equal states have equal digests in every process."""
        content = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Masks:
    """A state on a topology's arrays.

    A closed valve cuts; `walked` ones (stuck open, or one-way devices) let a trace through
    and are never proposed for closing.
    """

    closed: BoolArray
    walked: BoolArray
    active: BoolArray


@lru_cache(maxsize=16)
def canonical(topology: Topology, state: NetworkState) -> NetworkState:
    """`state` without what the revision says anyway: equal networks then have equal states.

    Raises UnknownAsset for an id the network does not have.
    """

    def differs(name: str, kind: str, array: BoolArray, value: bool) -> frozenset[str]:
        ids: frozenset[str] = getattr(state, name)
        return frozenset(each for each in ids if array[topology.index(kind, each)] != value)

    return NetworkState(
        closed=differs("closed", "valve", topology.valve_closed, True),
        opened=differs("opened", "valve", topology.valve_closed, False),
        inoperable=differs("inoperable", "valve", topology.valve_operable, False),
        operable=differs("operable", "valve", topology.valve_operable, True),
        inactive_sources=differs("inactive_sources", "source", topology.source_active, False),
        active_sources=differs("active_sources", "source", topology.source_active, True),
    )


@lru_cache(maxsize=16)
def masks(topology: Topology, state: NetworkState) -> Masks:
    """Lay `state` over what the revision says. Raises UnknownAsset for an id it does not have."""
    closed = np.array(topology.valve_closed)
    operable = np.array(topology.valve_operable)
    active = np.array(topology.source_active)
    for array, kind, ids, value in (
        (closed, "valve", state.closed, True),
        (closed, "valve", state.opened, False),
        (operable, "valve", state.inoperable, False),
        (operable, "valve", state.operable, True),
        (active, "source", state.inactive_sources, False),
        (active, "source", state.active_sources, True),
    ):
        for each in ids:
            array[topology.index(kind, each)] = value
    one_way = np.asarray(topology.valve_one_way)
    walked = ~operable | one_way
    for array in (closed, walked, active):
        array.setflags(write=False)  # one answer is shared by all who ask
    return Masks(closed=closed, walked=walked, active=active)
