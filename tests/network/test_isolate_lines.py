"""Whatever stands on a line of a batch is answered on that line, and the others go on.

(S) -1- [V] -管 2- [W] -p3- e      100 m each; p4 is planned, 60 degrees south
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from network.importer.drawing import Plane
from network.management.commands._isolate_cases import joined_values
from network.selectors import nearest_pipe
from tests.network.small_networks import Feature, write_folder

pytestmark = pytest.mark.django_db

SOUTH = Plane(-70.6, -60.0)
GOOD = '{"id": "last", "pipe": 1}'


def degrees(*places: tuple[float, float]) -> list[list[float]]:
    return SOUTH.lon_lat(np.asarray(places, dtype=float)).tolist()


def feature(shape: str, coordinates: Any, **properties: Any) -> Feature:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def pipe(asset_id: Any, *places: tuple[float, float], **properties: Any) -> Feature:
    return feature("LineString", degrees(*places), id=asset_id, **properties)


def spot(asset_id: Any, place: tuple[float, float], **properties: Any) -> Feature:
    return feature("Point", degrees(place)[0], id=asset_id, **properties)


@pytest.fixture
def street(tmp_path: Path, settings: Any) -> Path:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    layers = {
        "pipes": [
            pipe(1, (0, 0), (100, 0)),
            pipe("管 2", (100, 0), (200, 0)),
            pipe("p3", (200, 0), (300, 0)),
            pipe("p4", (300, 0), (400, 0), status="planned"),
        ],
        "valves": [spot("V", (100, 0)), spot("W", (200, 0))],
        "sources": [spot("S", (0, 0))],
    }
    folder = write_folder(layers, tmp_path / "street")
    call_command("import_network", str(folder), stdout=io.StringIO(), stderr=io.StringIO())
    return tmp_path


def answers(folder: Path, content: bytes) -> list[dict[str, Any]]:
    (folder / "cases.jsonl").write_bytes(content)
    out = io.StringIO()
    call_command("isolate", batch=str(folder / "cases.jsonl"), stdout=out)
    return [json.loads(line) for line in out.getvalue().encode().decode().split("\n") if line]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"id": NaN, "pipe": 1}', "line 1 cannot be read"),
        (b'{"id": 1e999, "pipe": 1}', "line 1 cannot be read"),
        (b'{"id": "\\ud83d", "pipe": 1}', "line 1 cannot be read"),
        (b'{"id": ' + b"9" * 5000 + b"}", "line 1 cannot be read"),
        (b"[" * 100_000, "line 1 cannot be read"),
        (b'{"id": "\xff"}', "line 1 is not UTF-8"),
        (b"{'id': 1}", "line 1 is not JSON"),
        (b'["p3"]', "line 1: a case must be a JSON object"),
        (b'{"id": 7, "pipe": ["p3"]}', 'an id is text or a number, not ["p3"]'),
        (b'{"id": 7, "pipe": true}', "an id is text or a number, not true"),
        (b'{"id": 7, "pipe": "p3\\u0000"}', "is no text that an id could be"),
        (b'{"id": 7, "pipe": 1, "closed": "V"}', "closed must be a list of ids"),
        (b'{"id": 7, "pipe": 1, "closed": ["V", null]}', "closed: an id is text"),
        (b'{"id": 7, "at": "12"}', "at must be [lon, lat]"),
        (b'{"id": 7, "at": [1e400, 2]}', "line 1 cannot be read"),
        (b'{"id": 7, "at": [' + b"9" * 400 + b", 2]}", "at must be [lon, lat]"),
        (b'{"id": 7, "at": [-60.0, -170.6]}', "degrees [lon, lat]"),
        (b'{"id": 7}', "exactly one of pipe, pipes and at"),
        (b'{"id": 7, "pipe": 1, "at": [1, 2]}', "exactly one of pipe, pipes and at"),
        (b'{"id": 7, "pipes": []}', "exactly one of pipe, pipes and at"),
        (b'{"id": 7, "pipe": "p9"}', "unknown pipe: p9"),
        (b'{"id": 7, "pipe": 1, "open": ["X"]}', "unknown valve: X"),
        (b'{"id": 7, "pipe": 1, "open": ["V"], "closed": ["V"]}', "both closed and open: V"),
        (b'{"id": 7, "pipe": 1, "inactive_sources": ["T"]}', "unknown source: T"),
        (b'{"id": 7, "pipe": "p4"}', "pipe p4 is not in service (planned)"),
    ],
)
def test_a_bad_line_is_told_and_the_batch_goes_on(street: Path, line: bytes, error: str) -> None:
    bad, good = answers(street, line + b"\n\n" + GOOD.encode())
    assert error in bad["error"]
    assert bad["id"] == (7 if line.startswith(b'{"id": 7') and "line 1" not in error else None)
    assert (good["id"], good["valves_to_close"]) == ("last", [])


def test_lines_end_with_a_line_feed_and_nothing_else(street: Path) -> None:
    cases = [
        b'\xef\xbb\xbf{"id": "a\xe2\x80\xa8b\xc2\x85c", "pipe": "\xe7\xae\xa1 2"}\r\n',
        b'{"id": {"case": [1.5, null]}, "pipe": 1.0}\r\n',
    ]
    first, second = answers(street, b"".join(cases))
    assert (first["id"], first["segment_pipes"]) == ("a\u2028b\x85c", ["管 2"])
    assert (second["id"], second["pipe"]) == ({"case": [1.5, None]}, "1")


def test_one_case_that_cannot_be_asked_is_told_in_a_sentence(street: Path) -> None:
    with pytest.raises(CommandError, match=r"pipe p4 is not in service \(planned\)"):
        call_command("isolate", pipe="p4")
    with pytest.raises(CommandError, match=r"cannot read nowhere\.jsonl"):
        call_command("isolate", batch="nowhere.jsonl")


def test_a_place_in_the_west_may_follow_its_option() -> None:
    given = ["manage.py", "isolate", "--at", "-70.6,-33.4", "--closed", "V", "W", "--json"]
    assert list(joined_values(given)) == [
        *("manage.py", "isolate", "--at=-70.6,-33.4", "--closed", "V", "W", "--json")
    ]
    assert list(joined_values(["--at"])) == ["--at"]


def test_where_a_bend_lies_is_measured_on_the_ground(tmp_path: Path, settings: Any) -> None:
    """At 60 degrees a degree of longitude is half as long: 100 m east, then 100 m north.

    A valve stands ten metres behind the bend. Reckoned in degrees the bend would lie at a third
    of the way, and a burst two metres behind it on the valve's other side.
    """
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    layers = {
        "pipes": [pipe("bent", (0, 0), (100, 0), (100, 100)), pipe("far", (100, 100), (100, 200))],
        "valves": [spot("V", (100, 10))],
        "sources": [spot("S", (0, 0))],
    }
    folder = write_folder(layers, tmp_path / "bent")
    call_command("import_network", str(folder), stdout=io.StringIO(), stderr=io.StringIO())
    places = degrees((100.5, 2), (99, 18), (40, -0.3))
    for (lon, lat), metres in zip(places, (102, 118, 40), strict=True):
        near = nearest_pipe(lon, lat, 50)
        assert near is not None
        assert near.fraction * 200 == pytest.approx(metres, abs=0.05)
    cases = [json.dumps({"id": n, "at": place}) for n, place in enumerate(places)]
    before, behind, first = answers(tmp_path, "\n".join(cases).encode())
    assert (before["isolatable"], behind["isolatable"], first["isolatable"]) == (False, True, False)
    assert (before["boundary_valves"], behind["valves_to_close"]) == (["V"], ["V"])


def test_the_nearest_is_the_nearest_in_metres(tmp_path: Path, settings: Any) -> None:
    """Thirty services in the north are nearer in degrees than the main in the east."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    services = [pipe(f"s{n:02}", (n / 9, 8 + n / 20), (n / 9, 30)) for n in range(30)]
    layers = {"pipes": [pipe("main", (7, -50), (7, 50)), *services], "sources": []}
    folder = write_folder(layers, tmp_path / "dense")
    call_command("import_network", str(folder), stdout=io.StringIO(), stderr=io.StringIO())
    near = nearest_pipe(*degrees((0, 0))[0], 50)
    assert near is not None
    assert (near.pipe, round(near.distance_m, 1)) == ("main", 7.0)
