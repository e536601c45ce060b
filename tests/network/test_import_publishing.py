"""A new revision is whole or not there; the states of valves follow the source's word."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.utils import timezone, translation

from network.choices import Operability
from network.importer.findings import detail_of
from network.importer.run import ImportOptions, ImportResult, held_valves, import_network
from network.importer.search import search_initials, search_text
from network.importer.stored import check_revision
from network.models import (
    Customer,
    ImportRun,
    Junction,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Valve,
    ValveCondition,
    ValveStateChange,
)
from network.selectors import current_revision, network_state
from network.services import record_found_operability, set_valve_operability
from tests.network.small_networks import Layers, find, grid, line, write_folder

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def snapshots(settings, tmp_path):
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


@pytest.fixture
def bring_in(tmp_path_factory):
    def run(layers: Layers, **options) -> ImportResult:
        folder = write_folder(layers, tmp_path_factory.mktemp("town"))
        return import_network(ImportOptions(path=str(folder), **options))

    return run


def history() -> list[tuple[str, str, str, str, str]]:
    rows = ValveStateChange.objects.values_list("asset_id", "attribute", "old", "new", "occasion")
    return sorted(rows)


def test_a_revision_replaces_the_last_and_the_one_before_loses_its_rows(bring_in):
    for expected in (1, 2, 3):
        revision = bring_in(grid(2)).revision
        assert revision.number == expected
    assert list(NetworkRevision.objects.order_by("number").values_list("number", "status")) == [
        (1, "superseded"), (2, "superseded"), (3, "current"),
    ]  # fmt: skip
    assert set(Pipe.objects.values_list("revision__number", flat=True)) == {2, 3}
    assert current_revision().number == 3


def test_a_failure_while_storing_leaves_everything_as_it_was(bring_in, monkeypatch):
    bring_in(grid(2))
    counts = [model.objects.count() for model in (Pipe, Junction, Valve, Customer)]

    def fail(*args, **kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("network.importer.publishing.record_valve_changes", fail)
    with pytest.raises(DatabaseError):
        bring_in(grid(3))
    assert current_revision().number == 1
    assert [model.objects.count() for model in (Pipe, Junction, Valve, Customer)] == counts
    assert ImportRun.objects.latest("pk").outcome == "failed"


def test_every_column_arrives(bring_in):
    layers = grid(2)
    find(layers, "pipes", "h00")["properties"].update(
        diameter_mm="DN300", year_laid="1998-05", role="干管", street="人民路", trunk_road="是"
    )
    find(layers, "valves", "V-h00")["properties"].update(
        turns=76, close_direction="逆时针", ground="机动车道", location="人民路口", chamber="JJ-1"
    )
    find(layers, "customers", "c-h00")["properties"].update(
        key_user="是",
        special_user="dialysis",
        connections=12,
        category="domestic",
        phone="19900001",
    )
    revision = bring_in(layers).revision
    pipe = Pipe.objects.get(revision=revision, asset_id="h00")
    assert (pipe.diameter_mm, pipe.year_laid, pipe.role) == (300, 1998, "trunk")
    assert (pipe.street, pipe.on_trunk_road) == ("人民路", True)
    valve = Valve.objects.get(revision=revision, asset_id="V-h00")
    assert (valve.turns_to_close, valve.closes_clockwise, valve.chamber) == (76, False, "JJ-1")
    assert (valve.placement, valve.junction, valve.pipe) == ("pipe_end", "n00", "h00")
    customer = Customer.objects.get(revision=revision, asset_id="c-h00")
    assert (customer.key_user, customer.special_user, customer.connections) == (
        True,
        "dialysis",
        12,
    )
    assert customer.fraction == pytest.approx(0.53, abs=0.001)
    assert customer.search_text == "人民路128号张三"
    assert customer.search_initials == "rml128h"


def test_lengths_that_are_not_given_are_geodesic(bring_in):
    layers = grid(2)
    del find(layers, "pipes", "h00")["properties"]["length_m"]
    revision = bring_in(layers).revision
    assert Pipe.objects.get(revision=revision, asset_id="h00").length_m == pytest.approx(
        100, abs=0.01
    )


def test_splits_are_stored_where_a_branch_touches(bring_in):
    layers = grid(2)
    layers["pipes"].append(line("branch", (50, 0), (50, 40), diameter_mm=100))
    revision = bring_in(layers).revision
    split = PipeSplit.objects.get(revision=revision)
    assert (split.pipe, split.fraction) == ("h00", pytest.approx(0.5, abs=1e-6))
    assert Junction.objects.get(revision=revision, asset_id=split.junction).is_generated


def test_pipes_not_in_service_are_stored_but_no_part_of_the_graph(bring_in):
    layers = grid(3)
    find(layers, "pipes", "h11")["properties"]["status"] = "abandoned"
    revision = bring_in(layers).revision
    assert Pipe.objects.filter(revision=revision, asset_id="h11", status="abandoned").exists()


# -- valve states ------------------------------------------------------------------------------


def record(valve: str, **condition: str) -> None:
    ValveCondition.objects.create(asset_id=valve, changed_at=LONG_AGO, **condition)


def test_the_first_import_has_no_history(bring_in):
    bring_in(grid(2))
    assert history() == []


def test_the_source_clears_what_was_recorded_and_the_change_is_kept(bring_in):
    bring_in(grid(2))
    record("V-h00", state="closed")
    bring_in(grid(2))
    assert not ValveCondition.objects.exists()
    assert history() == [("V-h00", "state", "closed", "open", "import r2")]
    assert not network_state().closed


def checked(day: str | None) -> Layers:
    layers = grid(2)
    properties = find(layers, "valves", "V-v00")["properties"]
    properties.update({"operable": True, "检查日期": day} if day else {"operable": True})
    return layers


def found_stuck(at: datetime) -> None:
    set_valve_operability("V-v00", operability=Operability.INOPERABLE, by=None, at=at)


@pytest.mark.parametrize("day", [None, "2026-10-31", "2026/11/02", "20261102"])
def test_what_a_crew_found_stands_against_an_older_record(bring_in, day):
    """Found at 23:30 of the 1st by UTC: that is the 2nd in the utility's time zone."""
    bring_in(grid(2))
    found_stuck(datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    for _time in range(2):
        result = bring_in(checked(day))
        assert network_state().inoperable == {"V-v00"}
        [finding] = [each for each in result.findings if each.code == "valve_found_otherwise"]
        assert (finding.asset_id, finding.severity) == ("V-v00", "warning")
        assert dict(finding.facts) == {
            "recorded": "operable", "found": "inoperable", "on": "2026-11-02",
        }  # fmt: skip
    assert len(history()) == 1, "no import changed anything"
    run = check_revision(result.revision)
    stored = run.findings.get(code="valve_found_otherwise")
    assert stored.geom is not None
    with translation.override("zh-hans"):
        text = detail_of(stored.code, stored.facts)
    assert re.search("[A-Za-z]", text) is None, text


def test_a_later_check_of_the_source_takes_the_place_of_what_was_found(bring_in):
    bring_in(grid(2))
    found_stuck(datetime(2026, 11, 1, 12, tzinfo=UTC))
    result = bring_in(checked("2026-11-02T09:00:00"))
    assert not network_state().inoperable
    assert not ValveCondition.objects.exists()
    assert "valve_found_otherwise" not in {each.code for each in result.findings}
    assert history() == [
        ("V-v00", "operability", "inoperable", "operable", "import r2"),
        ("V-v00", "operability", "operable", "inoperable", ""),
    ]


def test_a_gis_editor_clears_what_was_found(bring_in):
    bring_in(grid(2))
    found_stuck(datetime(2026, 11, 1, 12, tzinfo=UTC))
    record_found_operability(
        "V-v00",
        operability=Operability.OPERABLE,
        by=None,
        at=datetime(2026, 11, 3, tzinfo=UTC),
        reason="已更换",
    )
    result = bring_in(checked("2026-10-01"))
    assert not network_state().inoperable
    assert "valve_found_otherwise" not in {each.code for each in result.findings}


def test_source_and_crew_of_one_mind_need_no_override(bring_in):
    layers = grid(2)
    find(layers, "valves", "V-v00")["properties"]["operable"] = False
    bring_in(grid(2))
    found_stuck(datetime(2026, 11, 1, 12, tzinfo=UTC))
    bring_in(layers)
    assert not ValveCondition.objects.exists()
    assert len(history()) == 1


def test_a_day_that_is_none_is_told(bring_in):
    codes = {each.code for each in bring_in(checked("2026-13-45")).findings}
    assert "value_not_understood" in codes


def test_the_same_state_again_is_no_change(bring_in):
    layers = grid(2)
    find(layers, "valves", "V-h00")["properties"]["state"] = "closed"
    bring_in(grid(2))
    record("V-h00", state="closed")
    bring_in(layers)
    bring_in(layers)
    assert history() == []
    assert Valve.objects.get(revision=current_revision(), asset_id="V-h00").state == "closed"


def test_a_source_that_does_not_know_leaves_what_was_recorded(bring_in):
    layers = grid(2)
    find(layers, "valves", "V-h00")["properties"].update(state="unknown", operable=None)
    bring_in(grid(2))
    record("V-h00", state="closed", operability="inoperable")
    bring_in(layers)
    kept = ValveCondition.objects.get()
    assert (kept.state, kept.operability, kept.changed_at) == ("closed", "inoperable", LONG_AGO)
    assert history() == []


def held() -> set[str]:
    return {"V-h00", "V-v00"}


def test_a_valve_that_a_running_outage_holds_stays_as_it_stands(bring_in, settings):
    settings.HELD_VALVES = f"{__name__}.held"
    layers = grid(2)
    find(layers, "valves", "V-v00")["properties"]["state"] = "closed"
    bring_in(layers)
    record("V-h00", state="closed")
    bring_in(grid(2))
    assert history() == []
    assert network_state().closed == {"V-h00", "V-v00"}


def test_the_application_knows_who_holds_valves():
    assert held_valves() == frozenset()


def test_the_history_of_valves_cannot_be_changed():
    ValveStateChange.objects.create(
        asset_id="v", at=timezone.now(), attribute="state", old="open", new="closed"
    )
    for write in (
        lambda: ValveStateChange.objects.update(new="open"),
        lambda: ValveStateChange.objects.all().delete(),
    ):
        with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
            write()
    assert ValveStateChange.objects.get().new == "closed"


@pytest.mark.parametrize(
    "wkt", ["LINESTRING(0 0,0 0)", "LINESTRING EMPTY", "LINESTRING(0 0,'NaN' 1)", "POINT(1 1)"]
)
def test_the_database_refuses_impossible_pipes(bring_in, wkt):
    revision = bring_in(grid(2)).revision
    geometry = (
        "ST_SetSRID(ST_MakeLine(ST_MakePoint(0, 0), ST_MakePoint('NaN', 1)), 4326)"
        if "NaN" in wkt
        else f"ST_GeomFromText('{wkt}', 4326)"
    )
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO network_pipe (revision_id, asset_id, attributes, geom, from_junction,"
            " to_junction, kind, flow, status, role, material, length_m, street, street_en,"
            f" on_trunk_road) VALUES (%s, 'x', '{{}}', {geometry}, 'a', 'b', 'pipe', 'both',"
            " 'in_service', '', '', 1, '', '', false)",
            [revision.pk],
        )


def test_addresses_are_found_by_initials():
    assert search_initials("重庆路 12号 Block B") == "cql12hblockb"
    assert search_text("人民路 128号", "Zhang San") == "人民路128号zhangsan"
