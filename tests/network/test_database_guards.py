"""The database itself refuses what would blank a map, mislead a trace or rewrite the past.

Everything goes in by SQL: no form, no model and no importer stands between the row and the table.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from network.choices import RevisionStatus
from network.models import (
    NetworkRevision,
    Source,
    SourceActivityChange,
    ValveStateChange,
)
from network.services import set_source_activity, set_valve_state
from tests.factories import NOON, lay

pytestmark = pytest.mark.django_db

# Columns that each table needs, with values that are good.
TABLES: dict[str, dict[str, str]] = {
    "network_junction": {"is_generated": "false"},
    "network_pipe": {
        "from_junction": "'a'",
        "to_junction": "'b'",
        "kind": "'pipe'",
        "flow": "'both'",
        "status": "'in_service'",
        "role": "''",
        "material": "''",
        "length_m": "100",
        "street": "''",
        "street_en": "''",
        "on_trunk_road": "false",
        "pump_curve": "''",
    },
    "network_valve": {
        "placement": "'mid_pipe'",
        "junction": "''",
        "pipe": "'p'",
        "fraction": "0.5",
        "kind": "'gate'",
        "isolates": "true",
        "flow_to_pipe": "''",
        "state": "'open'",
        "operability": "'operable'",
        "closes_clockwise": "true",
        "ground": "''",
        "location": "''",
        "location_en": "''",
        "chamber": "''",
    },
    "network_hydrant": {
        "junction": "''",
        "pipe": "'p'",
        "fraction": "0.5",
        "location": "''",
        "location_en": "''",
    },
    "network_source": {
        "junction": "'a'",
        "kind": "''",
        "name": "''",
        "name_en": "''",
        "inlet_pipes": "'{}'",
        "is_active": "true",
    },
    "network_customer": {
        "pipe": "'p'",
        "fraction": "0.5",
        "junction": "''",
        "account": "''",
        "name": "''",
        "address": "''",
        "address_en": "''",
        "phone": "''",
        "email": "''",
        "category": "''",
        "connections": "1",
        "key_user": "false",
        "large_user": "false",
        "special_user": "''",
        "search_text": "''",
        "search_initials": "''",
    },
}
GOOD_POINT = "ST_SetSRID(ST_MakePoint(110.05, 22.93), 4326)"
GOOD_LINE = (
    "ST_SetSRID(ST_MakeLine(ST_MakePoint(110.05, 22.93), ST_MakePoint(110.06, 22.93)), 4326)"
)
BAD_POINTS = {
    "empty": "ST_SetSRID('POINT EMPTY'::geometry, 4326)",
    "NaN": "ST_SetSRID(ST_MakePoint('NaN', 22.93), 4326)",
    "infinite": "ST_SetSRID(ST_MakePoint(110.05, 'Infinity'), 4326)",
    "wrong type": GOOD_LINE,
    "wrong SRID": "ST_SetSRID(ST_MakePoint(500000, 2500000), 4547)",
    "missing": "NULL",
}
BAD_LINES = {
    "empty": "ST_SetSRID('LINESTRING EMPTY'::geometry, 4326)",
    "NaN": "ST_SetSRID(ST_MakeLine(ST_MakePoint('NaN', 22.93), ST_MakePoint(110, 22)), 4326)",
    "infinite": "ST_SetSRID(ST_MakeLine(ST_MakePoint('Infinity', 22), ST_MakePoint(1, 2)), 4326)",
    "invalid": "ST_SetSRID('LINESTRING(110 22, 110 22)'::geometry, 4326)",
    "wrong type": GOOD_POINT,
    "wrong SRID": "ST_Transform(" + GOOD_LINE + ", 3857)",
    "missing": "NULL",
}
BAD_PLACES = [
    (table, name, geom)
    for table in TABLES
    for name, geom in (BAD_LINES if table == "network_pipe" else BAD_POINTS).items()
]


@pytest.fixture
def revision() -> NetworkRevision:
    return NetworkRevision.objects.create(
        number=1,
        status=RevisionStatus.STAGED,
        created_at=datetime.now(UTC),
        source_name="guards",
        snap_tolerance_m=0.5,
    )


def run(sql: str) -> None:
    """Run a statement in a savepoint of its own: a refusal leaves the test's transaction whole."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def insert(table: str, revision: NetworkRevision, geom: str = "", **columns: str) -> None:
    """Insert one row of literals."""
    good = GOOD_LINE if table == "network_pipe" else GOOD_POINT
    values = {
        "revision_id": str(revision.pk),
        "asset_id": "'x'",
        "attributes": "'{}'",
        "geom": geom or good,
        **TABLES[table],
        **columns,
    }
    run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})")


@pytest.mark.parametrize("table", TABLES)
def test_a_sound_row_goes_in_once(table: str, revision: NetworkRevision) -> None:
    insert(table, revision)
    with pytest.raises(IntegrityError, match="_id"):
        insert(table, revision)


