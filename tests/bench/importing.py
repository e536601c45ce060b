"""How long an import takes, against copying the same files' rows into plain tables."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pyogrio
from django.db import connection

from tests.bench.ground import ROOT, environment_of
from tests.bench.memory import peak_until_over
from tests.bench.timing import Measured, measure, row

TABLES = ("pipes", "nodes", "valves", "hydrants", "sources", "customers")


def rows(name: str, source: Path, folder: Path) -> list[list[str]]:
    """The command as a person starts it, in a process of its own, whose memory is told."""
    ours = imported(source, folder)
    plain = measure(lambda: plain_copy(source), runs=1, warm_up=0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE " + ", ".join(f"plain_{each}" for each in TABLES))
    taken = Measured(ours.seconds, ours.seconds, 1)
    return [
        row(f"import, {name}", taken, plain, "read and COPY only"),
        [f"memory of importing, {name}", f"{ours.peak_mb:,.0f} MB at most", "", ""],
    ]


@dataclass(frozen=True)
class Imported:
    """Seconds from start to end of the process, and the most memory that it ever had."""

    seconds: float
    peak_mb: float


def imported(source: Path, folder: Path) -> Imported:
    """Import into the bench's database. RuntimeError where it fails."""
    log = (folder / "import.log").open("wb")
    command = [sys.executable, "manage.py", "import_network", str(source)]
    start = time.perf_counter()
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment_of(folder), stdout=log, stderr=subprocess.STDOUT
    )
    highest = peak_until_over(running)
    seconds = time.perf_counter() - start
    log.close()
    if running.returncode:
        msg = f"the import failed:\n{(folder / 'import.log').read_text()[-2000:]}"
        raise RuntimeError(msg)
    return Imported(seconds, highest)


def plain_copy(source: Path) -> None:
    """Read every file with pyogrio and COPY geometry and attributes, unindexed and unchecked."""
    for path in sorted(source.glob("*.geojson")) + sorted(source.glob("*.csv")):
        if path.stem not in TABLES:
            continue
        options = {}
        if path.suffix == ".csv":
            options = {"X_POSSIBLE_NAMES": "lon", "Y_POSSIBLE_NAMES": "lat"}
        _, _, geometry, columns = pyogrio.raw.read(path, **options)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS plain_{path.stem}")
            names = ", ".join(f"c{n} text" for n in range(len(columns)))
            cursor.execute(f"CREATE TABLE plain_{path.stem} (geom geometry, {names})")
            with cursor.copy(f"COPY plain_{path.stem} FROM STDIN") as copy:
                for values in zip(geometry, *columns, strict=True):
                    copy.write_row([values[0].hex(), *map(str, values[1:])])
