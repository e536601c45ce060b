"""How long an import takes, against copying the same files' rows into plain tables."""

from pathlib import Path

import pyogrio
from django.db import connection

from tests.bench.ground import imported
from tests.bench.timing import measure, row


def rows(name: str, source: Path) -> list[list[str]]:
    ours = measure(lambda: imported(source), runs=1, warm_up=0)
    plain = measure(lambda: plain_copy(source), runs=1, warm_up=0)
    return [row(f"import, {name}", ours, plain, "read and COPY only")]


def plain_copy(source: Path) -> None:
    """Read every file with pyogrio and COPY geometry and attributes, unindexed and unchecked."""
    for path in sorted(source.glob("*.geojson")) + sorted(source.glob("*.csv")):
        if path.stem not in {"pipes", "nodes", "valves", "hydrants", "sources", "customers"}:
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
