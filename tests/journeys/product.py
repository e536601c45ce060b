"""The whole product beside the tests: web, worker, beat, public side and an SMS gateway.

Nothing here reaches into the application: processes are started as `./run demo` starts them, with
a database, a Redis number and a state folder of their own. What the journeys ask beyond the
screens is read from the rows and from the gateway's journal.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import dict_row
from redis import Redis

from gisapp.supervisor import Program, programs, public_side, sms_gateway
from outages.delivery.simulator import read_journal
from tests.prepared import prepared_database

DATABASE = "mainbreak_journeys"
REDIS_NUMBER = 8
START_S = 60
STOP_S = 15
ROOT = Path(__file__).resolve().parents[2]

Found = TypeVar("Found")


@dataclass(frozen=True)
class Product:
    """A running instance: where it listens, how one signs in, what it has written."""

    url: str
    password: str
    state: Path
    database: str

    @property
    def manifest(self) -> dict[str, Any]:
        """What the demo town says of itself, its named bursts among it."""
        text = (self.state / "demo" / "manifest.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def burst(self, name: str) -> dict[str, Any]:
        """One of the named bursts of the town: pipe, place, valves to close."""
        found: dict[str, Any] = next(b for b in self.manifest["bursts"] if b["id"] == name)
        return found

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Answer a question to the database."""
        with psycopg.connect(self.database, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[call-overload, no-any-return]

    def value(self, query: str, *values: Any) -> Any:
        """The first column of the first row, None where there is no row."""
        found = self.rows(query, *values)
        return next(iter(found[0].values())) if found else None

    def sms(self) -> list[dict[str, Any]]:
        """Every message that the gateway has accepted, repeats included."""
        return read_journal(self.state / "sms.jsonl")


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float = 30) -> Found:
    """Look until there is something true, and return it; AssertionError after `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := look():
            return found
        time.sleep(0.2)
    msg = f"not within {seconds:.0f} s: {what}"
    raise AssertionError(msg)


@contextmanager
def running_product() -> Iterator[Product]:
    """Make a fresh instance with the demo town and run it; everything ends with the block."""
    address = urlsplit(os.environ["DATABASE_URL"])
    server = f"postgresql://{address.netloc}"
    state = Path(os.environ["STATE_DIR"]) / "journeys"
    environment = _environment(address.netloc, state)
    _empty(state)
    _drop_and(server, template=prepared_database(f"postgis://{address.netloc}/{DATABASE}"))
    _forget_messages(environment["REDIS_URL"])
    product = Product(
        url=f"http://127.0.0.1:{environment['WEB_PORT']}",
        password=environment["DEMO_PASSWORD"],
        state=state,
        database=f"{server}/{DATABASE}",
    )
    try:
        _load(environment, state)
        with _running(environment, state):
            for page in (f"{product.url}/healthz/ready", f"{product.url}/public/"):
                wait_for(page, lambda page=page: _answers(page), seconds=START_S)  # type: ignore[misc]
            yield product
    finally:
        _drop_and(server)
        _forget_messages(environment["REDIS_URL"])


def _environment(server: str, state: Path) -> dict[str, str]:
    redis, _slash, _number = os.environ["REDIS_URL"].rpartition("/")
    sms = _free_port()
    gateways = {"sms": {"url": f"http://127.0.0.1:{sms}", "promise": "idempotent"}}
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "gisapp.settings",
        # As in earnest: what serves and works is not the owner of the tables.
        "OWNER_DATABASE_URL": f"postgis://{server}/{DATABASE}",
        "DATABASE_URL": f"{os.environ['APPLICATION_DATABASE_URL'].rpartition('/')[0]}/{DATABASE}",
        "REDIS_URL": f"{redis}/{REDIS_NUMBER}",
        "STATE_DIR": str(state),
        "DEMO_PASSWORD": os.environ.get("DEMO_PASSWORD") or "water-for-journeys",
        "GATEWAYS": json.dumps(gateways),
        "SMS_PORT": str(sms),
        "WEB_PORT": str(_free_port()),
        "PUBLIC_PORT": (public := str(_free_port())),
        "PUBLIC_URL": f"http://127.0.0.1:{public}",
        "PUBLIC_DATABASE_URL": f"{os.environ['PUBLIC_DATABASE_URL'].rpartition('/')[0]}/{DATABASE}",
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _empty(state: Path) -> None:
    """Make the folders and forget the journal of an earlier run."""
    for name in ("log", "media", "snapshots", "public", "imports"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "sms.jsonl").unlink(missing_ok=True)
    shutil.rmtree(state / "public")


def _drop_and(server: str, *, template: str = "") -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if template:
            connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {template}")
            # As in the other tests: a crash of the machine may cost a test, waiting costs minutes.
            connection.execute(f"ALTER DATABASE {DATABASE} SET synchronous_commit = off")


def _forget_messages(url: str) -> None:
    with Redis.from_url(url) as redis:
        redis.flushdb()


def _load(environment: dict[str, str], state: Path) -> None:
    """Collect the static files while the town is loaded."""
    collecting = _manage("collectstatic", environment, state, "--no-input")
    for command in ("grant_application", "grant_public", "load_demo", "publish_public"):
        # A journey begins at a desk where nothing has happened yet.
        arguments = ["--without-cases"] if command == "load_demo" else []
        _end_well(_manage(command, environment, state, *arguments), command, state)
    _end_well(collecting, "collectstatic", state)


def _manage(
    command: str, environment: dict[str, str], state: Path, *arguments: str
) -> subprocess.Popen[bytes]:
    with (state / "log" / command).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", command, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )


def _end_well(process: subprocess.Popen[bytes], command: str, state: Path) -> None:
    if process.wait(timeout=180):
        tail = (state / "log" / command).read_text(encoding="utf-8")[-1500:]
        msg = f"{command} failed:\n{tail}"
        raise AssertionError(msg)


@contextmanager
def _running(environment: dict[str, str], state: Path) -> Iterator[None]:
    port = int(environment["WEB_PORT"])
    wanted = programs(host="127.0.0.1", port=port, workers=1, threads=6)
    public_port = int(environment["PUBLIC_PORT"])
    wanted.append(public_side(environment, host="127.0.0.1", port=public_port))
    wanted.append(sms_gateway(int(environment["SMS_PORT"])))
    processes = [_start(program, environment, state) for program in wanted]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _wait_or_kill(process)


def _start(program: Program, environment: dict[str, str], state: Path) -> subprocess.Popen[bytes]:
    with (state / "log" / program.name).open("wb") as log:
        return subprocess.Popen(
            list(program.command),
            cwd=ROOT,
            env=program.its(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
