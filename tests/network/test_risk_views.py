"""The risk map: what is shown and handed out, and that it says what it holds for."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from gisapp.tasks import reckon_risk
from network.choices import ValveState
from network.models import CriticalityRun, NetworkRevision
from network.selectors.risk import band_of
from network.services import set_valve_state
from network.services.criticality import compute_criticality, request_criticality
from tests import factories
from tests.factories import NORTH, WEST, lay

# A burst on p2 also dries p3; one on p1 takes all.
DRAWING = "(S) -p1- a |V1-p2- b |V2-p3- c"
BBOX = f"{WEST - 0.1},{NORTH - 0.1},{WEST + 0.1},{NORTH + 0.1}"


@pytest.fixture(autouse=True)
def _own_snapshots(settings: Any, tmp_path: Path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


@pytest.fixture
def revision(db: None) -> NetworkRevision:
    sync_roles()
    return lay(DRAWING)


def client_of(role: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(factories.person(role))
    return client


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("network:risk"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_reckoning_it_says_so_and_offers_it_to_editors_alone(
    revision: NetworkRevision,
) -> None:
    assert "Nothing is reckoned yet" in page(client_of("gis_editor"))
    assert reverse("reckon-risk") in page(client_of("gis_editor"))
    assert reverse("reckon-risk") not in page(client_of("dispatcher"))


def test_the_worst_pipe_stands_first_and_each_list_has_its_rows(revision: NetworkRevision) -> None:
    compute_criticality(revision, at=timezone.now())
    client = client_of("dispatcher")
    pipes = page(client)
    assert pipes.index("/network/pipe/p1/") < pipes.index("/network/pipe/p2/")
    assert pipes.index("/network/pipe/p2/") < pipes.index("/network/pipe/p3/")
    assert "on network r1" in pipes
    assert "stand as they did then" in pipes
    assert "/network/valve/V1/" in page(client, part="valves")
    assert "One new valve" in page(client, part="places")


def test_a_valve_that_was_shut_since_makes_the_figures_old(revision: NetworkRevision) -> None:
    compute_criticality(revision, at=timezone.now())
    set_valve_state("V2", state=ValveState.CLOSED, by=None, at=timezone.now(), reason="test")
    text = page(client_of("dispatcher"))
    assert "Valves or sources have changed since" in text
    assert "stand as they did then" not in text


def test_the_layer_has_the_pipes_with_their_band_and_words(revision: NetworkRevision) -> None:
    run = compute_criticality(revision, at=timezone.now())
    answer = client_of("dispatcher").get(reverse("layers:risk"), {"bbox": BBOX}).json()
    assert [each["properties"]["id"] for each in answer["features"]] == ["p1", "p2", "p3"]
    assert [each["properties"]["customers"] for each in answer["features"]] == [3, 2, 1]
    assert "3 customers (12 people)" in answer["features"][0]["properties"]["label"]
    assert answer["run"] == run.pk
    assert not answer["truncated"]
    assert (answer["total"], answer["told"]) == (3, "")


def test_the_legend_says_where_only_the_worst_are_drawn(
    revision: NetworkRevision, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute_criticality(revision, at=timezone.now())
    monkeypatch.setattr("layers.views.features.MAX_FEATURES", 2)
    client = client_of("dispatcher")
    answer = client.get(reverse("layers:risk"), {"bbox": BBOX}).json()
    assert [each["properties"]["id"] for each in answer["features"]] == ["p1", "p2"]
    assert answer["truncated"]
    assert answer["told"].startswith("Only the worst 2 of 3 pipes in view")
    assert "data-risk-told" in page(client)


def test_before_the_first_reckoning_the_page_says_what_will_stand_there(
    revision: NetworkRevision,
) -> None:
    editor, watcher = page(client_of("gis_editor")), page(client_of("dispatcher"))
    assert "Nothing is reckoned yet" in editor
    assert "Press “Reckon now”" in editor
    assert "Ask who keeps the network" in watcher
    for said in (editor, watcher):
        assert "What will stand here" in said
    request_criticality(revision, at=timezone.now())
    assert "Being reckoned for the first time" in page(client_of("shift_leader"))


def test_a_band_is_what_the_legend_says() -> None:
    assert [band_of(n) for n in (0, 49, 50, 199, 200, 999, 1000)] == [0, 0, 1, 1, 2, 2, 3]


def test_both_exports_hold_all_three_tables(revision: NetworkRevision) -> None:
    run = compute_criticality(revision, at=timezone.now())
    client = client_of("gis_editor")

    def sent(form: str) -> bytes:
        answer = client.get(reverse("network:risk-export", args=[run.pk, form]))
        assert answer.status_code == 200
        return b"".join(answer.streaming_content)  # type: ignore[arg-type]

    assert sent("gpkg")[:15] == b"SQLite format 3"
    with zipfile.ZipFile(io.BytesIO(sent("csv"))) as files:
        names = sorted(files.namelist())
        pipes = files.read(next(name for name in names if name.endswith("-pipes.csv"))).decode()
    assert [name.rpartition("-")[2] for name in names] == ["valves.csv", "pipes.csv", "valves.csv"]
    assert pipes.splitlines()[1].startswith('"LINESTRING')
    assert client.get(reverse("network:risk-export", args=[run.pk, "exe"])).status_code == 404


def test_progress_is_told_and_the_page_loaded_anew_at_the_end(revision: NetworkRevision) -> None:
    going = CriticalityRun.objects.create(
        revision=revision, state_digest="x", started_at=timezone.now(), percent=37
    )
    client = client_of("gis_editor")
    url = reverse("network:risk-progress")
    assert "37 %" in client.get(url).content.decode()
    reckon_risk()  # somebody is at it
    assert list(CriticalityRun.objects.all()) == [going]
    CriticalityRun.objects.update(status="waiting")
    assert "waits for a worker" in client.get(url).content.decode()
    assert "No worker has taken it up" not in client.get(url).content.decode()
    CriticalityRun.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    assert "No worker has taken it up" in client.get(url).content.decode()
    CriticalityRun.objects.update(
        status="running", seen_at=timezone.now() - timedelta(seconds=40), lease=uuid4()
    )
    assert "another takes it up" in client.get(url).content.decode()
    reckon_risk()
    assert CriticalityRun.objects.filter(status="finished").exists()
    assert client.get(url)["HX-Refresh"] == "true"


def test_the_button_wakes_a_worker_and_leads_back(
    revision: NetworkRevision, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("outages.tasks._send", lambda name, **_facts: woken.append(name))
    assert client_of("dispatcher").post(reverse("reckon-risk")).status_code == 403
    answer = client_of("gis_editor").post(reverse("reckon-risk"))
    assert answer["Location"] == reverse("network:risk")
    assert woken == ["gisapp.reckon_risk"]


def card(kind: str, asset_id: str) -> str:
    answer = client_of("dispatcher").get(reverse("network:asset", args=[kind, asset_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_card_says_where_its_asset_stands_and_leads_to_the_map(
    revision: NetworkRevision,
) -> None:
    assert "Criticality" not in card("pipe", "p1")
    compute_criticality(revision, at=timezone.now())
    worst = card("pipe", "p1")
    assert "Number 1 of 3 pipes" in worst
    assert "A burst takes 3 customers (12 people), 2 outside the zone" in worst
    assert "Valves alone cannot isolate it" in worst
    assert f"{reverse('network:risk')}?part=pipes" in worst
    last = card("pipe", "p3")
    assert "Number 3 of 3 pipes" in last
    assert "cannot isolate" not in last
    # V1 stuck joins the source's stretch to p2; V2 stuck costs p2, whose burst dries p3 anyway.
    assert "of 2 valves" in card("valve", "V1")
    assert "1 burst could then not be isolated at all" in card("valve", "V1")


def test_a_card_says_when_its_figures_are_old(revision: NetworkRevision) -> None:
    compute_criticality(revision, at=timezone.now())
    set_valve_state("V2", state=ValveState.CLOSED, by=None, at=timezone.now(), reason="test")
    assert "Valves or sources have changed since" in card("pipe", "p1")


def test_a_long_list_says_how_much_of_it_is_shown(
    revision: NetworkRevision, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute_criticality(revision, at=timezone.now())
    monkeypatch.setattr("network.views.risk.PER_PAGE", 2)
    assert "Worst 1 to 2 of 3" in page(client_of("dispatcher"))
    assert "Worst 3 to 3 of 3" in page(client_of("dispatcher"), page="2")
