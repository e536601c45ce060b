"""A part of a real town's network, where it is at hand: every pipe of it is asked."""

import io
import json
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command

from network.selectors import current_revision, read_tables
from network.topology import reference
from network.topology.engine.isolation import Burst

SANT_BOI = Path(project.BASE_DIR).parent / "shared" / "data" / "sant_boi"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not SANT_BOI.is_dir(), reason="the optional data folder is not there"),
]


def test_every_burst_of_a_real_town_is_answered(settings, tmp_path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    call_command("import_network", str(SANT_BOI), stdout=io.StringIO(), stderr=io.StringIO())
    revision = current_revision()
    assert revision is not None
    tables = read_tables(revision).as_text()
    batch = tmp_path / "bursts.jsonl"
    batch.write_text("\n".join(json.dumps({"id": each, "pipe": each}) for each in tables.pipes.ids))
    out = io.StringIO()
    call_command("isolate", batch=str(batch), stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(answers) == 261
    for answer in answers:
        expected = reference.isolate(tables, [Burst(answer["pipe"])])
        assert answer["isolatable"] == expected["is_isolatable"]
        assert set(answer["segment_pipes"]) == expected["zone_pipes"]
        assert set(answer["valves_to_close"]) == expected["valves_to_close"]
        assert set(answer["customers_unintended"]) == expected["customers_unintended"]
    beyond_valves = [answer for answer in answers if not answer["isolatable"]]
    assert len(beyond_valves) == 20
    assert all(answer["sources_to_shut"] for answer in beyond_valves)
