"""The tasks that Beat and the services name are there, under these names."""

import re
from pathlib import Path

import pytest
from django.conf import settings

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
