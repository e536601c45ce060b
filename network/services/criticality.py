"""Reckon the city in advance, and keep what came out."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from network.choices import PipeStatus, RunStatus
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
ROWS_AT_ONCE = 5_000
Told = Callable[[int], None]


def compute_criticality(
    revision: NetworkRevision,
    *,
    at: datetime,
    again: bool = False,
    places: int = 20,
    told: Told | None = None,
) -> CriticalityRun:
    """Reckon `revision` as its valves and sources stand, unless that was done for this state.

    A minute or so for 100,000 pipes: for a worker or the command line. `told` hears the percentage
    done. A run that was broken off leaves no rows and is done anew; `again` forces it.
    """
    snapshot, state = load_snapshot(revision), network_state()
    state = canonical(snapshot.topology, state)
    known = CriticalityRun.objects.filter(
        revision=revision, state_digest=state.digest(), status=RunStatus.FINISHED
    )
    run = known.order_by("-pk").first()
    if run is not None and not again:
        return run
    CriticalityRun.objects.filter(revision=revision, status=RunStatus.RUNNING).update(
        status=RunStatus.FAILED
    )
    run = CriticalityRun.objects.create(
        revision=revision, state_digest=state.digest(), started_at=at
    )
    try:
        _reckon(run, snapshot.topology, state, places=places, told=told)
    except BaseException:
        CriticalityRun.objects.filter(pk=run.pk).update(status=RunStatus.FAILED)
        raise
    _prune()
    return run


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
    pipes = reckoned.pipes(_share_of(run, told, 0, 40))
    valves = reckoned.valves(_share_of(run, told, 40, 80))
    lengths = Pipe.objects.filter(revision=run.revision, status=PipeStatus.IN_SERVICE)
    found = best_places(
        read_tables(run.revision).as_text(),
        dict(lengths.values_list("asset_id", "length_m")),
        state,
        most=places,
    )
    _share_of(run, told, 80, 90)(1, 1)
    with transaction.atomic():
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
    """Progress within one part of the work, kept on the run's row; new percentages only."""

    def tell(done: int, total: int) -> None:
        percent = low + (high - low) * done // max(total, 1)
        if percent > run.percent:
            run.percent = percent
            CriticalityRun.objects.filter(pk=run.pk).update(percent=percent)
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
    CriticalityRun.objects.exclude(status=RunStatus.RUNNING).exclude(pk__in=kept).delete()
