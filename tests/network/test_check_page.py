"""The page of findings, and the commands that say the same."""

from __future__ import annotations

import csv
import json
import time
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from network.importer.run import ImportOptions, import_network
from network.models import ImportRun, ValveCondition
from network.selectors.import_runs import RUNNING_LOCK, broken_off
from tests.network.small_networks import find, grid, line, write_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def snapshots(settings, tmp_path):
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


@pytest.fixture
def gis_editor(client):
    user = get_user_model().objects.create_user("gis", password="x" * 12)
    user.user_permissions.add(Permission.objects.get(codename="view_network"))
    client.force_login(user)
    return client


@pytest.fixture
def spoiled(tmp_path):
    """A published network with a warning, a note, and an asset id that is no good company."""
    layers = grid(3)
    find(layers, "valves", "V-h00")["properties"].update(state="unknown", operable=None)
    find(layers, "valves", "V-h11")["properties"]["bore_mm"] = 800
    layers["pipes"].append(
        line("<img src=x onerror=alert(1)>", (300, 300), (400, 300), diameter_mm=100)
    )
    return import_network(ImportOptions(path=str(write_folder(layers, tmp_path / "town"))))


def test_the_page_needs_the_permission(client):
    client.force_login(get_user_model().objects.create_user("ola", password="x" * 12))
    assert client.get(reverse("network:check")).status_code == 403


def test_an_empty_page_says_what_to_do(gis_editor):
    gis_editor.cookies["django_language"] = "en"
    page = gis_editor.get(reverse("network:check"))
    assert page.status_code == 200
    assert "import_network" in page.content.decode()


def test_a_run_whose_process_was_killed_is_told_as_interrupted(gis_editor, spoiled, tmp_path):
    gis_editor.cookies["django_language"] = "en"
    killed = ImportRun.objects.create(started_at=timezone.now(), source_name="killed")
    alive = ImportRun.objects.create(started_at=timezone.now(), source_name="alive")
    address = reverse("network:check")
    with another_session() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [RUNNING_LOCK, alive.pk])
        assert broken_off() == {killed.pk}
        shown = gis_editor.get(address, {"run": killed.pk}).content.decode()
        assert "interrupted" in shown
        assert gis_editor.get(address, {"run": alive.pk}).context["run"].outcome == "running"
        killed.refresh_from_db()
        assert killed.outcome == "running", "a look changes nothing"

        folder = write_folder(grid(2), tmp_path / "next")
        done = import_network(ImportOptions(path=str(folder), is_dry_run=True)).run
        killed.refresh_from_db()
        alive.refresh_from_db()
        assert (killed.outcome, alive.outcome, done.outcome) == ("broken_off", "running", "dry_run")
        assert killed.finished_at is not None
    deadline = time.monotonic() + 20
    while broken_off() != {alive.pk} and time.monotonic() < deadline:
        time.sleep(0.05)  # until the server has noticed that nobody is there any more
    assert broken_off() == {alive.pk}, "its session ended without a word"


def another_session() -> psycopg.Connection[Any]:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
        autocommit=True,
    )


def test_findings_are_listed_with_asset_cure_and_place(gis_editor, spoiled):
    gis_editor.cookies["django_language"] = "en"
    text = gis_editor.get(reverse("network:check")).content.decode()
    assert "Valve V-h00" in text
    assert "Look at the valve and record its state." in text
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    places = json.loads(
        text.split('<script id="finding-places" type="application/json">')[1].split("</script>")[0]
    )
    assert len(places["features"]) == spoiled.run.findings.exclude(geom=None).count()


def test_findings_are_filtered_by_kind_and_severity(gis_editor, spoiled):
    page = gis_editor.get(reverse("network:check"), {"code": "valve_bore_mismatch"})
    assert [row.asset for row in page.context["rows"]] == ["阀门 V-h11"]
    page = gis_editor.get(reverse("network:check"), {"severity": "note"})
    assert {group.severity for group in page.context["groups"]} == {"note"}
    assert gis_editor.get(reverse("network:check"), {"code": "nonsense"}).context["rows"] == []


@pytest.mark.parametrize("run", ["0", "x", "-1", "9" * 30])
def test_a_run_that_is_not_there_is_not_found(gis_editor, spoiled, run):
    assert gis_editor.get(reverse("network:check"), {"run": run}).status_code == 404


def test_the_page_speaks_chinese_by_default(gis_editor, spoiled):
    gis_editor.cookies["django_language"] = "zh-hans"
    text = gis_editor.get(reverse("network:check")).content.decode()
    assert "管网检查" in text
    assert "阀门开关状态不明" in text


def test_all_findings_are_handed_out_as_json(gis_editor, spoiled):
    answer = gis_editor.get(reverse("network:check-findings", args=[spoiled.run.pk]))
    rows = answer.json()["findings"]
    assert len(rows) == spoiled.run.findings.count()
    assert {"severity", "code", "kind", "id", "lon", "lat", "detail", "mend", "facts"} == set(
        rows[0]
    )


def test_the_command_checks_what_is_stored_with_the_valves_as_they_stand(
    spoiled, django_assert_max_num_queries
):
    ValveCondition.objects.create(
        asset_id="V-h00", state="open", operability="operable", changed_at=spoiled.run.started_at
    )
    out = StringIO()
    with django_assert_max_num_queries(23):
        call_command("check_network", "--json", stdout=out)
    codes = {json.loads(row)["code"] for row in out.getvalue().splitlines()}
    assert "valve_bore_mismatch" in codes
    assert "island_without_source" in codes
    assert "valve_state_unknown" not in codes
    assert ImportRun.objects.latest("pk").outcome == "checked"


def test_a_stored_clean_grid_yields_nothing(tmp_path):
    import_network(ImportOptions(path=str(write_folder(grid(3), tmp_path / "town"))))
    out = StringIO()
    call_command("check_network", stdout=out, language="en")
    assert out.getvalue() == "Nothing was found wrong.\n"


def test_the_last_imports_findings_can_be_listed_and_written(spoiled, tmp_path):
    call_command("check_network", stdout=StringIO())
    out = StringIO()
    call_command(
        "check_network",
        "--last",
        "--findings",
        str(tmp_path / "all.csv"),
        stdout=out,
        language="en",
    )
    assert "valve_state_unknown (1)" in out.getvalue()
    with (tmp_path / "all.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == spoiled.run.findings.count()


def test_without_a_network_the_command_says_so():
    with pytest.raises(CommandError, match="no network yet"):
        call_command("check_network", stdout=StringIO())
