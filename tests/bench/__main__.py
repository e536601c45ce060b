"""`./run bench [--sizes town,100000] [--correctness N]`: measure, print, and write the table."""

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

_broken: list[str] = []
TARGET = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
# A million pipes take a while to generate and half a gigabyte to keep.
CITIES = Path("/var/tmp/mainbreak-cities")
LARGE = 200_000  # pipes, from which on one run is enough
HEADER = """# Performance

Written by `./run bench --write`. Times of one run on one machine; what counts is the ratio to a
baseline measured in the same run: for the engine alone, a networkx search that walks the zone and
floods the network once; for the whole way, one that floods it twice; wntr's `valve_segments`;
reading the same files and copying their rows into tables without index or check; fetching by index
the customers of a plan, and pgRouting's floods in the same database. A plan is committed to disk
with its customers and event, its steps in a second transaction (adr/0017); a fetch commits
nothing, and what a commit takes is told beside it.

The whole table, on a quiet machine: `./run bench --sizes town,10000,100000,1000000 --write`.
Cities are generated once and kept in /var/tmp/mainbreak-cities (`--cities`), half a gigabyte for a
million pipes; the database of the run is its own and goes with it. How long each part took is told.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--sizes", default="town,100000", help="town, or numbers of pipes")
    parser.add_argument(
        "--engine-sizes",
        default="10000,100000,1000000",
        help="numbers of pipes for the engine alone, without a database; none for no such run",
    )
    parser.add_argument("--correctness", type=int, metavar="N", help="only: N random networks")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    parser.add_argument(
        "--deliveries",
        type=int,
        metavar="N",
        help="only: N messages while senders, database and broker die",
    )
    parser.add_argument(
        "--cities",
        type=Path,
        default=CITIES,
        metavar="DIR",
        help=f"where generated cities are kept for the next run (default: {CITIES})",
    )
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisapp.settings")
    django.setup()
    if options.deliveries:
        from tests.bench.deliveries import survive

        return survive(options.deliveries)
    if options.correctness:
        from tests.bench.correctness import agree

        return agree(options.correctness)
    found = [
        *_of_engine(_listed(options.engine_sizes), options.cities),
        *_of_product(_listed(options.sizes), options.cities),
    ]
    return _tell(found, write=options.write)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip() not in {"", "none"}]


def _of_engine(sizes: list[str], cities: Path) -> list[list[str]]:
    from tests.bench import engine
    from tests.bench.ground import write_network

    found: list[list[str]] = []
    for size in sizes:
        source = write_network(cities, int(size))
        found += _part(
            f"the engine, {int(size):,} pipes", engine.rows, f"{int(size):,} pipes", source
        )
    return found


def _of_product(sizes: list[str], cities: Path) -> list[list[str]]:
    from network.selectors import current_revision
    from tests.bench import arguing, clicks, importing, isolation, planning, snapshot
    from tests.bench.ground import own_database, write_network

    found: list[list[str]] = []
    if not sizes:
        return found
    with own_database() as folder:
        for size in sizes:
            pipes = 0 if size == "town" else int(size)
            name = "demo town" if not pipes else f"{pipes:,} pipes"
            is_large = pipes > LARGE
            source = write_network(cities if pipes else folder, pipes)
            found += _part(f"import, {name}", importing.rows, name, source, folder)
            revision = current_revision()
            assert revision is not None
            runs = 1 if is_large else 3
            found += _part(f"snapshot, {name}", snapshot.rows, name, revision, folder, runs=runs)
            if not is_large:  # there the engine's own rows have the search in networkx
                found += _part(
                    f"isolate, {name}", isolation.rows, name, revision, with_wntr=not pipes
                )
            found += _part(
                f"plans, {name}",
                planning.rows,
                name,
                revision,
                with_pgrouting=bool(pipes),
                flooded_at_most=runs,
            )
            found += _part(f"arguing, {name}", arguing.rows, name, revision)
            found += _part(f"clicks, {name}", clicks.rows, name, source, revision, folder)
    return found


def _part(
    what: str, rows: Callable[..., list[list[str]]], *given: Any, **told: Any
) -> list[list[str]]:
    """The rows of a part, told as soon as they are there; one that breaks leaves the others."""
    sys.stderr.write(f"… {what}\n")
    start = time.perf_counter()
    found: list[list[str]] = []
    try:
        found = rows(*given, **told)
    except Exception:  # half an hour of other measurements would be lost with it
        traceback.print_exc()
        _broken.append(what)
    for row in found:
        sys.stderr.write(f"  {' | '.join(row)}\n")
    sys.stderr.write(f"  {time.perf_counter() - start:,.0f} s\n")
    return found


def _tell(found: list[list[str]], *, write: bool) -> int:
    from tests.bench.timing import table

    when = f"{datetime.now(tz=UTC):%Y-%m-%d}"
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, {when}."
    sys.stdout.write(table(found) + "\n")
    if write:
        TARGET.write_text(f"{HEADER}\n{where}\n\n{table(found)}\n", encoding="utf-8")
    for what in _broken:
        sys.stderr.write(f"not measured: {what}\n")
    return 1 if _broken else 0


if __name__ == "__main__":
    sys.exit(main())
