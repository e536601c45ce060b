"""Who fetches water from a hydrant, and who is sent a tanker.

(S) -p1- [V] -p2- [W] -p3- [X closed] -p4- (T)      100 m each; a hydrant at S and at T

A burst on p2 leaves c2 (2 persons, 150 m from S) and c3 (3 persons, 150 m from T) dry.
"""

from __future__ import annotations

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from network.selectors.water_points import Reach, supply_points
from tests.network.small_networks import Layers, write_folder
from tests.network.test_isolate_arguments import street

pytestmark = pytest.mark.django_db


def points(layers: Layers, tmp_path: Path, settings: Any) -> list[dict[str, Any]]:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    folder = write_folder(layers, tmp_path / "street")
    call_command("import_network", str(folder), stdout=io.StringIO(), stderr=io.StringIO())
    out = io.StringIO()
    call_command("isolate", "--pipe", "p2", "--restore", "--json", stdout=out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())["restore"]["points"]
    return found


def test_who_waits_beside_a_hydrant_that_keeps_water_needs_no_tanker(
    tmp_path: Path, settings: Any
) -> None:
    found = points(street(), tmp_path, settings)
    assert {each["kind"] for each in found} == {"hydrant"}


def test_without_a_hydrant_a_tanker_stops_where_most_have_it_near(
    tmp_path: Path, settings: Any
) -> None:
    """X fed again would leave c2 alone: without T nobody feeds c3. n2 lies between both."""
    layers = street()
    layers["hydrants"] = []
    layers["sources"] = layers["sources"][:1]
    (tanker,) = points(layers, tmp_path, settings)
    assert (tanker["kind"], tanker["place"]) == ("tanker", "n2")
    assert (tanker["customers"], tanker["persons"]) == (2, 5)
    assert tanker["farthest_m"] == pytest.approx(50, abs=1)


def test_who_lives_too_far_from_every_hydrant_gets_a_tanker_besides(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody carries more than 200 m: c2 goes to S's hydrant, c3 is 250 m away from it."""
    near = partial(supply_points, reach=Reach(carry_m=200.0))
    monkeypatch.setattr("network.management.commands.isolate.supply_points", near)
    layers = street()
    layers["hydrants"] = layers["hydrants"][:1]
    layers["sources"] = layers["sources"][:1]
    found = points(layers, tmp_path, settings)
    assert [(each["kind"], each["place"], each["persons"]) for each in found] == [
        ("hydrant", "H0", 2),
        ("tanker", "n2", 3),
    ]