@pytest.mark.parametrize(
    ("table", "name", "geom"), BAD_PLACES, ids=[f"{t[8:]}-{n}" for t, n, _g in BAD_PLACES]
)
def test_a_bad_place_is_refused(
    table: str, name: str, geom: str, revision: NetworkRevision
) -> None:
    with pytest.raises(DatabaseError) as refused:
        insert(table, revision, geom)
    assert "syntax error" not in str(refused.value)
    assert "does not exist" not in str(refused.value)
    assert any(
        word in str(refused.value).lower()
        for word in ("sound_geometry", "geometry type", "srid", "null value")
    ), f"refused for another reason than being {name}: {refused.value}"


@pytest.mark.parametrize("table", TABLES)
def test_a_place_cannot_be_spoiled_later(table: str, revision: NetworkRevision) -> None:
    insert(table, revision)
    empty = BAD_LINES["empty"] if table == "network_pipe" else BAD_POINTS["empty"]
    with pytest.raises(IntegrityError, match="sound_geometry"):
        run(f"UPDATE {table} SET geom = {empty}")


def stored(table: str, column: str) -> list[float | None]:
    """What the table holds in one column."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("length", ["-0.001", "'-Infinity'", "'NaN'", "'Infinity'", "NULL"])
def test_a_length_that_is_none_is_refused(length: str, revision: NetworkRevision) -> None:
    with pytest.raises(IntegrityError, match="length"):
        insert("network_pipe", revision, length_m=length)


def test_no_length_at_all_is_allowed(revision: NetworkRevision) -> None:
    insert("network_pipe", revision, length_m="0")
    assert stored("network_pipe", "length_m") == [0.0]


@pytest.mark.parametrize("table", ["network_valve", "network_hydrant", "network_customer"])
@pytest.mark.parametrize("fraction", ["-0.0001", "1.0001", "'NaN'", "'Infinity'", "'-Infinity'"])
def test_a_fraction_off_the_pipe_is_refused(
    table: str, fraction: str, revision: NetworkRevision
) -> None:
    with pytest.raises(IntegrityError, match="fraction_on_pipe"):
        insert(table, revision, fraction=fraction)


@pytest.mark.parametrize("table", ["network_valve", "network_hydrant", "network_customer"])
@pytest.mark.parametrize("fraction", ["0", "1", "NULL"])
def test_a_fraction_on_the_pipe_goes_in(
    table: str, fraction: str, revision: NetworkRevision
) -> None:
    insert(table, revision, fraction=fraction)
    assert stored(table, "fraction") == [None if fraction == "NULL" else float(fraction)]


@pytest.mark.parametrize("fraction", ["0", "1", "-1", "2", "'NaN'"])
def test_a_split_lies_inside_its_pipe(fraction: str, revision: NetworkRevision) -> None:
    with pytest.raises(IntegrityError, match="split_inside_pipe"):
        run(
            "INSERT INTO network_pipesplit (revision_id, pipe, junction, fraction) "
            f"VALUES ({revision.pk}, 'p', 'j', {fraction})"
        )


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_no_revision_is_refused(table: str, revision: NetworkRevision) -> None:
    with pytest.raises(IntegrityError, match="a revision that there is"):
        insert(table, revision, revision_id=str(revision.pk + 1000))
    with pytest.raises(IntegrityError, match="null value"):
        insert(table, revision, revision_id="NULL")


def test_a_split_of_no_revision_is_refused(revision: NetworkRevision) -> None:
    with pytest.raises(IntegrityError, match="a revision that there is"):
        run(
            "INSERT INTO network_pipesplit (revision_id, pipe, junction, fraction) "
            f"VALUES ({revision.pk}, 'p', 'j', 0.5), ({revision.pk + 1000}, 'p', 'k', 0.5)"
        )


def test_a_second_current_revision_is_refused(revision: NetworkRevision) -> None:
    lay("(S) -p- a")
    with pytest.raises(IntegrityError, match="one_current_revision"):
        run(f"UPDATE network_networkrevision SET status = 'current' WHERE id = {revision.pk}")


HISTORIES = ["network_valvestatechange", "network_sourceactivitychange"]


@pytest.fixture
def history() -> None:
    """One recorded change of a valve, and one of a source."""
    lay("(S) -p-V1| a")
    set_valve_state("V1", state="closed", by=None, at=NOON, reason="found")
    set_source_activity("S", is_active=False, at=NOON, reason="pump failed")


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("table", HISTORIES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET reason = 'other'", "UPDATE {} SET at = now()", "DELETE FROM {}"],
)
def test_history_is_never_rewritten(table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement.format(table))


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("model", [ValveStateChange, SourceActivityChange])
def test_the_models_are_no_way_around(model: type) -> None:
    change = model.objects.get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change.delete()
    change.reason = "other"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change.save()
    assert model.objects.get().reason in ("found", "pump failed")


def test_a_source_keeps_who_when_and_why() -> None:
    lay("(S) -p- a")
    assert set_source_activity("S", is_active=False, at=NOON, reason="pump failed")
    assert not set_source_activity("S", is_active=False, at=NOON, reason="said again")
    assert set_source_activity("S", is_active=True, at=NOON, reason="mended")
    rows = SourceActivityChange.objects.values_list("was_active", "is_active", "reason")
    assert list(rows) == [(True, False, "pump failed"), (False, True, "mended")]
    assert Source.objects.get().is_active, "the drawing itself never changes"
