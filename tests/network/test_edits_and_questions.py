"""Edits and questions at the same time, in several processes: no answer is of yesterday."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import pytest
from django.db import connection
from django.utils import timezone

from network.choices import ValveState
from network.importer.run import ImportOptions, import_network
from network.selectors import load_snapshot, network_now, prepare_current_state
from network.services import set_valve_state
from network.topology.engine.isolation import Burst, isolate
from tests.network.small_networks import find, grid, write_folder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PIPE = "h10"
IMPORTS = 6


class Asker:
    """A process that asks until it is told to stop; what it was answered is in a file."""

    def __init__(self, snapshots: Path, told: Path) -> None:
        self.told = told
        with told.open("w") as out:
            self.process = _start(snapshots, out)

    def has_begun(self) -> bool:
        """Whether it was answered at all."""
        return "\n" in self.told.read_text()

    def stop(self) -> list[dict[str, Any]]:
        """Let it finish its question, and read what it was told."""
        self.process.communicate("", timeout=60)
        return [json.loads(line) for line in self.told.read_text().splitlines()]


def _start(snapshots: Path, out: TextIO) -> subprocess.Popen[str]:
    database = connection.settings_dict
    url = (
        f"postgis://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
        f"{database['PORT']}/{database['NAME']}"
    )
    code = (
        "import runpy, pathlib, tests.settings as s;"
        f"s.SNAPSHOT_DIR = pathlib.Path({str(snapshots)!r});"
        "runpy.run_module('tests.network.asker', run_name='__main__')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, PIPE],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.PIPE,
        stdout=out,
        text=True,
    )


def test_every_answer_is_of_the_revision_and_the_states_it_names(settings, tmp_path: Path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    odd, even = grid(), grid()
    find(even, "valves", "V-h10")["properties"]["operable"] = False
    folders = [write_folder(odd, tmp_path / "odd"), write_folder(even, tmp_path / "even")]
    import_network(ImportOptions(str(folders[0])))
    answers = {}
    askers = [Asker(settings.SNAPSHOT_DIR, tmp_path / f"told{nth}") for nth in range(2)]
    try:
        while not all(asker.has_begun() for asker in askers):
            assert all(asker.process.poll() is None for asker in askers)
            time.sleep(0.1)
        for nth in range(IMPORTS):
            for shut in (True, False):
                state = ValveState.CLOSED if shut else ValveState.OPEN
                set_valve_state("V-v10", state=state, by=None, at=timezone.now())
                now = network_now()
                assert now is not None
                topology = load_snapshot(now.revision).topology
                answers[now.revision.number, shut] = isolate(topology, [Burst(PIPE)], now.state)
                prepare_current_state()
            import_network(ImportOptions(str(folders[(nth + 1) % 2])))
    finally:
        lines = [line for asker in askers for line in asker.stop()]
    assert all(asker.process.returncode == 0 for asker in askers)
    assert not [line for line in lines if "built" in line]
    _check(lines, answers)


def _check(lines: list[dict[str, Any]], answers: dict[tuple[int, bool], Any]) -> None:
    assert {line["revision"] for line in lines} >= set(range(1, IMPORTS + 1)), "all were asked"
    assert {line["ready"] for line in lines} == {True, False}, "looked up and searched"
    for line in lines:
        assert line["before"] <= line["revision"] <= line["after"]
        wanted = answers.get((line["revision"], bool(line["closed"])))
        if wanted is None:  # the last import, after which nothing was turned
            continue
        told = (tuple(line["zone"]), tuple(line["to_close"]), line["customers"])
        assert told == (wanted.zone_pipes, wanted.valves_to_close, wanted.customers)
    assert len({(tuple(line["zone"]), tuple(line["to_close"])) for line in lines}) > 2
