"""Who was dry when, and by which outage: moments of the network turned into spells.

RULES
1. A customer whom no source reaches with the network as drawn is a gap in the drawing, and
   never has a spell.
2. Dry with no outage's doing at all: nobody's spell (`NOBODY`), from what was recorded of
   valves and sources outside any outage.
3. Otherwise every outage whose doings alone would leave the customer dry keeps it dry.
4. Where none alone would, those of the smallest combination: outages are left out one after the
   other, the last to begin first, as long as the customer stays dry without it.
5. A spell goes on while its outage keeps the customer dry, over whatever changes beside it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from network.topology.engine.states import NetworkState
from outages.policy.interruptions import Spell
from outages.policy.valve_history import Moment

NOBODY: Final = ""
# Who has no water in a revision and state.
Dry = Callable[[str, NetworkState], frozenset[str]]
Pair = tuple[str, str]  # customer, outage


def kept_dry(moment: Moment, dry: Dry) -> dict[str, frozenset[str]]:
    """Return the customers that each outage keeps dry at a moment; NOBODY's stand under ""."""
    if not moment.revision:
        return {}

    def without_water(*outages: str) -> frozenset[str]:
        return dry(moment.revision, moment.state(outages))

    everybody = tuple(moment.holdings)
    concerned = without_water(*everybody) - dry(moment.revision, NetworkState())
    found = {NOBODY: concerned & without_water()}
    by_outages = concerned - found[NOBODY]
    if by_outages:
        found |= {each: by_outages & without_water(each) for each in everybody}
    rest = by_outages.difference(*found.values())
    for customers, outages in _combinations(rest, everybody, without_water):
        for each in outages:
            found[each] |= customers
    return {each: customers for each, customers in found.items() if customers}


def _combinations(
    customers: frozenset[str],
    everybody: tuple[str, ...],
    without_water: Callable[..., frozenset[str]],
) -> Iterable[tuple[frozenset[str], tuple[str, ...]]]:
    """Divide customers by the outages that together keep them dry (rule 4)."""
    groups = {everybody: customers}
    for left_out in reversed(everybody):
        divided: dict[tuple[str, ...], frozenset[str]] = {}
        for outages, those in groups.items():
            if not those:
                continue
            fewer = tuple(each for each in outages if each != left_out)
            still = those & without_water(*fewer)
            divided[fewer] = divided.get(fewer, frozenset()) | still
            divided[outages] = divided.get(outages, frozenset()) | (those - still)
        groups = divided
    return [(those, outages) for outages, those in groups.items() if those]


def spells(
    history: Iterable[Moment], dry: Dry, running: Mapping[Pair, datetime] | None = None
) -> list[Spell]:
    """Return the spells of a history, by begin, customer and outage; open ones end in None.

    `running` are the pairs that were dry just before the history, with when that began: they go
    on, or end at its first moment.
    """
    begun, found = dict(running or {}), list[Spell]()
    for moment in history:
        kept = kept_dry(moment, dry)
        now = {(customer, outage) for outage, those in kept.items() for customer in those}
        for pair in begun.keys() - now:
            off_at = begun.pop(pair)
            if off_at < moment.at:
                found.append(Spell(*pair, off_at, moment.at))
        begun |= dict.fromkeys(now - begun.keys(), moment.at)
    found += [Spell(*pair, off_at, None) for pair, off_at in begun.items()]
    return sorted(found, key=lambda each: (each.off_at, each.customer, each.outage))
