"""The role that the product runs as: it does its work, and cannot touch what keeps the record.

The scenarios of the utility's rules run as this role too (tests/outages/scenarios/conftest.py), and
so do the processes of the journeys.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from psycopg import sql

from gisapp import backups
from gisapp.backups import database_tools
from gisapp.checks import rights_are_as_listed
from gisapp.guards.application_role import grant_application, grant_new_tables, held_rights, rights
from gisapp.guards.tables import APPENDED, KEPT, MAY_GO
from gisapp.supervisor import OF_THE_OWNER, programs, public_side, sms_gateway
from network.importer.run import ImportOptions, import_network
from network.models import Pipe
from outages.models import Event
from tests.application_role import PASSWORD, ROLE, as_application
from tests.factories import NOON, lay
from tests.network.small_networks import grid, write_folder
from tests.outages.conftest import _no_broker, _own_snapshots, make_desk  # noqa: F401
from tests.outages.test_plans import LINE

Session = psycopg.Connection[Any]


def opened() -> Session:
    """A session as the application's role, beside the one of the tests."""
    return psycopg.connect(**logged_in(), dbname=connection.settings_dict["NAME"], autocommit=True)


def logged_in() -> dict[str, Any]:
    given = connection.settings_dict
    return {
        "host": given["HOST"],
        "port": given["PORT"] or 5432,
        "user": ROLE,
        "password": PASSWORD,
    }


@pytest.fixture
def role(db: None, application_role: str) -> Iterator[Session]:
    with opened() as session:
        yield session


def tables(session: Session) -> list[str]:
    """Every table of the database but the extension's own."""
    found = session.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND relname <> 'spatial_ref_sys' ORDER BY relname"
    )
    return [name for (name,) in found.fetchall()]


def is_refused(session: Session, statement: str, *names: str) -> bool:
    """Try a statement that changes no row: whether the role lacks the right to it."""
    try:
        session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


TRIED: Final = {
    "SELECT": "SELECT FROM {0} WHERE false",
    "INSERT": "INSERT INTO {0} ({1}) SELECT {1} FROM {0} WHERE false",
    "UPDATE": "UPDATE {0} SET {1} = {1} WHERE false",
    "DELETE": "DELETE FROM {0} WHERE false",
}
OF_THE_TABLES_OWNER: Final = (
    "TRUNCATE {}",
    "ALTER TABLE {} DISABLE TRIGGER USER",
    "ALTER TABLE {} ADD COLUMN mine int",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "DROP TABLE {}",
    "CREATE TRIGGER mine BEFORE DELETE ON {} FOR EACH ROW"
    " EXECUTE FUNCTION outages_refuse_deletion()",
    "CREATE RULE mine AS ON DELETE TO {} DO INSTEAD NOTHING",
)


def test_every_table_lets_it_do_what_the_list_says_and_no_more(role: Session) -> None:
    listed = rights()
    assert set(tables(role)) == set(listed), (
        "gisapp/guards/application_role.py has no line for these"
    )
    wrong = []
    for table in listed:
        with connection.cursor() as cursor:
            column = connection.introspection.get_table_description(cursor, table)[0].name
        for right, statement in TRIED.items():
            if is_refused(role, statement, table, column) is (right in listed[table]):
                wrong.append((table, right))
    assert wrong == []


@pytest.mark.parametrize(
    "statement", OF_THE_TABLES_OWNER, ids=lambda words: "-".join(words.split()[:2])
)
def test_no_table_is_its_own(role: Session, statement: str) -> None:
    assert [table for table in tables(role) if not is_refused(role, statement, table)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE {owner}",
        "CREATE TABLE mine (x int)",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "CREATE OR REPLACE FUNCTION outages_refuse_deletion() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP FUNCTION outages_refuse_change()",
        "ALTER ROLE {role} SUPERUSER",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM public_report_status('R1')",
        "UPDATE pg_trigger SET tgenabled = 'D'",
    ],
)
def test_the_role_is_refused(role: Session, statement: str) -> None:
    owner = sql.Identifier(connection.settings_dict["USER"])
    words = sql.SQL(statement).format(owner=owner, role=sql.Identifier(ROLE))  # type: ignore[arg-type]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(words)


def test_it_cannot_give_itself_more(role: Session) -> None:
    # Whoever may not grant is only warned.
    role.execute(sql.SQL("GRANT DELETE ON outages_event TO {}").format(sql.Identifier(ROLE)))
    assert is_refused(role, TRIED["DELETE"], "outages_event")


