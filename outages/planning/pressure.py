"""Reckon the pressures that were asked for, one run after the other, and keep what came out.

1. claim a run that waits, or whose worker has died: a conditional update, so that two workers
   never both have it;
2. reckon; every sign of progress renews the lease, and a worker that lost its lease stops;
3. store grades, run and event in one transaction, if the run is still this worker's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from network.choices import PipeStatus
from network.hydraulics.facts import NotGradable
from network.hydraulics.grades import Weak
from network.hydraulics.pressure import Pressures, Question, reckon_pressures
from network.models import NetworkRevision, Pipe
from network.selectors import current_revision, load_topology, read_tables
from network.selectors.hydraulics import assumptions, has_pressure_facts, read_facts
from network.topology.engine.states import NetworkState
from outages.choices import PressureStatus, WeakKind
from outages.models import Event, IsolationPlan, PressureRun, WeakPlace
from outages.models.events import Actor
from outages.planning.proposal import UNDECIDED
from outages.planning.whatif import WhatIf

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=45)
MOST_ATTEMPTS: Final = 3
# A plan that nobody asked about within this time is not looked at by itself any more.
LOOK_BACK: Final = timedelta(hours=12)
OLD_NETWORK: Final = "old_network"
GAVE_UP: Final = "gave_up"
ROWS_AT_ONCE: Final = 5_000
Clock = Callable[[], datetime]


class LeaseLost(Exception):
    """Another worker has taken the run over."""


def ask(plan: IsolationPlan, *, by: Actor, at: datetime) -> PressureRun:
    """Put a plan's pressures in the queue, unless they are there or known. In a transaction."""
    known = plan.pressure_runs.order_by("-pk").first()
    if known is not None and known.status in (
        PressureStatus.WAITING,
        PressureStatus.RUNNING,
        PressureStatus.FINISHED,
    ):
        return known
    run = PressureRun.objects.create(
        plan=plan, asked_at=at, asked_by=by, revision_number=plan.revision_number
    )
    Event.objects.append(plan, "pressure_asked", by=by, at=at, run=run.pk)
    return run


def ask_for_proposals(*, at: datetime) -> int:
    """Ask for plans that wait for a decision, where the network is small enough to do it at once.

    Returns how many were asked for.
    """
    revision = current_revision()
    if revision is None or not _is_quick(revision):
        return 0
    runs = PressureRun.objects.filter(plan=OuterRef("pk"))
    waiting = IsolationPlan.objects.filter(
        ~Exists(runs),
        status__in=UNDECIDED,
        revision_number=revision.number,
        computed_at__gte=at - LOOK_BACK,
        computed_at__lte=at,
    )
    keys = list(waiting.values_list("pk", flat=True))
    if not keys or not has_pressure_facts(revision):
        return 0
    for key in keys:
        with transaction.atomic():
            ask(IsolationPlan.objects.select_for_update(no_key=True).get(pk=key), by=None, at=at)
    return len(keys)


def _is_quick(revision: NetworkRevision) -> bool:
    limit = settings.PRESSURE_UNASKED_PIPES
    pipes = Pipe.objects.filter(revision=revision, status=PipeStatus.IN_SERVICE)
    return 0 < pipes.order_by()[: limit + 1].count() <= limit


# -- one run ----------------------------------------------------------------------


def reckon_next(now: Clock) -> PressureRun | None:
    """Take one run that is due and do it. None where none is."""
    claimed = _claim(now())
    if claimed is None:
        return None
    try:
        _reckon(claimed, now)
    except LeaseLost:
        log.warning("pressure_lease_lost", run=claimed.pk)
    except NotGradable as refused:
        facts = {name: value for name, value in refused.facts.items() if name != "said"}
        _end(claimed, now(), PressureStatus.REFUSED, refusal=str(refused.code), facts=facts)
    except Exception:
        # A worker that is told to stop leaves the run to its lease, and so do faults that pass.
        log.exception("pressure_failed", run=claimed.pk, attempt=claimed.attempts)
        if claimed.attempts >= MOST_ATTEMPTS:
            _end(claimed, now(), PressureStatus.FAILED, refusal=GAVE_UP)
    return claimed


