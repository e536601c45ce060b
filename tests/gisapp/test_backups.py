"""A backup comes back whole, a broken one is refused, and what is urgent is written at once."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from psycopg import sql

from gisapp.backups import BackupRunning, back_up, backups, is_due, restore
from gisapp.backups.database_tools import BackupFailed
from gisapp.backups.keeping import BACKUP_LOCK
from gisapp.backups.media_archive import put_back
from gisapp.backups.sealed_files import fingerprint
from gisapp.guards.tables import Guard, guards
from gisapp.tasks import back_up_when_due
from outages.models import Outage
from outages.services.publishing import journal
from tests.factories import NOON, lay
from tests.outages.conftest import Desk, _no_broker, _own_snapshots, desk, make_desk  # noqa: F401
from tests.outages.test_plans import LINE

INTO = "mainbreak_restored"
KEY = "the key of these backups, 32 letters or more"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "photo.jpg").write_bytes(b"a photo")
    (settings.MEDIA_ROOT / "papers").mkdir()
    (settings.MEDIA_ROOT / "papers" / "permit.pdf").write_bytes(b"a permit")
    settings.BACKUP_KEY = ""


@pytest.fixture
def restored_name() -> Iterator[str]:
    """The name of a database that is dropped before and after."""

    def drop() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(INTO)))

    drop()
    yield INTO
    drop()


def opened(database: str) -> psycopg.Connection[Any]:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=database,
        autocommit=True,
    )


def digests(database: str) -> dict[str, str]:
    """One sum over all rows of every table, whatever their order."""
    found = {}
    with opened(database) as session:
        tables = session.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('spatial_ref_sys', 'layers_asked')"
        ).fetchall()
        for (table,) in tables:
            query = "SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"  # noqa: E501
            row = session.execute(sql.SQL(query).format(sql.Identifier(table))).fetchone()
            assert row is not None
            found[table] = row[0]
    return found


@pytest.mark.django_db(transaction=True)
def test_every_row_comes_back_and_the_guards_and_media_with_them(
    restored_name: str, settings: Any
) -> None:
    settings.BACKUP_KEY = KEY
    lay(LINE)
    working = make_desk()
    outage = working.burst("p3").outage
    working.close_all(outage)
    here = str(connection.settings_dict["NAME"])
    before = digests(here)
    told = StringIO()
    call_command("backup", stdout=told)
    [made] = backups()
    assert str(made.folder) in told.getvalue()
    assert made.rows["outages_event"] > 5
    _holds_nothing_to_read(made.folder)
    Outage.objects.filter(pk=outage.pk).update(place="later than the backup")
    (settings.MEDIA_ROOT / "papers" / "permit.pdf").unlink()
    (settings.MEDIA_ROOT / "papers").rmdir()
    call_command("restore", str(made.folder), into=restored_name, stdout=told)
    assert digests(restored_name) == before
    assert "media: 1 files put back, 1 were there" in told.getvalue()
    assert (settings.MEDIA_ROOT / "papers" / "permit.pdf").read_bytes() == b"a permit"
    with opened(restored_name) as session:
        for guard in guards():
            assert _stands(session, guard), guard
        with pytest.raises(psycopg.Error, match="append-only"):
            session.execute("DELETE FROM outages_event")
    # Nothing that is there is overwritten.
    with pytest.raises(CommandError, match="already exists"):
        call_command("restore", str(made.folder), into=restored_name)


@pytest.mark.django_db
def test_while_one_backup_runs_another_is_refused(settings: Any) -> None:
    with opened(str(connection.settings_dict["NAME"])) as other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [BACKUP_LOCK])
        with pytest.raises(BackupRunning):
            back_up(at=NOON)
        with pytest.raises(CommandError, match="another backup is running"):
            call_command("backup")
        back_up_when_due()  # asks again in an hour, and is no failure
    assert not backups()
    assert not list(settings.BACKUP_DIR.glob("*"))


def _holds_nothing_to_read(folder: Path) -> None:
    kept = {each.name: each.read_bytes() for each in folder.iterdir()}
    assert kept.keys() == {"database.dump.sealed", "media.tar.sealed", "manifest.json"}
    assert kept["database.dump.sealed"][:5] == kept["media.tar.sealed"][:5] == b"MBSEA"
    assert not any(b"a permit" in content or b"PGDMP" in content for content in kept.values())


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_another_key_or_none_is_named_and_leaves_nothing_behind(
    restored_name: str, settings: Any
) -> None:
    settings.BACKUP_KEY = KEY
    made = back_up(at=NOON)
    [listed] = backups()
    assert listed.key == made.key
    settings.BACKUP_KEY = ""
    with pytest.raises(CommandError, match=f"key {made.key}: BACKUP_KEY must hold it"):
        call_command("restore", str(made.folder), into=restored_name)
    settings.BACKUP_KEY = "another key, which is just as long as it must be"
    with pytest.raises(CommandError, match=f"key {made.key}, and BACKUP_KEY holds another one"):
        call_command("restore", str(made.folder), into=restored_name)
    # A manifest that lies about the key does not help.
    manifest = made.folder / "manifest.json"
    lie = manifest.read_text().replace(made.key, fingerprint(settings.BACKUP_KEY))
    manifest.write_text(lie)
    with pytest.raises(CommandError, match="the key is another one"):
        call_command("restore", str(made.folder), into=restored_name)
    assert restored_name not in databases()


@pytest.mark.django_db(transaction=True)
def test_the_drill_tries_everything_and_leaves_nothing(settings: Any) -> None:
    """Without a key, too: then the files are plain."""
    made = back_up(at=NOON)
    assert (made.folder / "database.dump").read_bytes()[:5] == b"PGDMP"
    (settings.MEDIA_ROOT / "photo.jpg").write_bytes(b"changed")
    (settings.MEDIA_ROOT / "papers" / "permit.pdf").unlink()
    before = databases()
    told = StringIO()
    with pytest.raises(CommandError, match=r"1 files .* are not those of the backup.*photo\.jpg"):
        call_command("restore", str(made.folder), drill=True, stdout=told)
    assert f"drill: {sum(made.rows.values())} rows" in told.getvalue()
    assert "media: 1 files would be put back, 0 were there" in told.getvalue()
    assert databases() == before
    assert (settings.MEDIA_ROOT / "photo.jpg").read_bytes() == b"changed"
    assert not (settings.MEDIA_ROOT / "papers" / "permit.pdf").exists()


def test_an_archive_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    for name in ("media/../../outside", "media/../outside", "/outside", "elsewhere/inside"):
        archive = BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.addfile(tarfile.TarInfo(name))
        archive.seek(0)
        (tmp_path / "media").mkdir(exist_ok=True)
        with pytest.raises(BackupFailed, match="archive"):
            put_back(archive, tmp_path / "media")
    assert [each.name for each in tmp_path.rglob("*side")] == []


def _stands(session: psycopg.Connection[Any], guard: Guard) -> bool:
    bit = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}[guard.change]
    row = session.execute(
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgtype & %s > 0",
        [guard.table, bit],
    ).fetchone()
    return row is not None and row[0] > 0


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_was_changed_or_broken_off_is_refused(restored_name: str) -> None:
    made = back_up(at=NOON)
    assert made.folder.stat().st_mode & 0o077 == 0, "others could read personal data"
    dump = made.folder / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-100])
    with pytest.raises(BackupFailed, match="cut off"):
        restore(made.folder, into=restored_name)
    (made.folder / "manifest.json").unlink()
    assert backups() == []
    with pytest.raises(CommandError, match="no finished backup"):
        call_command("restore", str(made.folder), into=restored_name)


@pytest.mark.django_db(transaction=True)
def test_it_is_made_when_the_policy_says_and_the_oldest_goes(settings: Any) -> None:
    settings.BACKUPS_KEPT = 2
    back_up_when_due()
    [first] = backups()
    back_up_when_due()
    assert len(backups()) == 1, "a week has not gone by"
    week = timedelta(days=7)
    assert not is_due(at=first.at + week - timedelta(seconds=1), interval=week)
    assert is_due(at=first.at + week, interval=week)
    later = [back_up(at=first.at + week * n) for n in (1, 2)]
    assert [each.folder for each in backups()] == [each.folder for each in later]


@pytest.mark.django_db(transaction=True)
def test_a_plan_and_its_notice_are_in_the_journal_as_soon_as_they_hold(settings: Any) -> None:
    lay(LINE)
    working = make_desk()
    outage = working.burst("p3").outage
    [file] = settings.BACKUP_DIR.glob("journal-*.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["plan_approved", "notice_published"]
    plan, notice = lines
    assert plan["outage"] == notice["outage"] == outage.code
    assert plan["answer"]["valves_to_close"] == ["V1", "V2"]
    assert plan["by"] == "dana"
    assert notice["text_zh"]
    assert "138000" not in file.read_text(), "no recipient"
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_what_did_not_happen_is_not_in_the_journal_and_a_full_disk_stops_nobody(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(LINE)
    working = make_desk()
    plan = working.propose(working.report("p3"))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        working.approve(plan)
        raise ZeroDivisionError
    assert not settings.BACKUP_DIR.exists()

    def full(*_arguments: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.os, "write", full)
    assert working.approve(plan).outage.code


@pytest.mark.django_db
def test_what_is_broken_off_is_neither_kept_nor_in_the_way(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk fails every hour; an empty manifest of that hour must not stop all later ones."""
    cut_off = settings.BACKUP_DIR / "20261121-110000"
    cut_off.mkdir(parents=True)
    (cut_off / "manifest.json").write_text("")
    assert backups() == []
    assert is_due(at=NOON, interval=timedelta(days=7))

    def full(*_arguments: object) -> None:
        raise BackupFailed("pg_dump: no space left on device")

    monkeypatch.setattr("gisapp.backups.database_tools.snapshot", full)
    with pytest.raises(BackupFailed, match="no space"):
        back_up(at=NOON)
    assert [each.name for each in settings.BACKUP_DIR.iterdir()] == [cut_off.name]
