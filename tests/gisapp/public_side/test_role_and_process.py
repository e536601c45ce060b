"""The public process as it runs: with its own role, which is refused everything but its own."""

from __future__ import annotations

import http.cookiejar
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from gisapp.public_side.grants import READABLE
from gisapp.supervisor import NOT_FOR_THE_PUBLIC_SIDE, public_side
from layers.public.snapshots import publish_public_snapshot
from layers.rate_limits import is_too_often
from outages.models import BurstReport, PublicReport
from outages.services.desk.public_reports import take_public_reports
from tests.factories import NOON, lay
from tests.layers.conftest import SECRETS, Burst, lay_background

pytestmark = pytest.mark.django_db(transaction=True)

# What the extension itself lets everybody read: projections, and which columns are geometry.
OF_POSTGIS = {"spatial_ref_sys", "geometry_columns", "geography_columns"}
FILE = "SELECT file_public_report(%s, %s, %s, %s, %s, '解放路3号', '冒水', false, '某人', '138')"
PATIENCE_S = 30


def address_of_the_role() -> str:
    """The role's own connection to the tests' database."""
    given = urlsplit(os.environ["PUBLIC_DATABASE_URL"])
    return f"postgresql://{given.netloc}/{connection.settings_dict['NAME']}"


@pytest.fixture
def _granted() -> None:
    call_command("grant_public", verbosity=0)


@pytest.fixture
def role(_granted: None) -> Iterator[psycopg.Connection[Any]]:
    """A session as the public's role, beside the one of the tests."""
    with psycopg.connect(address_of_the_role(), autocommit=True) as session:
        yield session


def tables() -> set[str]:
    """Every table and view of the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind IN ('r', 'v', 'm', 'p')"
        )
        return {name for (name,) in cursor.fetchall()}


def test_the_role_reads_place_names_and_no_other_table(role: psycopg.Connection[Any]) -> None:
    readable = set()
    for table in tables():
        try:
            role.execute(psycopg.sql.SQL("SELECT * FROM {} LIMIT 1").format(
                psycopg.sql.Identifier(table)
            ))  # fmt: skip
            readable.add(table)
        except psycopg.errors.InsufficientPrivilege:
            continue
    assert readable - OF_POSTGIS == set(READABLE)
    named = {"network_customer", "network_pipe", "network_valve", "outages_outagenotice",
             "outages_delivery", "outages_publicreport", "accounts_user"}  # fmt: skip
    assert named <= tables() - readable


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO outages_publicreport (client_key) VALUES (gen_random_uuid())",
        "UPDATE outages_publicreport SET stage = 'done'",
        "DELETE FROM outages_publicreport",
        "INSERT INTO layers_publicplace (kind) VALUES ('street')",
        "UPDATE layers_asked SET times = 0",
        "TRUNCATE layers_asked",
        "UPDATE outages_outage SET status = 'closed'",
        "INSERT INTO django_session VALUES ('x', 'x', now())",
        "CREATE TABLE mine (x int)",
        "CREATE ROLE another",
        "SET ROLE mainbreak",
        "COPY network_customer TO STDOUT",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_the_role_is_refused(role: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(statement)  # type: ignore[call-overload]


def test_the_role_files_a_report_that_becomes_a_burst_report(
    role: psycopg.Connection[Any],
) -> None:
    lay("(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)")
    values = [uuid4(), "R261122-TEST", "burst", 110.0525, 22.93]
    first = role.execute(FILE, values).fetchone()
    again = role.execute(FILE, [values[0], "R261122-OTHER", *values[2:]]).fetchone()
    assert first == again == ("R261122-TEST",)
    status = role.execute("SELECT kind, stage FROM public_report_status(%s)", ["R261122-TEST"])
    assert status.fetchone() == ("burst", "received")
    assert role.execute("SELECT * FROM public_report_status('R0')").fetchone() is None
    assert take_public_reports() == 1
    made = BurstReport.objects.get(reference="R261122-TEST")
    assert (made.pipe, made.channel, made.contact_name) == ("p3", "public_form", "某人")


@pytest.mark.parametrize(
    ("kind", "lon", "lat"),
    [("burst", float("nan"), 22.9), ("burst", 110.0, 91.0), ("order", 110.0, 22.9)],
)
def test_the_letter_box_refuses_nonsense(
    role: psycopg.Connection[Any], kind: str, lon: float, lat: float
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        role.execute(FILE, [uuid4(), "R1", kind, lon, lat])
    assert not PublicReport.objects.exists()


def test_all_processes_share_one_count(role: psycopg.Connection[Any], rf: Any) -> None:
    """What one process counted, another one counts on from."""
    request = rf.get("/")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layers_asked")
        assert not is_too_often(request, what="shared", limit=3, within_s=60)
        cursor.execute("SELECT who FROM layers_asked")
        (who,) = cursor.fetchone()
    counts = [role.execute("SELECT count_asked(%s, 60)", [who]).fetchone() for _n in range(2)]
    assert counts == [(2,), (3,)]
    assert is_too_often(request, what="shared", limit=3, within_s=60)


def test_granting_again_takes_away_what_was_given_by_hand(role: psycopg.Connection[Any]) -> None:
    name = urlsplit(os.environ["PUBLIC_DATABASE_URL"]).username
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON network_customer TO {name}")
    role.execute("SELECT count(*) FROM network_customer")
    call_command("grant_public", verbosity=0)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute("SELECT count(*) FROM network_customer")


def test_without_its_address_no_role_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLIC_DATABASE_URL")
    with pytest.raises(CommandError, match="PUBLIC_DATABASE_URL"):
        call_command("grant_public")


# -- The process -------------------------------------------------------------------------------


@dataclass
class Visitor:
    """Somebody at a running public process, with a cookie jar."""

    url: str
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def open(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Ask for a page: status, text, the address where it ended."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        body = urllib.parse.urlencode(data).encode() if data else None
        request = urllib.request.Request(self.url + path, body, {"Referer": self.url + path})
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), answer.url
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.url


@pytest.fixture
def visitor(_granted: None, tmp_path: Path) -> Iterator[Visitor]:
    """The public process, started as `./run demo` starts it, on the tests' database."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {
        **os.environ,
        "PUBLIC_DATABASE_URL": address_of_the_role().replace("postgresql", "postgis"),
        "PUBLIC_SECRET_KEY": "only-for-the-public-side-0123456789abcdef",
        "PUBLIC_DIR": str(django_settings.PUBLIC_DIR),
        "DEBUG": "true",  # static files straight from the apps
    }
    program = public_side(environment, host="127.0.0.1", port=port)
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        list(program.command), env=program.its(environment), stdout=log, stderr=log
    )
    here = Visitor(f"http://127.0.0.1:{port}")
    try:
        _wait_for(here)
        yield here
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait_for(here: Visitor) -> None:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            if here.open("/healthz/live")[0] == 200:
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail("the public process did not come up")


