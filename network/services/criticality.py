"""Reckon the city in advance, and keep what came out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from network.choices import PipeStatus, RevisionStatus, RunStatus
from network.models import (
    BestValvePlace,
    CriticalityRun,
    NetworkRevision,
    Pipe,
    PipeCriticality,
    ValveCriticality,
)
from network.selectors import load_snapshot, network_state, read_tables
from network.topology.engine.ready import make_ready
from network.topology.engine.states import NetworkState, canonical, masks
from network.topology.engine.structure import Topology
from network.topology.risk import criticality
from network.topology.risk.new_valves import NewValves, best_places

KEPT_RUNS = 3
PLACES = 20
BEAT_S = 8.0
LEASE = timedelta(seconds=30)  # three beats missed: whoever had it is gone
ROWS_AT_ONCE = 5_000
Told = Callable[[int], None]


class LeaseLost(Exception):
    """Somebody else has taken the run over: nothing may be stored for it any more."""


def request_criticality(revision: NetworkRevision, *, at: datetime) -> CriticalityRun:
    """Have `revision` reckoned: a row that a worker takes up. One that waits or runs is enough."""
    with transaction.atomic():
        NetworkRevision.objects.select_for_update(no_key=True).get(pk=revision.pk)
        going = CriticalityRun.objects.filter(
            revision=revision, status__in=[RunStatus.WAITING, RunStatus.RUNNING]
        )
        return going.order_by("-pk").first() or CriticalityRun.objects.create(
            revision=revision, status=RunStatus.WAITING, started_at=at
        )


def take_up_criticality(*, at: datetime) -> CriticalityRun | None:
    """Reckon what waits, or what a killed worker left behind; None where there is nothing.

    Of a revision that is not in force any more nothing is reckoned: its runs are given up.
    """
    silent = Q(seen_at__lt=at - LEASE) | Q(seen_at=None, started_at__lt=at - LEASE)
    open_ones = CriticalityRun.objects.filter(
        Q(status=RunStatus.WAITING) | Q(silent, status=RunStatus.RUNNING)
    )
    open_ones.exclude(revision__status=RevisionStatus.CURRENT).update(status=RunStatus.FAILED)
    for run in open_ones.select_related("revision").order_by("pk"):
        mine = uuid4()
        claimed = CriticalityRun.objects.filter(pk=run.pk, status=run.status, lease=run.lease)
        taken = claimed.update(
            status=RunStatus.RUNNING, lease=mine, seen_at=at, started_at=at, percent=0
        )
        if taken:
            run.refresh_from_db()
            return _carried_out(run, again=False, places=PLACES, told=None)
    return None


def compute_criticality(
    revision: NetworkRevision,
    *,
    at: datetime,
    again: bool = False,
    places: int = PLACES,
    told: Told | None = None,
) -> CriticalityRun:
    """Reckon `revision` as its valves and sources stand, unless that was done for this state.

    A minute or so for 100,000 pipes: for the command line; a worker takes up what was requested.
    `told` hears the percentage done. A run that was broken off leaves no rows and is done anew;
    `again` forces it, and takes the lease from whoever is at it.
    """
    if not again and (known := _known(revision)) is not None:
        return known
    CriticalityRun.objects.filter(revision=revision, status=RunStatus.RUNNING).update(
        status=RunStatus.FAILED, lease=None
    )
    run = CriticalityRun.objects.create(
        revision=revision, started_at=at, lease=uuid4(), seen_at=timezone.now()
    )
    return _carried_out(run, again=True, places=places, told=told)


def _known(revision: NetworkRevision) -> CriticalityRun | None:
    state = canonical(load_snapshot(revision).topology, network_state())
    known = CriticalityRun.objects.filter(
        revision=revision, state_digest=state.digest(), status=RunStatus.FINISHED
    )
    return known.order_by("-pk").first()


def _carried_out(
    run: CriticalityRun, *, again: bool, places: int, told: Told | None
) -> CriticalityRun:
    """Reckon a run that we hold. Without `again` one that is known already stands for it."""
    if not again and (known := _known(run.revision)) is not None:
        _ours(run).delete()
        return known
    snapshot = load_snapshot(run.revision)
    state = canonical(snapshot.topology, network_state())
    run.state_digest = state.digest()
    try:
        with _signs_of_life(run):
            _reckon(run, snapshot.topology, state, places=places, told=told)
    except BaseException:
        _ours(run).update(status=RunStatus.FAILED)
        raise
    _prune()
    return run


def _ours(run: CriticalityRun) -> QuerySet[CriticalityRun]:
    return CriticalityRun.objects.filter(pk=run.pk, lease=run.lease)


@contextmanager
def _signs_of_life(run: CriticalityRun) -> Iterator[None]:
    """Say every few seconds that we are at it, however long one step of the work takes."""
    done = Event()

    def beat() -> None:
        try:
            while not done.wait(BEAT_S):
                try:
                    _ours(run).update(seen_at=timezone.now())
                except DatabaseError:  # it comes back, or the lease runs out
                    connection.close()
        finally:
            connection.close()

    thread = Thread(target=beat, name="criticality-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _reckon(
    run: CriticalityRun,
    topology: Topology,
    state: NetworkState,
    *,
    places: int,
    told: Told | None,
) -> None:
    holds = masks(topology, state)
    ready = load_snapshot(run.revision).ready(state) or make_ready(topology, state)
    reckoned = criticality.Criticality(topology, holds, ready)
    pipes = reckoned.pipes(_share_of(run, told, 0, 30))
    valves = reckoned.valves(_share_of(run, told, 30, 60))
    lengths = Pipe.objects.filter(revision=run.revision, status=PipeStatus.IN_SERVICE)
    found = best_places(
        read_tables(run.revision).as_text(),
        dict(lengths.values_list("asset_id", "length_m")),
        state,
        most=places,
        progress=_share_of(run, told, 60, 90),
    )
    with transaction.atomic():
        if not _ours(run).select_for_update().exists():
            raise LeaseLost
        _store(PipeCriticality, _pipe_rows(run, topology, pipes))
        _store(ValveCriticality, _valve_rows(run, topology, valves))
        _store(BestValvePlace, _place_rows(run, found))
        run.status, run.percent = RunStatus.FINISHED, 100
        run.zones_left_out, run.finished_at = found.left_out, timezone.now()
        run.save()
    if told is not None:
        told(100)


def _share_of(
    run: CriticalityRun, told: Told | None, low: int, high: int
) -> Callable[[int, int], None]:
    """Progress within one part of the work, kept on the run's row; new percentages only.

    Raises LeaseLost once the run is somebody else's.
    """

    def tell(done: int, total: int) -> None:
        percent = low + (high - low) * done // max(total, 1)
        if percent > run.percent:
            run.percent = percent
            if not _ours(run).update(percent=percent, seen_at=timezone.now()):
                raise LeaseLost
            if told is not None:
                told(percent)

    return tell


def _store(model: type[Model], rows: Iterator[Model]) -> None:
    model._default_manager.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _pipe_rows(
    run: CriticalityRun, topology: Topology, found: criticality.PipeCriticality
) -> Iterator[PipeCriticality]:
    columns = zip(
        topology.pipe_ids.tolist(),
        found.customers.tolist(),
        found.unintended.tolist(),
        found.persons.tolist(),
        found.hydrants.tolist(),
        found.valves_to_close.tolist(),
        found.is_isolatable.tolist(),
        strict=True,
    )
    for pipe, customers, unintended, persons, hydrants, to_close, isolatable in columns:
        yield PipeCriticality(
            run=run,
            pipe=pipe.decode(),
            customers=customers,
            unintended=unintended,
            persons=persons,
            hydrants=hydrants,
            valves_to_close=to_close,
            is_isolatable=isolatable,
        )


def _valve_rows(
    run: CriticalityRun, topology: Topology, found: list[criticality.ValveCriticality]
) -> Iterator[ValveCriticality]:
    for each in found:
        yield ValveCriticality(
            run=run,
            valve=topology.valve_ids[each.valve].decode(),
            bursts=each.bursts,
            worst_pipe=topology.pipe_ids[each.worst_pipe].decode(),
            worst_customers=each.worst_customers,
            worst_persons=each.worst_persons,
            all_customers=each.all_customers,
            all_persons=each.all_persons,
            not_isolatable=each.not_isolatable,
        )


def _place_rows(run: CriticalityRun, found: NewValves) -> Iterator[BestValvePlace]:
    for rank, each in enumerate(found.places, start=1):
        yield BestValvePlace(
            run=run,
            rank=rank,
            pipe=each.pipe,
            junction=each.junction,
            loss_before=each.before,
            loss_after=each.after,
            customers=each.customers,
            customers_pipe_side=each.sides[0],
            customers_other_side=each.sides[1],
            zone_m=each.zone_m,
        )


def _prune() -> None:
    """Keep the newest runs; older ones go with their rows, and so do failed ones."""
    finished = CriticalityRun.objects.filter(status=RunStatus.FINISHED).order_by("-pk")
    kept = list(finished.values_list("pk", flat=True)[:KEPT_RUNS])
    at_rest = CriticalityRun.objects.filter(status__in=[RunStatus.FINISHED, RunStatus.FAILED])
    at_rest.exclude(pk__in=kept).delete()
