"""Vector tiles: who gets which, what is in them, and that they change when a valve does."""

import gzip
import math
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from layers.tiles import Tile, render_tile
from network.models import ValveCondition
from tests.factories import NORTH, STEP_DEG, WEST, lay
from tests.layers.conftest import TOWN, lay_background
from tests.layers.mvt import read_tile

pytestmark = pytest.mark.django_db


def tile_of(lon: float, lat: float, zoom: int) -> str:
    """The z/x/y of the tile that holds a place."""
    x = int((lon + 180) / 360 * 2**zoom)
    radians = math.radians(lat)
    y = int((1 - math.asinh(math.tan(radians)) / math.pi) / 2 * 2**zoom)
    return f"{zoom}/{x}/{y}"


def tile_at(zoom: int) -> str:
    """The tile in the middle of the burst pipe."""
    return tile_of(WEST + 2.5 * STEP_DEG, NORTH, zoom)


def read(client: Client, path: str) -> dict[str, list[dict[str, object]]]:
    response = client.get(path)
    assert response.status_code == 200
    assert "gzip" not in response.headers.get("Content-Encoding", "")
    return read_tile(response.content)


def test_staff_see_background_and_network(signed_in: Callable[..., Client]) -> None:
    lay(TOWN)
    lay_background()
    layers = read(signed_in("dispatcher"), f"/layers/tiles/{tile_at(15)}.mvt")
    assert set(layers) == {"background", "pipe", "valve", "hydrant", "source"}
    valves = {valve["id"]: valve for valve in layers["valve"]}
    assert set(valves) == {"V1", "V2", "V3", "V9"}
    assert (valves["V1"]["state"], valves["V1"]["operable"]) == ("open", True)
    assert (valves["V9"]["operability"], valves["V9"]["operable"]) == ("inoperable", False)
    # The drawing runs from west to east: a valve on it lies along 90 degrees from north.
    assert valves["V1"]["bearing"] == 90
    assert valves["V1"]["rotation"] == 0
    street = next(row for row in layers["background"] if row["kind"] == "street")
    assert (street["name"], street["name_en"], street["width"]) == ("解放路", "Jiefang Road", 20)


def test_recorded_states_hold_over_the_drawing(signed_in: Callable[..., Client]) -> None:
    lay(TOWN)
    client = signed_in("dispatcher")
    address = f"/layers/tiles/{tile_at(15)}.mvt"
    before = client.get(address).headers["ETag"]
    unchanged = client.get(address, headers={"If-None-Match": before})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    ValveCondition.objects.create(asset_id="V1", state="closed", changed_at=timezone.now())
    changed = client.get(address, headers={"If-None-Match": before})
    assert changed.status_code == 200
    valves = {valve["id"]: valve for valve in read_tile(changed.content)["valve"]}
    assert valves["V1"]["state"] == "closed"
    assert valves["V2"]["state"] == "open"


def test_only_the_current_revision_is_drawn(signed_in: Callable[..., Client]) -> None:
    lay(TOWN)
    lay("(S) -q1- x")
    layers = read(signed_in("dispatcher"), f"/layers/tiles/{tile_at(14)}.mvt")
    assert {pipe["id"] for pipe in layers["pipe"]} == {"q1"}


@pytest.mark.parametrize(
    ("zoom", "expected"),
    [
        (11, {"background"}),
        (13, {"background", "source"}),
        (14, {"background", "source", "pipe"}),
        (15, {"background", "source", "pipe", "valve", "hydrant"}),
    ],
)
def test_zoom_decides_what_is_shown(
    signed_in: Callable[..., Client], zoom: int, expected: set[str]
) -> None:
    lay(TOWN)
    lay_background()
    layers = read(signed_in("dispatcher"), f"/layers/tiles/{tile_at(zoom)}.mvt")
    assert {name for name, features in layers.items() if features} == expected


def test_without_the_network_a_tile_holds_the_town_and_nothing_else() -> None:
    """These are what the public side is given as files."""
    lay(TOWN)
    lay_background()
    for zoom in range(8, 18):
        z, x, y = map(int, tile_at(zoom).split("/"))
        body = render_tile(Tile(z, x, y), network=False)
        assert set(read_tile(body)) <= {"background"}
        assert b"V1" not in body
        assert b"p3" not in body


def test_strangers_get_no_network(client: Client, signed_in: Callable[..., Client]) -> None:
    address = f"/layers/tiles/{tile_at(15)}.mvt"
    assert client.get(address).status_code == 302
    nobody = signed_in("nobody-at-all")
    assert nobody.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    ["0/0/0", "7/1/1", "21/0/0", "15/32768/0", "15/0/32768", "99/1/1", "15/99999999999999999999/1"],
)
def test_addresses_that_do_not_exist(signed_in: Callable[..., Client], address: str) -> None:
    assert signed_in("dispatcher").get(f"/layers/tiles/{address}.mvt").status_code == 404


def test_large_tiles_travel_compressed(signed_in: Callable[..., Client]) -> None:
    lay(TOWN)
    lay_background()
    client = signed_in("dispatcher")
    address = f"/layers/tiles/{tile_at(15)}.mvt"
    plain = client.get(address).content
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_town_without_a_network_has_tiles(signed_in: Callable[..., Client]) -> None:
    lay_background()
    assert set(read(signed_in("crew"), f"/layers/tiles/{tile_at(15)}.mvt")) == {"background"}
