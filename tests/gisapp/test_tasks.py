"""The tasks that Beat and the services name are there, under these names."""

import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from gisapp import tasks
from gisapp.celery import app
from gisapp.tasks import prepare_state
from network.importer.run import ImportOptions, import_network
from network.selectors import load_snapshot, network_now
from tests.network.small_networks import grid, write_folder

SENT = re.compile(r'_send\(\s*"([\w.]+)"')


def test_every_task_that_is_asked_for_is_registered() -> None:
    app.loader.import_default_modules()
    asked = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    for source in Path(settings.BASE_DIR).glob("outages/**/*.py"):
        asked.update(SENT.findall(source.read_text(encoding="utf-8")))
    assert len(asked) > 5
    assert asked <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_what_holds_ready(settings, tmp_path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    prepare_state()  # nothing to do without a network
    import_network(ImportOptions(str(write_folder(grid(), tmp_path / "grid"))))
    now = network_now()
    assert now is not None
    turned = now.state.with_changes(closed=["V-h00"])
    snapshot = load_snapshot(now.revision)
    assert snapshot.ready(now.state) is not None
    assert snapshot.ready(turned) is None
    snapshot.prepare(turned)
    assert snapshot.ready(turned) is not None


def test_one_duty_that_fails_holds_up_none_of_the_others(monkeypatch) -> None:
    """While the public files cannot be written, whoever reported still hears how it goes on."""
    done: list[str] = []

    def full(_at: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(tasks, "publish_public_snapshot", full)
    monkeypatch.setattr(tasks, "update_stages", lambda _at: done.append("stages"))
    monkeypatch.setattr(tasks, "forget_old_counts", lambda: done.append("counts"))
    with pytest.raises(OSError, match="no space"):
        tasks.publish_public()
    assert done == ["stages", "counts"]


def test_a_reply_that_cannot_be_taken_keeps_no_rating_waiting(monkeypatch) -> None:
    done: list[str] = []

    def broken(*, at: object) -> int:
        raise ValueError("nobody thought of this reply")

    monkeypatch.setattr(tasks.hearing, "take_replies", broken)
    monkeypatch.setattr(tasks.hearing, "look_after_sms", lambda *, at: done.append("sms"))
    monkeypatch.setattr(tasks.rating, "take_ratings", lambda *, at: done.append("ratings"))
    with pytest.raises(ValueError, match="nobody thought"):
        tasks.watch_callbacks()
    assert done == ["sms", "ratings"]


@pytest.mark.django_db
def test_what_a_killed_builder_left_goes_with_the_next_snapshot(settings, tmp_path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    fresh, old = settings.SNAPSHOT_DIR / ".building-a", settings.SNAPSHOT_DIR / ".building-b"
    for folder in (fresh, old):
        folder.mkdir(parents=True)
    os.utime(old, (time.time() - 2 * 86_400,) * 2)
    import_network(ImportOptions(str(write_folder(grid(), tmp_path / "grid"))))
    assert fresh.exists()
    assert not old.exists()
