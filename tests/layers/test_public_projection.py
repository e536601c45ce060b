"""What gets out to the public, and what never does (PUB-14, T23)."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from layers.public import store
from layers.public.projection import OUTAGE_FIELDS, RESTORED_SHOWN_FOR, public_band
from layers.public.snapshots import publish_public_snapshot
from layers.public.wording import ADVICE, CAUSES, PLANNED_CAUSES, plain
from network.models import Customer, Pipe, Valve
from outages.choices import Cause
from outages.models import Outage
from tests.factories import NOON
from tests.layers.conftest import SECRETS, Burst
from tests.layers.mvt import read_tile

pytestmark = pytest.mark.usefixtures("_public_addresses")

# Every path that a published file may have. Lists are written as [].
PERMITTED = {
    "format",
    "outages[]",
    *(f"outages[].{name}" for name in OUTAGE_FIELDS),
    *(f"outages[].{name}.{lang}" for name in ("place", "cause", "remark", "advice")
      for lang in ("zh", "en")),
    *(f"outages[].customers.{name}" for name in ("fewer_than", "from", "to")),
    "outages[].earlier_etas[]",
    *(f"outages[].earlier_etas[].{name}" for name in ("eta", "changed_at", "reason")),
    "outages[].earlier_etas[].reason.zh",
    "outages[].earlier_etas[].reason.en",
    "outages[].water[]",
    *(f"outages[].water[].{name}" for name in ("name", "kind", "hours", "name.zh", "name.en")),
    "outages[].area.type",
    "outages[].area.coordinates",
}  # fmt: skip


def paths_of(document: Any, path: str = "") -> Iterator[str]:
    """Every path of a JSON document; coordinates are one leaf."""
    if path:
        yield path
    if path.endswith(".coordinates"):
        return
    if isinstance(document, dict):
        for key, value in document.items():
            yield from paths_of(value, f"{path}.{key}" if path else key)
    elif isinstance(document, list):
        for value in document:
            yield from paths_of(value, f"{path}[]")


def published(folder: Path) -> dict[str, Any]:
    pointer = json.loads((folder / "current.json").read_text())
    document: dict[str, Any] = json.loads((folder / pointer["outages"]).read_text())
    return document


def only(folder: Path) -> dict[str, Any]:
    outages = published(folder)["outages"]
    assert len(outages) == 1
    outage: dict[str, Any] = outages[0]
    return outage


def test_published_files_hold_permitted_fields_alone(burst: Burst, _public_folder: Path) -> None:
    burst.publish()
    found = {path for path in paths_of(published(_public_folder)) if path != "outages"}
    assert found - PERMITTED == set()
    assert "outages[].area.coordinates" in found


def test_t23_nothing_personal_and_no_asset_reaches_the_public(
    burst: Burst, _public_folder: Path, client: Client
) -> None:
    burst.publish()
    internal = {*Valve.objects.values_list("asset_id", flat=True)}
    internal |= {*Pipe.objects.values_list("asset_id", flat=True)}
    internal |= {*Customer.objects.values_list("asset_id", flat=True)}
    personal = {SECRETS["name"], SECRETS["phone"], SECRETS["account"], "秘密乙某", "13812349999"}
    personal |= {"2单元", "单元501"}
    files = {file.name: file.read_text() for file in _public_folder.glob("*.json")}
    outage = burst.outage
    for address in (
        "/public/",
        "/public/?q=桂花苑",
        "/public/?q=解放路128号",
        f"/public/outages/{outage.code}/",
        "/public/feed.atom",
        "/public/planned.ics",
        "/public/spoken.json",
    ):
        files[address] = client.get(address).content.decode()
    for name, text in files.items():
        for secret in personal:
            assert secret not in text, f"{secret} in {name}"
        for asset in internal:
            assert f'"{asset}"' not in text, f"{asset} in {name}"
    # The search is no empty gesture: the same texts do stand in the database.
    assert Customer.objects.filter(phone=SECRETS["phone"]).exists()


def test_t23_the_area_holds_every_home_and_hides_the_pipe(
    burst: Burst, _public_folder: Path
) -> None:
    burst.publish()
    area = shapely.geometry.shape(only(_public_folder)["area"])
    assert burst.outage.area is not None
    true_area = shapely.from_wkb(bytes(burst.outage.area.wkb))
    homes = [shapely.from_wkb(bytes(home.geom.wkb)) for home in Customer.objects.all()]
    off = [home for home in homes if true_area.contains(home)]
    assert off
    assert all(area.buffer(1e-4).contains(home) for home in off)
    # Nothing of the true area's outline is in it.
    outline = {tuple(point) for point in shapely.get_coordinates(true_area)}
    assert not outline & {tuple(point) for point in shapely.get_coordinates(area)}


def test_a_small_change_of_the_area_changes_nothing(burst: Burst, _public_folder: Path) -> None:
    """The town has fewer homes than the minimum: it is told of as a whole, whatever is off."""
    burst.publish()
    before = only(_public_folder)
    assert before["customers"] == {"fewer_than": 10}
    assert burst.outage.area is not None
    smaller = burst.outage.area.buffer(-0.0001)
    Outage.objects.filter(pk=burst.outage.pk).update(area=MultiPolygon(smaller, srid=4326))
    burst.publish(minutes=1)
    assert only(_public_folder)["area"] == before["area"]


@given(homes=st.integers(0, 100_000), minimum=st.integers(5, 300))
def test_counts_single_nobody_out(homes: int, minimum: int) -> None:
    told = public_band(homes, minimum)
    if homes < minimum:
        assert told == {"fewer_than": minimum}
    else:
        assert minimum <= told["from"] <= homes
        assert homes < told.get("to", homes + 1)
        assert told.get("to", 10**9) >= 2 * minimum


def test_the_town_is_published_as_tiles(burst: Burst, client: Client, _public_folder: Path) -> None:
    burst.publish()
    pointer = json.loads((_public_folder / "current.json").read_text())
    tiles = _public_folder / pointer["tiles"]
    deepest = max(int(folder.name) for folder in tiles.iterdir())
    assert pointer["deepest_tile"] == deepest == 15
    drawn = {name for file in tiles.rglob("*.mvt") for name in read_tile(file.read_bytes())}
    assert drawn == {"background"}
    address = next(iter(sorted(tiles.glob("15/*/*.mvt")))).relative_to(_public_folder)
    answer = client.get(f"/public/data/{address}")
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    # Beside the town there is nothing, and that is no error.
    assert client.get(f"/public/data/{pointer['tiles']}/15/1/1.mvt").content == b""
    assert client.get("/public/data/tiles-00000000000000000000/15/1/1.mvt").status_code == 404
    assert client.get("/public/data/..%2f..%2f/15/1/1.mvt").status_code == 404
    # Drawn once: another publication finds them there.
    before = tiles.stat().st_ino
    burst.publish(minutes=1)
    assert tiles.stat().st_ino == before


def test_what_is_not_published_is_not_there(burst: Burst, _public_folder: Path) -> None:
    Outage.objects.filter(pk=burst.outage.pk).update(published_at=None)
    assert burst.publish().outages == 0
    assert published(_public_folder)["outages"] == []


def test_an_outage_without_an_area_is_shown_nowhere(burst: Burst, _public_folder: Path) -> None:
    Outage.objects.filter(pk=burst.outage.pk).update(area=None)
    assert burst.publish().outages == 0


def test_the_life_of_an_outage_as_the_public_sees_it(burst: Burst, _public_folder: Path) -> None:
    desk, outage = burst.desk, burst.outage
    burst.publish()
    assert only(_public_folder)["status"] == "off"
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    burst.publish()
    assert only(_public_folder)["status"] == "returning"
    restored = desk.restore(outage)
    burst.publish()
    assert only(_public_folder)["status"] == "restored"
    assert restored.restored_at is not None
    publish_public_snapshot(restored.restored_at + RESTORED_SHOWN_FOR + timedelta(minutes=1))
    assert published(_public_folder)["outages"] == []


def test_the_same_state_is_the_same_file(burst: Burst, _public_folder: Path) -> None:
    first, second = burst.publish(), burst.publish(minutes=3)
    assert first.changed
    assert not second.changed
    assert first.outages_file == second.outages_file
    pointer = json.loads((_public_folder / "current.json").read_text())
    assert pointer["generated_at"] > "2026-11-21T04:03"
    assert pointer["valid_until"] > pointer["generated_at"]


def test_a_change_is_a_new_file_and_the_old_one_stays(burst: Burst, _public_folder: Path) -> None:
    first = burst.publish()
    Outage.objects.filter(pk=burst.outage.pk).update(place="解放路东段")
    second = burst.publish()
    assert second.changed
    assert (_public_folder / first.outages_file).exists()
    assert "解放路东段" in (_public_folder / second.outages_file).read_text()


def test_a_failed_publication_leaves_the_pointer(
    burst: Burst, _public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    burst.publish()
    before = (_public_folder / "current.json").read_bytes()
    monkeypatch.setattr(Path, "replace", _no_space)
    Outage.objects.filter(pk=burst.outage.pk).update(place="别处")
    with pytest.raises(OSError, match="no space"):
        burst.publish(minutes=1)
    monkeypatch.undo()
    assert (_public_folder / "current.json").read_bytes() == before
    assert list(_public_folder.glob(".new-*")) == []


def _no_space(*_args: object) -> None:
    msg = "no space left"
    raise OSError(msg)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("V-0412 旁施工", "… 旁施工"),
        ("请打13812345678", "请打…"),
        ("电话 0771-555 0100 找老王", "电话 … 找老王"),
        ("管件送到晚", "管件送到晚"),
        ("07-07 的抢修，约 1,280 户", "07-07 的抢修，约 1,280 户"),
        ("一行\n又一行", "一行 又一行"),
    ],
)
def test_free_text_loses_what_is_internal(typed: str, told: str) -> None:
    assert plain(typed) == told


def test_every_cause_has_words_in_both_languages() -> None:
    for texts in (CAUSES, PLANNED_CAUSES):
        assert set(texts) == set(Cause)
        assert all(text["zh"] and text["en"] for text in texts.values())
    assert all(text["zh"] and text["en"] for text in ADVICE.values())


@pytest.mark.parametrize(
    "name", ["../env", "current.json", "outages-zz.json", "/etc/passwd", "outages-.json", "x"]
)
def test_only_public_files_are_served(
    burst: Burst, client: Client, name: str, _public_folder: Path
) -> None:
    burst.publish()
    assert client.get(f"/public/data/{name}").status_code == 404
    with pytest.raises(FileNotFoundError):
        store.read_file(name)


def test_earlier_times_stay_with_their_reason(
    burst: Burst, _public_folder: Path, client: Client
) -> None:
    from outages.models import RestorationEstimate

    later = NOON + timedelta(hours=9)
    RestorationEstimate.objects.create(
        outage=burst.outage,
        at=NOON + timedelta(hours=1),
        estimated_restoration_at=later,
        reason="管件送到晚",
        reason_en="a part arrived late",
    )
    Outage.objects.filter(pk=burst.outage.pk).update(estimated_restoration_at=later)
    burst.publish()
    outage = only(_public_folder)
    assert outage["eta"] == "2026-11-21T13:00:00Z"
    assert outage["earlier_etas"] == [
        {
            "eta": "2026-11-21T10:00:00Z",
            "changed_at": "2026-11-21T05:00:00Z",
            "reason": {"zh": "管件送到晚", "en": "a part arrived late"},
        }
    ]
    assert "管件送到晚" in client.get("/public/").content.decode()


def test_what_a_killed_process_left_half_written_goes_after_a_day(
    burst: Burst, _public_folder: Path
) -> None:
    burst.publish()
    fresh, old = _public_folder / ".new-a.json", _public_folder / ".new-b"
    fresh.write_text("{")
    (old / "15").mkdir(parents=True)
    yesterday = time.time() - store.KEEP_OLD_S - 60
    os.utime(old, (yesterday, yesterday))
    burst.publish()
    assert fresh.exists()
    assert not old.exists()
    assert store.read_pointer() is not None
