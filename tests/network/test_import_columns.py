"""Columns held in one piece and written in blocks say exactly what the source said."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.forms.models import model_to_dict

from network.importer import copying, packed
from network.importer.packed import Packed, compact
from network.importer.places import (
    Courses,
    as_shapes,
    bounds_of,
    coordinates_of,
    ewkb_hex,
    missing_points,
    with_coordinates,
)
from network.importer.run import ImportOptions, import_network
from network.models import Customer, Hydrant, Junction, Pipe, Source, Valve
from tests.network.small_networks import find, grid, write_folder

AWKWARD = [
    "back\\slash \\N \\.",
    'a "quoted" word, and a comma',
    "two\nlines",
    "a\ttab",
    "carriage\rreturn",
    "阀门😀",
    "\\",
    "null",
]


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of three rows, so that a small network has many and the last is not full."""
    monkeypatch.setattr(packed, "BLOCK_ROWS", 3)
    monkeypatch.setattr(copying, "BLOCK_ROWS", 3)


def test_packed_texts_come_back_clean(small_blocks):
    texts = ["a", "", " b ", "c\x1fd", "\x00e\x07", "f\ng", "最后"]
    assert Packed.of(texts).tolist() == ["a", "", "b", "cd", "e", "f\ng", "最后"]
    assert len(Packed.of(texts)) == 7
    assert Packed.of([]).tolist() == []
    assert Packed.of([""]).tolist() == [""]


def test_packed_rows_are_kept_by_a_mask_across_blocks(small_blocks):
    column = Packed.of("abcdefgh")
    kept = column[np.array([nth % 2 == 0 for nth in range(8)])]
    assert kept.tolist() == ["a", "c", "e", "g"]
    assert [len(block) for block in kept.blocks()] == [3, 1]


def test_only_texts_are_packed():
    numbers = np.array([1, "1"], dtype=object)
    assert compact(numbers) is numbers
    assert compact(np.array(["x", None], dtype=object)).tolist() == ["x", ""]


def test_a_place_that_became_unusable_is_not_one_that_is_missing():
    points = np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, np.nan]])
    assert missing_points(points).tolist() == [False, True, False]
    moved = with_coordinates(points, np.full((2, 2), np.nan))
    assert missing_points(moved).tolist() == [False, True, False]
    assert not np.isfinite(moved).all(axis=1).any()
    assert as_shapes(points)[1] is None


def test_points_as_numbers_are_the_points_that_shapely_makes():
    points = np.array([[110.05, 22.93], [-70.0, -33.4]])
    shapes = as_shapes(points)
    assert ewkb_hex(points) == ewkb_hex(shapes)
    assert bounds_of(points).tolist() == bounds_of(shapes).tolist()
    assert coordinates_of(points).tolist() == coordinates_of(shapes).tolist()


def test_courses_are_the_lines_they_were_made_of():
    lines = shapely.linestrings([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]).tolist()
    lines.append(shapely.LineString([(0, 0), (1, 0), (2, 5)]))
    courses = Courses.of(np.asarray(lines, dtype=object))
    assert courses.lines().tolist() == lines
    assert courses.lines(1, 3).tolist() == lines[1:]
    assert courses.lines(2, 99).tolist() == lines[2:]
    assert Courses.of(np.empty(0, dtype=object)).lines().tolist() == []


def import_grid(folder: Path) -> None:
    layers = grid(4)
    for nth, text in enumerate(AWKWARD):
        customer = layers["customers"][nth]["properties"]
        customer.update(name=text, address=f"{text} 1", remark=text, persons=nth or None)
    find(layers, "pipes", "h00")["properties"].update(street=AWKWARD[0], note=AWKWARD[1])
    find(layers, "sources", layers["sources"][0]["properties"]["id"])["properties"].update(
        inlet_pipes=["h00"]
    )
    assert import_network(ImportOptions(path=str(write_folder(layers, folder)))).revision


def stored() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for model in (Junction, Pipe, Valve, Hydrant, Source, Customer):
        for row in model.objects.order_by("asset_id"):
            rows.append(model_to_dict(row, exclude=["id", "revision"]) | {"geom": row.geom.ewkt})
    return rows


@pytest.mark.django_db
def test_awkward_texts_arrive_as_they_were_written(settings, tmp_path):
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    import_grid(tmp_path / "town")
    said = {
        row.name: (row.address, row.attributes["remark"])
        for row in Customer.objects.filter(name__in=AWKWARD)
    }
    assert said == {text: (f"{text} 1", text) for text in AWKWARD}
    pipe = Pipe.objects.get(asset_id="h00")
    assert (pipe.street, pipe.attributes["note"]) == (AWKWARD[0], AWKWARD[1])
    assert Source.objects.get().inlet_pipes == ["h00"]


@pytest.mark.django_db
def test_where_blocks_end_makes_no_difference(settings, tmp_path, request):
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    import_grid(tmp_path / "at-once")
    at_once = stored()
    for model in (Junction, Pipe, Valve, Hydrant, Source, Customer):
        model.objects.all().delete()
    request.getfixturevalue("small_blocks")
    import_grid(tmp_path / "in-blocks")
    assert stored() == at_once


@pytest.mark.django_db
def test_a_table_of_awkward_texts_is_read_like_any_other(settings, tmp_path, small_blocks):
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    layers = grid(2)
    folder = write_folder(layers, tmp_path / "town")
    place = layers["customers"][0]["geometry"]["coordinates"]
    (folder / "customers.geojson").unlink()
    with (folder / "customers.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "lon", "lat", "name", "remark"])
        table.writerows([f"c{n}", *place, text, text] for n, text in enumerate(AWKWARD))
        table.writerow(["c-short", *place])
    assert import_network(ImportOptions(path=str(folder))).revision
    names = dict(Customer.objects.values_list("asset_id", "name"))
    assert names == {f"c{n}": text for n, text in enumerate(AWKWARD)} | {"c-short": ""}
