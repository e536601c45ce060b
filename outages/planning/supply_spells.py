"""Derive who was dry when from all that was signed; again from where something is new.

1. read every word there is and put it in order: seconds at most, and it asks no network;
2. compare its moments with those of the last time: what is equal up to a moment stays;
3. ask the network from there on, and replace the rows that differ.

So a step that comes in late, or out of order, changes just what it has to, and doing it twice
changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Final

from django.db import transaction
from django.db.models import Q

from network.models import NetworkRevision
from network.selectors import load_topology
from network.topology.engine.states import NetworkState
from network.topology.engine.structure import Topology
from outages.choices import SpellBasis
from outages.models import Outage, SupplyMoment, SupplyReckoning, SupplySpell
from outages.planning.supply import dry_customers
from outages.policy.dry_spells import NOBODY, Dry, spells
from outages.policy.interruptions import Spell
from outages.policy.valve_history import Moment, moments
from outages.selectors.supply.reported_dry import reported_dry
from outages.selectors.supply.valve_words import counts_of_words, valve_words

ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Reckoned:
    """What one derivation did: moments in all, moments that the network was asked about, rows."""

    moments: int = 0
    asked: int = 0
    added: int = 0
    removed: int = 0


def reckon_supply(*, at: datetime, rebuild: bool = False) -> Reckoned | None:
    """Bring the spells up to what is signed; from the first moment on with `rebuild`.

    None where another worker is at it, or where nothing was signed since.
    """
    with transaction.atomic():
        SupplyReckoning.objects.get_or_create(pk=1)
        lock = SupplyReckoning.objects.select_for_update(skip_locked=not rebuild).filter(pk=1)
        if (reckoning := lock.first()) is None:
            return None
        # Counted before it is read: what comes in between is read again the next time.
        seen = counts_of_words()
        if reckoning.seen == seen and not rebuild:
            return None
        found = _reckon(moments(valve_words()), rebuild=rebuild)
        reckoning.reckoned_at, reckoning.seen = at, seen
        reckoning.save()
    return found


def _reckon(history: Sequence[Moment], *, rebuild: bool) -> Reckoned:
    known = list(SupplyMoment.objects.values_list("at", "digest"))
    stands = 0 if rebuild else _equal(known, [(each.at, each.digest()) for each in history])
    codes = {code: pk for pk, code in Outage.objects.values_list("pk", "code")}
    added = removed = 0
    changed = [each[0] for each in known[stands : stands + 1]]
    changed += [each.at for each in history[stands : stands + 1]]
    if changed:
        since = min(changed)
        touched = SupplySpell.objects.exclude(basis=SpellBasis.REPORTED)
        if not rebuild:
            touched = touched.filter(Q(on_at=None) | Q(on_at__gte=since) | Q(off_at__gte=since))
        rows = list(touched.select_related("outage"))
        running = {
            (row.customer, row.outage.code if row.outage else NOBODY): row.off_at
            for row in rows
            if row.off_at < since and not rebuild
        }
        derived = spells(history[stands:], _network_asked(), running)
        added, removed = _replace(rows, (_row(each, codes) for each in derived))
        SupplyMoment.objects.filter(at__gte=since).delete()
        SupplyMoment.objects.bulk_create(
            [SupplyMoment(at=each.at, digest=each.digest()) for each in history[stands:]],
            batch_size=ROWS_AT_ONCE,
        )
    more, fewer = _replace_reported(codes)
    return Reckoned(len(history), len(history) - stands, added + more, removed + fewer)


def _equal(known: Sequence[tuple[datetime, str]], told: Sequence[tuple[datetime, str]]) -> int:
    """Return how many moments, from the first on, are as they were."""
    for nth, (before, now) in enumerate(zip_longest(known, told)):
        if before != now:
            return nth
    return len(known)


Key = tuple[str, int | None, datetime, datetime | None, str]


def _row(spell: Spell, codes: dict[str, int]) -> Key:
    basis = SpellBasis.VALVES if spell.outage else SpellBasis.RECORDED
    return spell.customer, codes.get(spell.outage), spell.off_at, spell.on_at, basis.value


def _replace(rows: Iterable[SupplySpell], wanted: Iterable[Key]) -> tuple[int, int]:
    """Let `wanted` stand where `rows` stood; return rows added and removed."""
    standing = {
        (row.customer, row.outage_id, row.off_at, row.on_at, row.basis): row.pk for row in rows
    }
    wished = set(wanted)
    gone = [pk for key, pk in standing.items() if key not in wished]
    SupplySpell.objects.filter(pk__in=gone).delete()
    new = [
        SupplySpell(customer=key[0], outage_id=key[1], off_at=key[2], on_at=key[3], basis=key[4])
        for key in sorted(wished - standing.keys(), key=lambda key: (key[2], key[0], key[1] or 0))
    ]
    SupplySpell.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)
    return len(new), len(gone)


def _replace_reported(codes: dict[str, int]) -> tuple[int, int]:
    """Derive the spells that begin with somebody's report of no water (ADR 0015)."""
    rows = SupplySpell.objects.filter(basis=SpellBasis.REPORTED)
    wanted = [
        (each.customer, codes[each.outage], each.off_at, each.on_at, SpellBasis.REPORTED.value)
        for each in reported_dry()
    ]
    return _replace(rows, wanted)


def _network_asked() -> Dry:
    """Return who asks the engine, and remembers what it answered."""
    topologies: dict[str, Topology] = {}
    answers: dict[tuple[str, NetworkState], frozenset[str]] = {}

    def dry(number: str, state: NetworkState) -> frozenset[str]:
        if number not in topologies:
            revision = NetworkRevision.objects.get(number=int(number))
            topologies[number] = load_topology(revision)
        asked = (number, state)
        if asked not in answers:
            answers[asked] = dry_customers(topologies[number], state)
        return answers[asked]

    return dry
