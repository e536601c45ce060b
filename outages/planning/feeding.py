"""Normally closed valves that a plan opens to feed those whom it cuts off.

RULE 1  A valve may be opened that isolates, works, is shut now and is held by nobody else.
RULE 2  A valve by which water would come to the burst is not opened: the answer would have to shut
        it again. So the zone is the same with it open, once the plan's valves are shut.
RULE 3  What this outage has opened already is open, whatever the plan assumes; where it has come to
        lead to the burst (another valve is stuck), the answer shuts it like any other.
RULE 4  A plan that is made again drops what the first two rules no longer allow. A dispatcher who
        asks for it is refused (`not_opened` says which).
"""

from collections.abc import Sequence

from network import selectors as network
from network.topology.elements import UnknownAsset
from network.topology.engine.isolation import Burst
from network.topology.engine.states import masks
from outages.planning import answers
from outages.planning.basis import Basis
from outages.planning.refusals import NoPlan, PlanningRefused
from outages.planning.whatif import WhatIf


def asked(bursts: Sequence[Burst], basis: Basis, what_if: WhatIf) -> answers.Answer:
    """Ask the network. Raises PlanningRefused for an asset that it does not have."""
    try:
        return answers.answer(
            network.load_snapshot(basis.revision),
            bursts,
            state=basis.state,
            alone=basis.state_alone,
            what_if=what_if,
        )
    except UnknownAsset as unknown:
        raise PlanningRefused(NoPlan.UNKNOWN_ASSET, asset=unknown.asset_id) from unknown


def settled(what_if: WhatIf, bursts: Sequence[Burst], basis: Basis) -> WhatIf:
    """Return the assumptions with those valves opened that the rules allow."""
    if not what_if.opened and not basis.own_fed:
        return what_if
    may = _may_open(what_if, basis)
    wanted = what_if.opening(may | basis.own_fed.keys())
    leading = set(asked(bursts, basis, wanted).valves_to_close) - basis.own_fed.keys()
    return wanted.opening({*wanted.opened} - leading)


def _may_open(what_if: WhatIf, basis: Basis) -> set[str]:
    """RULE 1."""
    topology = network.load_snapshot(basis.revision).topology
    try:
        holds = masks(topology, basis.state)
        rows = {valve: topology.index("valve", valve) for valve in what_if.opened}
    except UnknownAsset as unknown:
        raise PlanningRefused(NoPlan.UNKNOWN_ASSET, asset=unknown.asset_id) from unknown
    shut_by_choice = {*what_if.closed, *what_if.added, *what_if.inoperable, *what_if.removed}
    fed_by_others = {feed.valve for feed in basis.others_feeding}
    return {
        valve
        for valve, nth in rows.items()
        if topology.valve_isolates[nth]
        and not holds.walked[nth]
        and (holds.closed[nth] or valve in fed_by_others)
        and valve not in basis.held | shut_by_choice
    }
