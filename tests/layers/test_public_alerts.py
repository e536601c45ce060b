"""CAP 1.2 messages on the public side: valid, chained, never changed, and telling on nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.urls import reverse
from lxml import etree

from layers.public import alerts, store
from layers.public.alerts import NAMESPACE
from layers.public.reading import read_state
from outages.models import OutageNotice
from outages.services import outages
from tests.factories import NOON
from tests.layers.conftest import SECRETS, Burst

pytestmark = pytest.mark.usefixtures("_public_addresses")
SCHEMA = etree.XMLSchema(file=str(Path(__file__).with_name("cap-1.2.xsd")))


def published(burst: Burst) -> list[Any]:
    """Publish, and return the messages' XML by the list, oldest first; each must be valid."""
    burst.publish()
    found = []
    for entry in reversed(store.read_alerts()):
        document = etree.fromstring(store.read_alert(entry["file"]))
        SCHEMA.assertValid(document)
        found.append(document)
    return found


def of(document: Any, name: str) -> list[str]:
    return [str(each.text) for each in document.iter(f"{{{NAMESPACE}}}{name}")]


def later(burst: Burst, hours: int) -> None:
    outages.change_estimate(
        burst.outage,
        estimated_restoration_at=NOON + timedelta(hours=hours),
        reason="管件送到晚",
        by=burst.desk.dana,
        at=burst.desk.now,
    )


def test_a_notice_is_a_valid_message_in_both_languages(burst: Burst) -> None:
    [message] = published(burst)
    assert of(message, "msgType") == ["Alert"]
    assert of(message, "language") == ["zh-CN", "en"]
    assert of(message, "references") == []
    assert "停水" in of(message, "headline")[0]
    assert "952525" in of(message, "contact")[0]


def test_an_update_refers_to_all_that_was_said_before(burst: Burst) -> None:
    published(burst)
    later(burst, 8)
    later(burst, 9)
    messages = published(burst)
    assert [of(each, "msgType")[0] for each in messages] == ["Alert", "Update", "Update"]
    said = [
        ",".join([*of(each, "sender"), *of(each, "identifier"), *of(each, "sent")])
        for each in messages
    ]
    assert of(messages[1], "references") == [said[0]]
    assert of(messages[2], "references") == [f"{said[0]} {said[1]}"]
    assert len(set(said)) == 3


def test_what_was_said_is_never_changed(burst: Burst) -> None:
    published(burst)
    [entry] = store.read_alerts()
    before = store.read_alert(entry["file"])
    burst.outage.__class__.objects.update(place="另一处")
    published(burst)
    assert store.read_alert(entry["file"]) == before


def test_the_area_is_the_public_one_and_nothing_private_is_in_it(burst: Burst) -> None:
    [message] = published(burst)
    raw = etree.tostring(message, encoding="unicode")
    for secret in (*SECRETS.values(), "13812349999", "V1", "V2", "p3"):
        assert secret not in raw
    [outage] = store.read_outages(str((store.read_pointer() or {})["outages"]))
    area = shapely.geometry.shape(outage["area"])
    for ring in of(message, "polygon"):
        points = [tuple(map(float, pair.split(","))) for pair in ring.split(" ")]
        assert points[0] == points[-1]
        assert len(points) >= 4
        shape = shapely.Polygon([(lon, lat) for lat, lon in points])
        assert shape.difference(area.buffer(0.0001)).area == 0


def test_a_message_that_grows_too_large_tells_of_its_hull(
    burst: Burst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "MOST_BYTES", 10)
    [message] = published(burst)
    assert len(of(message, "polygon")) == 2  # one for each language


def test_a_message_without_an_area_is_not_made(burst: Burst) -> None:
    assert alerts.alert_messages({}, at=burst.desk.now + timedelta(hours=1)) == []


def test_the_feed_lists_messages_by_their_own_addresses(burst: Burst, settings: Any) -> None:
    settings.PUBLIC_URL = "https://water.example.org"
    published(burst)
    browser = Client()
    feed = browser.get("/public/alerts.atom")
    assert feed.status_code == 200
    assert feed["Content-Type"].startswith("application/atom+xml")
    [entry] = store.read_alerts()
    address = f"/public/alerts/{entry['file']}"
    assert f"https://water.example.org{address}" in feed.content.decode()
    answer = browser.get(address)
    assert answer["Content-Type"] == "application/cap+xml"
    SCHEMA.assertValid(etree.fromstring(answer.content))


@pytest.mark.parametrize("name", ["../env", "alert-x.json", "current.json", "alert-..xml", "x"])
def test_no_other_file_is_reached(name: str, _public_folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.read_alert(name)


def test_what_no_xml_can_hold_stops_nothing(burst: Burst, client: Client) -> None:
    """A place pasted out of a spreadsheet brings a line break that nobody sees."""
    burst.publish()
    burst.outage.__class__.objects.update(place="解放路\x0b东段\x08")
    with connection.cursor() as owner:  # what went out is not changed otherwise
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute("ALTER TABLE outages_outagenotice DISABLE TRIGGER outages_outagenotice_said")
    OutageNotice.objects.update(title_zh="停水\x0b通知", text_zh="解放路\x1f停水")
    store.public_folder().joinpath(store.read_alerts()[0]["file"]).unlink()
    [message] = published(burst)
    assert of(message, "headline")[0] == "停水 通知"
    assert of(message, "description")[0] == "解放路 停水"
    for name in ("public:feed", "public:alerts"):
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        etree.fromstring(answer.content)
    assert read_state().outages[0].place == "解放路 东段"
