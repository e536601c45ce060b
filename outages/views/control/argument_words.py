"""The arguments of a plan in words: one sentence a valve, a customer, an alternative."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from network.selectors.arguing import PlacedStop
from network.topology.argument.alternatives import LEAVE_OUT, OPEN, TRY, Plan
from network.topology.argument.explain import CustomerGroup, CustomerReason, ValveReason
from network.topology.argument.ways import Way

NAMED: Final = 4  # valves named in one sentence before the rest is counted

STAYS_OPEN: Final[dict[str, Promise]] = {
    "fed_through_zone": _(
        "What lies beyond gets its water only through the zone: closing it keeps nothing back."
    ),
    "dry_before": _("What lies beyond has no water already: closing it keeps nothing back."),
    "no_source": _("No source can send water from beyond, even with every valve open."),
    "held_elsewhere": _(
        "Water stands beyond, but other valves or one-way devices keep it from the burst."
    ),
}
STAYS_SHUT: Final[dict[str, Promise]] = {
    **STAYS_OPEN,
    "fed_through_zone": _("It is shut, and what lies beyond would get water only from the zone."),
    "dry_before": _("It is shut, and what lies beyond has no water already."),
    "no_source": _("It is shut, and no source could send water from beyond."),
    "held_elsewhere": _("It is shut, and other valves or one-way devices hold as well."),
}


def listed(assets: Sequence[str], most: int = NAMED) -> str:
    """Name a few assets and count the rest."""
    text = _joined(assets[:most])
    if len(assets) <= most:
        return text
    return gettext("%(names)s and %(n)d more") % {"names": text, "n": len(assets) - most}


def _joined(assets: Sequence[str]) -> str:
    return pgettext("between names", ", ").join(assets)


def why_valve(reason: ValveReason, sources: dict[str, str]) -> str:
    """Say why a valve of the border is closed, or need not be."""
    if reason.way is None:
        shut = reason.code in STAYS_OPEN
        return str(STAYS_OPEN[reason.code]) if shut else ""
    text = {
        "lets_water_in": gettext("Left open, water from %(source)s would reach the burst%(by)s."),
        "holds_back": gettext(
            "It is shut: opened, water from %(source)s would reach the burst%(by)s."
        ),
    }[reason.code]
    source = sources.get(reason.way.source, reason.way.source)
    return text % {"source": source, "by": _by(reason.way, but=reason.valve)}


def why_shut(reason: ValveReason, sources: dict[str, str]) -> str:
    """Say why a valve that is shut already matters, or not."""
    return why_valve(reason, sources) if reason.way else str(STAYS_SHUT[reason.code])


def why_source(way: Way) -> str:
    """Say how water of a source inside the zone reaches the burst."""
    return gettext("It stands in the zone: its water reaches the burst%(by)s.") % {"by": _by(way)}


def _by(way: Way, but: str = "") -> str:
    """Words for the valves on a way, the nearest to its end last."""
    others = [valve for valve in way.valves if valve != but]
    if not others:
        return ""
    if len(others) > NAMED:
        return gettext(" by way of %(n)d valves, the last %(names)s") % {
            "n": len(others),
            "names": _joined(others[-2:]),
        }
    return gettext(" by way of %(names)s") % {"names": _joined(others)}


def why_customer(reason: CustomerReason, sources: dict[str, str]) -> str:
    """Say why a customer is dry with the plan carried out, or which way feeds him."""
    if reason.way is not None:
        source = sources.get(reason.way.source, reason.way.source)
        text = gettext("Keeps water: it comes from %(source)s%(by)s.")
        return text % {"source": source, "by": _by(reason.way)}
    if reason.group is not None:
        return why_group(reason.group)
    if reason.code == "dry_before":
        return gettext("Had no water before the burst: other valves or sources are shut.")
    return gettext("Hangs on no pipe in service, so nothing can be said.")


def why_caller(reason: CustomerReason, sources: dict[str, str]) -> str:
    """Say to staff how water reaches a customer as valves stand, with no outage on record."""
    if reason.way is None:
        if reason.code == "not_connected":
            return gettext("Hangs on no pipe in service, so nothing can be said.")
        return gettext(
            "As valves and sources stand on record no water comes here: tell the dispatcher."
        )
    source = sources.get(reason.way.source, reason.way.source)
    text = gettext("By the record nothing is shut on the way: water comes from %(source)s%(by)s.")
    return text % {"source": source, "by": _by(reason.way)}


def why_group(group: CustomerGroup) -> str:
    """Say why a group of customers is dry."""
    if group.code == "dry_before":
        return gettext("In the zone, without water before the burst: not counted.")
    if group.code == "in_zone":
        if not group.through:
            return gettext("In the zone: no working valve stands between them and the burst.")
        names = {"names": listed(group.through)}
        return (
            gettext("In the zone: only valves that do not hold, %(names)s, stand before the burst.")
            % names
        )
    names = {"names": listed(group.holding or group.shut_valves)}
    if group.from_zone and not names["names"]:
        return gettext("Outside the zone: their water came through the zone.")
    if group.from_zone:
        return (
            gettext("Outside the zone: their water came through the zone, and %(names)s are shut.")
            % names
        )
    return gettext("Outside the zone: shut valves cut them off, %(names)s.") % names


# -- alternatives -----------------------------------------------------------------


def stop_place(placed: PlacedStop) -> str:
    """Say where a temporary stop would be."""
    pipe, metres = placed.stop.pipe, placed.from_burst_m
    if metres is not None:
        facts = {"pipe": pipe, "metres": round(metres)}
        return gettext("%(pipe)s, %(metres)d m from the burst") % facts
    return gettext("%(pipe)s at its end %(junction)s") % {
        "pipe": pipe,
        "junction": placed.stop.junction,
    }


def what_differs(plan: Plan, plain: Plan, stops: Mapping[str, PlacedStop] | None = None) -> str:
    """Say what another plan does otherwise: what is left open, tried or opened, closed instead.

    `stops` tells where its temporary stops would be.
    """
    by_kind = {
        kind: [m.asset for m in plan.moves if m.kind == kind] for kind in (LEAVE_OUT, TRY, OPEN)
    }
    parts = []
    for placed in (stops[name] for name in plan.stops) if stops else ():
        parts.append(gettext("stop %(place)s") % {"place": stop_place(placed)})
    if names := by_kind[LEAVE_OUT]:
        parts.append(gettext("leave %(names)s open") % {"names": listed(names)})
    if names := by_kind[TRY]:
        parts.append(gettext("get %(names)s to close after all") % {"names": listed(names)})
    if names := by_kind[OPEN]:
        parts.append(gettext("open %(names)s, which is normally closed") % {"names": listed(names)})
    instead = sorted({*plan.close} - {*plain.close} - {*by_kind[TRY]})
    if instead:
        parts.append(gettext("close %(names)s instead") % {"names": listed(instead)})
    spared = sorted({*plain.close} - {*plan.close} - {*by_kind[LEAVE_OUT]})
    if spared:
        parts.append(gettext("%(names)s need not be closed") % {"names": listed(spared)})
    text = gettext(", ").join(parts)
    return text[:1].upper() + text[1:]


def compared(plan: Plan, plain: Plan) -> list[tuple[str, bool]]:
    """Say what it costs and buys against the plan at hand: (words, whether that is worse)."""
    facts = [
        (_customers(plan.customers - plain.customers), plan.customers - plain.customers),
        (
            _key_users(len(plan.key_users) - len(plain.key_users)),
            len(plan.key_users) - len(plain.key_users),
        ),
        (
            _special(len(plan.special_users) - len(plain.special_users)),
            len(plan.special_users) - len(plain.special_users),
        ),
        (_valves(plan.valves - plain.valves), plan.valves - plain.valves),
        (_minutes(round(plan.minutes - plain.minutes)), round(plan.minutes - plain.minutes)),
        (_stops(len(plan.stops) - len(plain.stops)), len(plan.stops) - len(plain.stops)),
        (
            _uncertain(len(plan.uncertain) - len(plain.uncertain)),
            len(plan.uncertain) - len(plain.uncertain),
        ),
    ]
    return [(words, by > 0) for words, by in facts if by]


def signed(number: int) -> str:
    """Write a difference with its sign."""
    return f"+{number:,}" if number > 0 else f"\u2212{-number:,}"


def _customers(by: int) -> str:
    return ngettext("%(n)s customer", "%(n)s customers", abs(by)) % {"n": signed(by)}


def _key_users(by: int) -> str:
    return ngettext("%(n)s key user", "%(n)s key users", abs(by)) % {"n": signed(by)}


def _special(by: int) -> str:
    return ngettext("%(n)s special user", "%(n)s special users", abs(by)) % {"n": signed(by)}


def _valves(by: int) -> str:
    return ngettext("%(n)s valve to turn", "%(n)s valves to turn", abs(by)) % {"n": signed(by)}


def _minutes(by: int) -> str:
    return gettext("%(n)s min") % {"n": signed(by)}


def _stops(by: int) -> str:
    return ngettext("%(n)s temporary stop", "%(n)s temporary stops", abs(by)) % {"n": signed(by)}


def _uncertain(by: int) -> str:
    return ngettext("%(n)s valve of doubt", "%(n)s valves of doubt", abs(by)) % {"n": signed(by)}
