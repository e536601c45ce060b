"""Every table is guarded or excused, and the database refuses what its guard is there for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from gisapp.checks import history_is_guarded
from gisapp.guards.tables import (
    APPENDED,
    KEPT,
    MAY_EMPTY,
    MAY_GO,
    Change,
    Guard,
    guards,
    missing_guards,
    raise_guards,
)
from tests.gisapp.rows import a_row_in

pytestmark = pytest.mark.django_db
TABLES = sorted({guard.table for guard in guards()})


def run(statement: str, table: str) -> None:
    """Run one statement on a table in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        key = connection.introspection.get_primary_key_column(cursor, table)
        cursor.execute(sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(key)))


@pytest.fixture
def _as_outside_of_tests() -> Iterator[None]:
    """Without the leave to empty tables that every test's session has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [MAY_EMPTY])
        yield
        cursor.execute("SELECT set_config(%s, 'yes', true)", [MAY_EMPTY])


def test_every_model_is_on_the_list_or_excused_with_a_reason() -> None:
    every = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    told = APPENDED | KEPT | MAY_GO.keys()
    assert every - told == set(), "put these on a list in gisapp/guards/tables.py"
    assert told - every == set(), "these are gone"
    assert len(told) == len(APPENDED) + len(KEPT) + len(MAY_GO), "one stands on two lists"
    assert all(len(reason) > 10 for reason in MAY_GO.values())


def test_what_is_excused_holds_nothing_that_people_wrote_about_a_case() -> None:
    """No excuse for a record of the outages' life: only what can be reckoned or loaded again."""
    of_outages = {label for label in MAY_GO if label.startswith("outages.")}
    assert of_outages == {
        *("outages.PressureRun", "outages.WeakPlace"),
        *("outages.SupplySpell", "outages.SupplyMoment", "outages.SupplyReckoning"),
        *("outages.District", "outages.GatewayToken", "outages.Shift_people"),
        "outages.SentForm",
    }


TRIED = {
    Change.UPDATE: ("UPDATE {0} SET {1} = {1}", "append-only"),
    Change.DELETE: ("DELETE FROM {0}", "not deleted|append-only"),
    Change.TRUNCATE: ("TRUNCATE {0} CASCADE", "not emptied"),
}


@pytest.mark.usefixtures("_as_outside_of_tests")
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_what_it_is_guarded_against(table: str) -> None:
    a_row_in(table)
    tried = [guard for guard in guards() if guard.table == table]
    assert len(tried) >= 2
    for guard in tried:
        statement, words = TRIED[guard.change]
        with pytest.raises(DatabaseError, match=words):
            run(statement, table)


def test_the_rows_that_the_walk_puts_in_could_go_without_their_guard() -> None:
    """Else the walk would prove nothing: the same statement goes through where none stands."""
    a_row_in("outages_urge")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outages_urge DISABLE TRIGGER USER")
    run("DELETE FROM {0}", "outages_urge")
    assert missing_guards() == [Guard("outages_urge", change, True) for change in Change]


def test_a_guard_that_is_off_is_told_and_raised_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outages_event DISABLE TRIGGER outages_event_append_only")
    [update, _delete] = history_is_guarded(["default"])
    assert "UPDATE on outages_event" in update.msg
    raised = raise_guards()
    assert [guard.change for guard in raised] == [Change.UPDATE, Change.DELETE]
    assert history_is_guarded(["default"]) == []
    a_row_in("outages_event")
    with pytest.raises(DatabaseError, match="append-only"):
        run("DELETE FROM {0}", "outages_event")


def test_nothing_is_missing_and_nothing_is_done_twice(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert raise_guards() == []


@pytest.mark.usefixtures("_as_outside_of_tests")
def test_emptying_the_whole_database_is_refused() -> None:
    with pytest.raises(Exception, match="be flushed"), transaction.atomic():
        call_command("flush", interactive=False, verbosity=0)