def _claim(at: datetime) -> PressureRun | None:
    due = Q(status=PressureStatus.WAITING) | Q(status=PressureStatus.RUNNING, lease_until__lt=at)
    for run in PressureRun.objects.filter(due).order_by("asked_at", "pk"):
        mine = PressureRun.objects.filter(due, pk=run.pk, attempts=run.attempts).update(
            status=PressureStatus.RUNNING,
            started_at=at,
            lease_until=at + LEASE,
            attempts=F("attempts") + 1,
            percent=0,
        )
        if not mine:
            continue
        run.refresh_from_db()
        if run.attempts > MOST_ATTEMPTS:  # its workers died one after the other
            _end(run, at, PressureStatus.FAILED, refusal=GAVE_UP)
            continue
        return run
    return None


def _reckon(run: PressureRun, now: Clock) -> None:
    plan = run.plan
    revision = current_revision()
    if revision is None or revision.number != plan.revision_number:
        _end(run, now(), PressureStatus.REFUSED, refusal=OLD_NETWORK)
        return
    tell = _Progress(run, now)
    tell(1)
    question = question_of(plan)
    tables = read_tables(revision)
    tell(3)
    facts = read_facts(revision)
    found = reckon_pressures(
        tables, load_topology(revision), facts, question, assumptions(), progress=tell
    )
    tell(95)
    with transaction.atomic():
        kept = _end(
            run,
            now(),
            PressureStatus.FINISHED,
            state_digest=question.after.digest(),
            engine=found.version,
            counts=found.graded.counts(),
            facts=facts_of(found),
        )
        if kept:
            _store(run, WeakKind.CUSTOMER, found.graded.customers)
            _store(run, WeakKind.PIPE, found.graded.pipes)


def question_of(plan: IsolationPlan) -> Question:
    """The network before a plan and after it, and whom the plan leaves dry."""
    names = NetworkState.__dataclass_fields__
    held = NetworkState(**{name: frozenset(plan.basis.get(name, ())) for name in names})
    assumed = WhatIf.from_json(plan.what_if)
    before = held.with_changes(
        closed=assumed.closed,
        inoperable=assumed.inoperable,
        inactive_sources=assumed.inactive_sources,
    )
    shut = plan.answer["valves_to_close"]
    after = before.with_changes(
        closed=shut,
        opened={*assumed.opened} - {*shut},  # to feed those cut off, once the rest is shut
        inactive_sources=plan.answer["sources_to_shut"],
    )
    return Question(before, after, set(plan.affected.values_list("customer", flat=True)))


def facts_of(found: Pressures) -> dict[str, Any]:
    """What is kept of an answer besides its grades."""
    return {
        "nodes": found.nodes,
        "drawn_m3_h": round(found.drawn_m3_h, 1),
        "gap_m3_h": round(found.gap_m3_h, 4),
        "gap_m": round(found.gap_m, 4),
        "told": [{"code": each.code, "facts": each.facts} for each in found.told],
    }


@dataclass
class _Progress:
    """Renews the lease with every sign of life. Raises LeaseLost when the run is not ours."""

    run: PressureRun
    now: Clock

    def __call__(self, percent: int) -> None:
        mine = _mine(self.run).update(percent=percent, lease_until=self.now() + LEASE)
        if not mine:
            raise LeaseLost


def _mine(run: PressureRun) -> Any:
    return PressureRun.objects.filter(
        pk=run.pk, attempts=run.attempts, status=PressureStatus.RUNNING
    )


@transaction.atomic
def _end(run: PressureRun, at: datetime, status: PressureStatus, **fields: Any) -> bool:
    """End the run, if it is still this worker's, with its event."""
    percent = 100 if status == PressureStatus.FINISHED else F("percent")
    values = {"status": status, "finished_at": at, "lease_until": None, "percent": percent}
    if not _mine(run).update(**values, **fields):
        log.warning("pressure_late", run=run.pk)
        return False
    Event.objects.append(
        run.plan,
        f"pressure_{status}",
        by=None,
        at=at,
        new=status,
        run=run.pk,
        **fields.get("counts", {}),
    )
    return True


def _store(run: PressureRun, kind: WeakKind, weak: tuple[Weak, ...]) -> None:
    rows = (
        WeakPlace(
            run=run,
            kind=kind,
            asset=each.asset,
            before_m=each.before_m,
            after_m=each.after_m,
            grade=each.grade,
            is_new=each.is_new,
        )
        for each in weak
    )
    WeakPlace.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