def test_somebody_looks_and_reports_and_no_more(_public_folder: Path, visitor: Visitor) -> None:
    lay("(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)")
    lay_background()
    code, text, _url = visitor.open("/public/")
    assert code == 200
    assert "暂时没有数据" in text
    publish_public_snapshot(NOON)
    code, text, _url = visitor.open(f"/public/?q={urllib.parse.quote('解放')}")
    assert code == 200
    assert "解放路" in text
    _code, page, _url = visitor.open("/public/report/")
    told = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', page))
    assert {"csrfmiddlewaretoken", "shown", "client_key"} <= told.keys()
    time.sleep(4)  # the form wants a person's pace
    told |= {"kind": "leak", "lat": "22.93", "lon": "110.0525", "address": "解放路"}
    code, page, url = visitor.open("/public/report/", told)
    filed = PublicReport.objects.get()
    assert (code, filed.kind) == (200, "leak")
    assert filed.reference in page
    assert f"/public/reports/{filed.reference}/" in url
    # One cookie, for the form; no session.
    assert {cookie.name for cookie in visitor.cookies} == {"mainbreak_public_csrf"}
    for path in ("/sign-in", "/admin/", "/network/check/", "/layers/tiles/15/1/1.mvt", "/desk/"):
        assert visitor.open(path)[0] == 404, path


def test_its_environment_holds_no_secret_of_the_control_room() -> None:
    environment = dict.fromkeys(NOT_FOR_THE_PUBLIC_SIDE, "secret") | {"SECRET_KEY": "secret"}
    own = {"PUBLIC_DATABASE_URL": "own address", "PUBLIC_SECRET_KEY": "own key"}
    its = public_side(environment | own, host="x", port=1).its(environment | own)
    assert "secret" not in its.values()
    assert (its["DATABASE_URL"], its["SECRET_KEY"]) == ("own address", "own key")


def test_old_links_lead_to_the_public_side(client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://outages.example"
    assert client.get("/public/").url == "https://outages.example/public/"
    answer = client.get("/public/outages/1/?q=x")
    assert answer.url == "https://outages.example/public/outages/1/?q=x"
    # Where PUBLIC_URL names this very process it would lead in a circle.
    settings.PUBLIC_URL = "http://testserver"
    assert client.get("/public/").status_code == 404


def test_secrets_of_the_town_are_worth_hiding(burst: Burst, role: psycopg.Connection[Any]) -> None:
    """What the role may read, all of it, holds no customer."""
    burst.publish()
    said = repr(
        role.execute("SELECT name, name_en, search_text FROM layers_publicplace").fetchall()
    )
    assert "解放路128号" in said
    for secret in (SECRETS["name"], SECRETS["phone"], SECRETS["account"], "单元501"):
        assert secret not in said
