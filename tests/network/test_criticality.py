"""What is reckoned in advance is stored, found again, shown and exported."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pyogrio
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from network.choices import RunStatus, ValveState
from network.models import CriticalityRun
from network.selectors import current_revision
from network.selectors.criticality import current_criticality, newest_criticality
from network.services import criticality, set_valve_state
from tests.factories import NOON, lay

pytestmark = pytest.mark.django_db

LINE = "(S) -p1- [V] -p2- a -p3- b -p4- c -p5-W| d -p6- e"


@pytest.fixture(autouse=True)
def _own_snapshots(settings, tmp_path: Path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


def reckon(**options) -> CriticalityRun:
    revision = current_revision()
    assert revision is not None
    return criticality.compute_criticality(revision, at=timezone.now(), **options)


def test_every_pipe_and_working_valve_has_a_row() -> None:
    lay(LINE)
    told: list[int] = []
    run = reckon(told=told.append)
    assert (run.status, run.percent, told[-1]) == (RunStatus.FINISHED, 100, 100)
    rows = {row.pipe: row for row in run.pipes.all()}
    assert len(rows) == 6
    # p2 to p5 are one zone behind V; p6 hangs on it behind W.
    assert (rows["p3"].customers, rows["p3"].unintended) == (5, 1)
    assert (rows["p6"].customers, rows["p6"].valves_to_close) == (1, 1)
    assert not rows["p1"].is_isolatable
    valves = {row.valve: row for row in run.valves.all()}
    assert (valves["W"].worst_pipe, valves["W"].worst_customers) == ("p6", 4)
    assert run.places.get(rank=1).pipe in {"p3", "p4"}


def test_it_is_reckoned_once_for_a_state_and_anew_for_another() -> None:
    revision = lay(LINE)
    first = reckon()
    assert reckon().pk == first.pk
    assert current_criticality(revision) == first
    assert reckon(again=True).pk != first.pk
    set_valve_state("W", state=ValveState.CLOSED, by=None, at=NOON)
    assert current_criticality(revision) is None
    assert newest_criticality(revision) is not None
    assert reckon().state_digest != first.state_digest


def test_a_run_that_is_broken_off_leaves_no_rows_and_is_done_anew(monkeypatch) -> None:
    lay(LINE)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(criticality, "_place_rows", broken)
        with pytest.raises(KeyboardInterrupt):
            reckon()
    failed = CriticalityRun.objects.get()
    assert (failed.status, failed.pipes.count()) == (RunStatus.FAILED, 0)
    assert reckon().pipes.count() == 6
    assert not CriticalityRun.objects.filter(pk=failed.pk).exists()


def test_the_command_shows_and_exports(tmp_path: Path) -> None:
    lay(LINE)
    out = io.StringIO()
    target = tmp_path / "risk.gpkg"
    for _ in range(2):  # what is there is replaced
        call_command("criticality", export=target, top=2, stdout=out, stderr=io.StringIO())
    assert "W: a burst on p6 would take 4 customers more" in out.getvalue()
    layers = {name for name, _ in pyogrio.list_layers(target)}
    assert layers == {"pipes", "valves", "new_valves"}
    info = pyogrio.read_info(target, layer="pipes")
    assert (info["features"], info["crs"], info["geometry_type"]) == (6, "EPSG:4326", "LineString")
    call_command("criticality", export=tmp_path / "risk.csv", stdout=out, stderr=io.StringIO())
    lines = (tmp_path / "risk-valves.csv").read_text().splitlines()
    assert lines[0].startswith("WKT,valve,bursts,worst_pipe")
    assert len(lines) == 3


def test_the_command_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="imported"):
        call_command("criticality", stdout=io.StringIO())
    with pytest.raises(CommandError, match=r"\.gpkg or \.csv"):
        call_command("criticality", export=tmp_path / "risk.shp", stdout=io.StringIO())


class TestLeases:
    """A request is a row; a worker holds it as long as it shows signs of life."""

    def test_asked_twice_it_is_one_run_and_a_worker_takes_it_up_once(self) -> None:
        revision = lay(LINE)
        now = timezone.now()
        asked = criticality.request_criticality(revision, at=now)
        assert criticality.request_criticality(revision, at=now) == asked
        assert asked.status == RunStatus.WAITING
        done = criticality.take_up_criticality(at=now)
        assert done is not None
        assert (done.pk, done.status, done.pipes.count()) == (asked.pk, RunStatus.FINISHED, 6)
        assert criticality.take_up_criticality(at=now) is None
        assert current_criticality(revision) == done

    def test_what_is_known_already_is_not_reckoned_again(self) -> None:
        revision = lay(LINE)
        known = reckon()
        criticality.request_criticality(revision, at=timezone.now())
        assert criticality.take_up_criticality(at=timezone.now()) == known
        assert CriticalityRun.objects.count() == 1

    def test_a_killed_run_is_taken_up_once_its_lease_has_run_out(self) -> None:
        revision, now = lay(LINE), timezone.now()
        killed = CriticalityRun.objects.create(
            revision=revision, started_at=now, seen_at=now, lease=uuid4(), percent=40
        )
        assert criticality.take_up_criticality(at=now + timedelta(seconds=20)) is None
        taken = criticality.take_up_criticality(at=now + timedelta(seconds=31))
        assert taken is not None
        assert (taken.pk, taken.status) == (killed.pk, RunStatus.FINISHED)
        assert taken.lease != killed.lease

    def test_who_lost_the_lease_stores_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        revision = lay(LINE)
        run = criticality.request_criticality(revision, at=timezone.now())
        find = criticality.best_places

        def lose_it(*args: object, **options: object) -> object:
            CriticalityRun.objects.filter(pk=run.pk).update(lease=uuid4())
            options.pop("progress")
            return find(*args, **options)

        monkeypatch.setattr(criticality, "best_places", lose_it)
        with pytest.raises(criticality.LeaseLost):
            criticality.take_up_criticality(at=timezone.now())
        run.refresh_from_db()
        assert (run.status, run.pipes.count()) == (RunStatus.RUNNING, 0)

    def test_what_was_asked_of_an_old_network_is_given_up(self) -> None:
        run = criticality.request_criticality(lay(LINE), at=timezone.now())
        lay(LINE)
        assert criticality.take_up_criticality(at=timezone.now()) is None
        run.refresh_from_db()
        assert run.status == RunStatus.FAILED
