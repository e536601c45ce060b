"""All that was ever signed or recorded of valves and sources, as words in order of time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from network.choices import RevisionStatus, ValveState
from network.models import NetworkRevision, SourceActivityChange, ValveStateChange
from outages.choices import CannotReason, Direction, Supply
from outages.models import Event, Outage, ValveOperation
from outages.policy.valve_history import Kind, Word
from outages.workflow import OutageStatus, StepStatus

# What was recorded before the first import is of its drawing: there is no older one.
_BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OF_VERB: Final = {
    f"valve_{Direction.CLOSE}_done": Kind.CLOSED,
    f"valve_{Direction.OPEN}_done": Kind.OPENED,
    f"valve_{Direction.FEED}_done": Kind.FED,
    f"valve_{Direction.SHUT}_done": Kind.SHUT,
}
_FAILED: Final = f"valve_{Direction.CLOSE}_failed"
_HANDED_OVER: Final = "valve_handed_over"
# Of these nothing has begun, whatever stands as their beginning.
_NOT_IN_EFFECT: Final = (OutageStatus.DRAFT, OutageStatus.CANCELLED)
# How the steps of outages mark what they record in the network (services.work).
_OF_STEPS: Final = "plan "


def valve_words() -> list[Word]:
    """Return every word there is, in no order. Seven queries, of history only."""
    return [*_drawn(), *_recorded(), *_sources(), *_signed(), *_joined(), *_stopped()]


# What spells follow from: steps, plans that came into force, outages, who reported no water. The
# rest of the history, limits and alerts and messages above all, is many times as long.
_TELLING: Final = ("operation", "plan", "outage", "report")


def counts_of_words() -> list[int]:
    """Return how many rows of each kind there are. Histories only grow: equal counts, no news."""
    return [
        NetworkRevision.objects.exclude(status=RevisionStatus.STAGED).count(),
        ValveStateChange.objects.count(),
        SourceActivityChange.objects.count(),
        Event.objects.filter(subject__in=_TELLING).count(),
    ]


def _drawn() -> Iterator[Word]:
    revisions = NetworkRevision.objects.exclude(status=RevisionStatus.STAGED).order_by("number")
    for nth, (number, at) in enumerate(revisions.values_list("number", "created_at")):
        yield Word(at if nth else _BEFORE_ALL, (0, number), Kind.DRAWN, str(number))


def _recorded() -> Iterator[Word]:
    rows = ValveStateChange.objects.filter(attribute="state").exclude(
        occasion__startswith=_OF_STEPS
    )
    for pk, at, valve, new in rows.values_list("pk", "at", "asset_id", "new").iterator():
        kind = Kind.FOUND_CLOSED if new == ValveState.CLOSED else Kind.FOUND_OPEN
        yield Word(at, (1, pk), kind, valve)


def _sources() -> Iterator[Word]:
    rows = SourceActivityChange.objects.values_list("pk", "at", "asset_id", "is_active")
    for pk, at, source, is_active in rows.iterator():
        yield Word(at, (1, pk), Kind.SOURCE_ON if is_active else Kind.SOURCE_OFF, source)


def _stopped() -> Iterator[Word]:
    """Say which sources an outage stops, from its beginning until it is restored.

    Of those alone that leave people without water: too little pressure is no interruption.
    """
    rows = Outage.objects.filter(supply=Supply.NO_WATER, started_at__isnull=False)
    rows = rows.exclude(sources=[]).exclude(status__in=_NOT_IN_EFFECT)
    for pk, code, sources, started_at, restored_at in rows.values_list(
        "pk", "code", "sources", "started_at", "restored_at"
    ):
        assert started_at is not None, "asked for above"
        for source in sources:
            yield Word(started_at, (4, pk), Kind.STOPPED, source, code)
            if restored_at is not None:
                yield Word(max(restored_at, started_at), (5, pk), Kind.STARTED, source, code)


def _signed() -> list[Word]:
    """Return the steps of outages as they were signed, whatever became of their plans since."""
    rows = list(
        Event.objects.filter(subject="operation", verb__in=[*_OF_VERB, _FAILED, _HANDED_OVER])
        .order_by("pk")
        .values_list("pk", "at", "verb", "reason", "facts", "outage__code")
    )
    codes = _codes_of({facts["to_outage"] for *_, facts, _code in rows if "to_outage" in facts})
    done_at = {
        (facts["valve"], code, at): _done_at(facts, at)
        for _pk, at, _verb, _reason, facts, code in rows
        if "told_at" in facts
    }
    found = []
    for pk, at, verb, reason, facts, code in rows:
        kind = _OF_VERB.get(verb) or _kind(verb, reason)
        if kind is None:
            continue
        # Shut once for several outages: for each of them when its crew shut it.
        shut_for = (facts["valve"], facts.get("shut_for", code), at)
        when = done_at.get(shut_for, at)
        other = codes.get(facts.get("to_outage"), "")
        found.append(Word(when, (2, pk), kind, facts["valve"], code or "", other))
    return found


def _kind(verb: str, reason: str) -> Kind | None:
    if verb == _HANDED_OVER:
        return Kind.HANDED_OVER
    return Kind.PASSES if reason == CannotReason.PASSES_WATER else None


def _done_at(facts: dict[str, Any], told_at: datetime) -> datetime:
    """Return when a step was done: by the phone's clock, but never after it was told."""
    return min(datetime.fromisoformat(facts["told_at"]), told_at)


def _codes_of(outages: set[int]) -> dict[int | None, str]:
    rows = Outage.objects.filter(pk__in=outages)
    return dict(rows.values_list("pk", "code"))


def _joined() -> Iterator[Word]:
    """Say which outages found a valve shut for another one when their plan came into force."""
    rows = ValveOperation.objects.filter(
        direction=Direction.CLOSE,
        status=StepStatus.DONE,
        facts__has_key="shared_with",
    ).values_list("pk", "done_at", "plan__approved_at", "valve", "plan__outage__code")
    for pk, done_at, approved_at, valve, code in rows:
        if done_at and approved_at:
            yield Word(max(done_at, approved_at), (3, pk), Kind.JOINED, valve, code)