def test_the_list_in_four_examples() -> None:
    listed = rights()
    assert listed["outages_event"] == {"SELECT", "INSERT"}
    assert listed["outages_outage"] == {"SELECT", "INSERT", "UPDATE"}
    assert listed["network_pipe"] == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert listed["django_migrations"] == {"SELECT"}
    assert not any("TRUNCATE" in may for may in listed.values())


def test_what_may_go_takes_nothing_with_it_that_stays() -> None:
    """Django deletes what hangs on a row by a statement of its own, which would be refused."""
    stays = {models.CASCADE: APPENDED | KEPT, models.SET_NULL: APPENDED}
    wrong = [
        (label, relation.related_model._meta.label)
        for label in MAY_GO
        for relation in apps.get_model(label)._meta.related_objects
        if relation.related_model._meta.label in stays.get(relation.on_delete, frozenset())
    ]
    assert wrong == []


# -- Its work ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("db", "application_role", "_no_broker", "_own_snapshots")
def test_a_burst_goes_from_report_to_restoration() -> None:
    with as_application():
        lay(LINE)
        desk = make_desk()
        outage = desk.burst("p3").outage
        desk.close_all(outage)
        desk.repair(outage)
        desk.reopen_all(outage)
        assert desk.restore(outage).restored_at
        assert Event.objects.filter(outage=outage).count() > 8


@pytest.mark.usefixtures("db", "application_role")
def test_a_network_comes_in_replaces_another_and_is_counted(settings: Any, tmp_path: Path) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    folder = write_folder(grid(2), tmp_path / "files")
    with as_application():
        for _time in range(3):
            assert import_network(ImportOptions(str(folder))).revision
        pipes = Pipe.objects.count()
        with connection.cursor() as cursor:
            # What the planner was told, which else only the owner may have counted.
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'network_pipe'")
            assert cursor.fetchone() == (pipes,)


@pytest.mark.usefixtures("db", "application_role")
def test_somebody_signs_in_and_out(settings: Any, django_user_model: Any) -> None:
    settings.AXES_ENABLED = True
    with as_application():
        django_user_model.objects.create_user("dana", password="a-long-password")
        client = Client()
        for word in ("wrong", "a-long-password"):
            answer = client.post("/sign-in", {"username": "dana", "password": word}, follow=True)
        assert answer.wsgi_request.user.is_authenticated
        client.post("/sign-out")
        assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("db", "application_role")
def test_it_backs_everything_up(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(database_tools, "address", logged_in)
    made = backups.back_up(at=NOON)
    # Counts of who asked how often are not kept.
    assert rights().keys() - {"layers_asked"} <= made.rows.keys()


# -- Granting, and what the check says -----------------------------------------------------------


@pytest.mark.usefixtures("db", "application_role")
def test_the_check_tells_of_more_and_of_less_and_granting_mends_both(settings: Any) -> None:
    settings.AS_OWNER = True
    assert rights_are_as_listed(["default"]) == []
    settings.AS_OWNER = False
    [more] = rights_are_as_listed(["default"])
    assert more.id == "gisapp.W004", "the owner may do everything"
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON outages_event TO {ROLE}")
        cursor.execute(f"REVOKE INSERT ON outages_urge FROM {ROLE}")
    with as_application():
        more, less = rights_are_as_listed(["default"])
    assert (more.id, "outages_event" in more.msg) == ("gisapp.W004", True)
    assert (less.id, "outages_urge" in less.msg) == ("gisapp.W005", True)
    assert grant_application(ROLE, PASSWORD) is False, "it was there"
    with as_application():
        assert rights_are_as_listed(["default"]) == []
        assert held_rights() == rights()


@pytest.mark.usefixtures("db", "application_role")
def test_a_migration_lets_it_have_its_part_of_a_new_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON outages_urge FROM {ROLE}")
    grant_new_tables(ROLE)
    with as_application():
        assert held_rights()["outages_urge"] == {"SELECT", "INSERT"}
    grant_new_tables("nobody of this name")


@pytest.mark.django_db
def test_the_command_wants_a_role_that_is_not_the_owner(settings: Any) -> None:
    settings.APPLICATION_LOGIN = (connection.settings_dict["USER"], "x")
    with pytest.raises(CommandError, match="OWNER_DATABASE_URL"):
        call_command("grant_application")


def test_no_process_is_told_who_owns_the_tables() -> None:
    environment = {**os.environ, **dict.fromkeys(OF_THE_OWNER, "secret of the owner")}
    environment |= {"PUBLIC_DATABASE_URL": "x", "PUBLIC_SECRET_KEY": "y"}
    started = [
        *programs(host="x", port=1, workers=1, threads=1),
        sms_gateway(2),
        public_side(environment, host="x", port=3),
    ]
    for program in started:
        assert "secret of the owner" not in program.its(environment).values(), program.name
