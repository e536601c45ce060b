"""A private PostgreSQL and a private Redis, to be stopped the hard way and started again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from redis import Redis, RedisError

from tests.crash.ports import free_port


def _as(user: str) -> list[str]:
    return ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []


# The database that the others are copied from: all tables, no rows but those that are shipped.
TABLES: Final = "tables"


class Cluster:
    """A database server of its own, with checksums and with fsync: a crash must cost nothing.

    Its tables come from the database at `like`; without one they are made by migrating.
    """

    def __init__(self, folder: Path, *, like: str = "") -> None:
        self.port = free_port()
        self._data = folder / "pg"
        self._log = folder / "pg.log"
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._data.mkdir()
        self._log.touch()
        if os.geteuid() == 0:
            folder.chmod(0o755)
            for path in (self._data, self._log):
                shutil.chown(path, "postgres")
        self._run("initdb", "-k", "--locale=C.UTF-8", "-A", "trust", "-U", "mainbreak", "-N")
        self.start()
        self._client("createdb", TABLES)
        self._copy_tables(like) if like else self._migrate()

    @property
    def url(self) -> str:
        """Where the database of the trial is."""
        return self._url("mainbreak")

    def begin_anew(self) -> None:
        """Give the next trial a database in which nothing has happened."""
        self._client("dropdb", "--if-exists", "--force", "mainbreak")
        self._client("createdb", "--template", TABLES, "mainbreak")

    def _url(self, database: str) -> str:
        return f"postgis://mainbreak@127.0.0.1:{self.port}/{database}"

    def _copy_tables(self, like: str) -> None:
        dump = [str(self._bin / "pg_dump"), "--no-owner", "--no-privileges", plain(like)]
        fill = [str(self._bin / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", plain(self._url(TABLES))]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
            subprocess.run(
                fill, stdin=dumping.stdout, stdout=subprocess.DEVNULL, check=True, timeout=120
            )
        if dumping.returncode:
            raise subprocess.CalledProcessError(dumping.returncode, dump[:1])

    def _migrate(self) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity=0"],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
                "DATABASE_URL": self._url(TABLES),
                "OWNER_DATABASE_URL": "",
            },
            check=True,
            timeout=600,
        )

    def start(self) -> None:
        options = (
            f"-c listen_addresses=127.0.0.1 -p {self.port} -c unix_socket_directories='' "
            "-c max_connections=120 -c shared_buffers=64MB"
        )
        self._run("pg_ctl", "-w", "-l", str(self._log), "-o", options, "start")

    def crash(self) -> None:
        """Stop as in a power cut: no checkpoint, nothing flushed that was not committed."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*_as("postgres"), str(self._bin / program), "-D", str(self._data), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=60,
        )

    def _client(self, program: str, *arguments: str) -> None:
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "mainbreak"]
        subprocess.run([str(self._bin / program), *place, *arguments], check=True, timeout=60)


def plain(url: str) -> str:
    """Return a database's address as PostgreSQL's own tools read it."""
    return url.replace("postgis://", "postgresql://")


class Broker:
    """A Redis that keeps nothing: stopped, all wake-ups in it are gone."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", *f"--port {self.port} --bind 127.0.0.1".split(), "--save", ""],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                with Redis.from_url(self.url) as redis:
                    redis.ping()
                return
            except RedisError:
                time.sleep(0.05)
        msg = "Redis did not start"
        raise RuntimeError(msg)

    def lose(self) -> None:
        """SHUTDOWN NOSAVE: as if it had never held anything."""
        assert self._process is not None
        with Redis.from_url(self.url) as redis:
            redis.shutdown(nosave=True)
        self._process.wait(timeout=20)
