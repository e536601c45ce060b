"""What holds at a valve or a source now, and everything that was ever recorded of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from network.choices import Operability, ValveState
from network.models import (
    Source,
    SourceActivity,
    SourceActivityChange,
    Valve,
    ValveStateChange,
)
from network.selectors import valve_conditions
from network.services.inspections import INSPECTION
from network.views.asset_words import OPERABILITY_TONES, STATE_TONES, occasion

LABELS: dict[str, type[ValveState] | type[Operability]] = {
    "state": ValveState,
    "operability": Operability,
}


@dataclass(frozen=True)
class Entry:
    """One change, worded; the newest finding of its attribute can be taken back."""

    pk: int
    at: datetime
    old: str
    new: str
    tone: str
    by: str
    reason: str
    occasion: str
    can_take_back: bool
    attribute: str = ""
    before: str = ""


@dataclass(frozen=True)
class Standing:
    """One thing that holds now: its chip, and since when and by whom if that was recorded."""

    attribute: str
    value: str
    label: str
    tone: str
    since: datetime | None
    by: str


@dataclass(frozen=True)
class ValveRecord:
    """A valve as it stands and how it came to."""

    state: Standing
    operability: Standing
    history: list[Entry]
    holders: list[tuple[str, str, bool]]

    @property
    def is_held(self) -> bool:
        """Whether a running outage has it shut by now."""
        return any(is_shut for _code, _url, is_shut in self.holders)


def valve_record(valve: Valve, user: Any) -> ValveRecord:
    """Return what holds of a valve, its history newest first, and who needs it shut."""
    changes = list(
        ValveStateChange.objects.filter(asset_id=valve.asset_id)
        .select_related("by")
        .order_by("-at", "-pk")
    )
    holds = valve_conditions(Valve.objects.filter(pk=valve.pk))[valve.asset_id]
    now = {"state": holds.state, "operability": holds.operability}
    newest: dict[str, ValveStateChange] = {}
    for change in changes:
        newest.setdefault(change.attribute, change)
    return ValveRecord(
        state=_standing("state", now["state"], newest.get("state")),
        operability=_standing("operability", now["operability"], newest.get("operability")),
        history=[_entry(change, newest, now) for change in changes],
        holders=_holders(valve.asset_id, user),
    )


def _standing(attribute: str, value: str, change: ValveStateChange | None) -> Standing:
    known = change if change is not None and change.new == value else None
    return Standing(
        attribute=attribute,
        value=value,
        label=str(LABELS[attribute](value).label),
        tone=_tone(attribute, value),
        since=known.at if known else None,
        by=name_of(known.by) if known else "",
    )


def _tone(attribute: str, value: str) -> str:
    if attribute == "state":
        return STATE_TONES[ValveState(value)]
    return OPERABILITY_TONES[Operability(value)]


def _entry(
    change: ValveStateChange, newest: dict[str, ValveStateChange], now: dict[str, str]
) -> Entry:
    labels = LABELS[change.attribute]
    return Entry(
        pk=change.pk,
        at=change.at,
        old=str(labels(change.old).label),
        new=str(labels(change.new).label),
        tone=_tone(change.attribute, change.new),
        by=name_of(change.by),
        reason=change.reason,
        occasion=occasion(change.occasion),
        can_take_back=change.occasion == INSPECTION
        and newest[change.attribute] is change
        and now[change.attribute] == change.new,
        attribute=change.attribute,
        before=change.old,
    )


def name_of(user: Any) -> str:
    """Name who did it; the system has no row."""
    return str(user) if user is not None else gettext("system")


def _holders(valve: str, user: Any) -> list[tuple[str, str, bool]]:
    """Ask whoever knows the outages (VALVE_HOLDERS); the network does not."""
    name = getattr(settings, "VALVE_HOLDERS", "")
    ask: Callable[[str, Any], list[tuple[str, str, bool]]] | None = (
        import_string(name) if name else None
    )
    return ask(valve, user) if ask else []


@dataclass(frozen=True)
class SourceRecord:
    """A source as it stands and how it came to."""

    is_active: bool
    label: str
    tone: str
    since: datetime | None
    by: str
    history: list[Entry]


def source_record(source: Source) -> SourceRecord:
    """Return whether a source gives water, and every recorded change, newest first."""
    activity = SourceActivity.objects.filter(asset_id=source.asset_id).first()
    is_active = activity.is_active if activity else source.is_active
    changes = list(
        SourceActivityChange.objects.filter(asset_id=source.asset_id)
        .select_related("by")
        .order_by("-at", "-pk")
    )
    newest = changes[0] if changes and changes[0].is_active == is_active else None
    return SourceRecord(
        is_active=is_active,
        label=activity_label(is_active),
        tone="ok" if is_active else "warn",
        since=newest.at if newest else None,
        by=name_of(newest.by) if newest else "",
        history=[_source_entry(change, change is newest) for change in changes],
    )


def activity_label(is_active: bool) -> str:
    """Say whether a source gives water."""
    return gettext("gives water") if is_active else gettext("out of action")


def _source_entry(change: SourceActivityChange, is_newest: bool) -> Entry:
    return Entry(
        pk=change.pk,
        at=change.at,
        old=activity_label(change.was_active),
        new=activity_label(change.is_active),
        tone="ok" if change.is_active else "warn",
        by=name_of(change.by),
        reason=change.reason,
        occasion="",
        can_take_back=is_newest,
    )
