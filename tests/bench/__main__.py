"""`./run bench [--sizes town,100000] [--correctness N]`: measure, print, and write the table."""

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
HEADER = """# Performance

Written by `./run bench --write`. Times of one run on one machine; what counts is the ratio to a
baseline measured in the same run: for the engine alone, a networkx search that walks the zone and
floods the network once; for the whole way, one that floods it twice; wntr's `valve_segments`;
reading the same files and copying their rows into tables without index or check; fetching by index
the customers of a plan, and pgRouting's floods in the same database. A plan is committed to disk
with its steps, customers and event; a fetch commits nothing, and what a commit takes is told
beside it.
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
        *_of_engine(_listed(options.engine_sizes)),
        *_of_product(_listed(options.sizes)),
    ]
    return _tell(found, write=options.write)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip() not in {"", "none"}]


def _of_engine(sizes: list[str]) -> list[list[str]]:
    from tests.bench import engine
    from tests.bench.ground import write_network

    found: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="mainbreak-cities-") as folder:
        for size in sizes:
            sys.stderr.write(f"… the engine, {int(size):,} pipes\n")
            found += engine.rows(f"{int(size):,} pipes", write_network(Path(folder), int(size)))
    return found


def _of_product(sizes: list[str]) -> list[list[str]]:
    from network.selectors import current_revision
    from tests.bench import clicks, importing, isolation, planning, snapshot
    from tests.bench.ground import own_database, write_network

    found: list[list[str]] = []
    if not sizes:
        return found
    with own_database() as folder:
        for size in sizes:
            pipes = 0 if size == "town" else int(size)
            name = "demo town" if not pipes else f"{pipes:,} pipes"
            sys.stderr.write(f"… {name}\n")
            source = write_network(folder, pipes)
            found += importing.rows(name, source)
            revision = current_revision()
            assert revision is not None
            found += snapshot.rows(name, revision, folder)
            found += isolation.rows(name, revision, with_wntr=not pipes)
            found += planning.rows(name, revision, with_pgrouting=bool(pipes))
            found += clicks.rows(name, source, revision, folder)
    return found


def _tell(found: list[list[str]], *, write: bool) -> int:
    from tests.bench.timing import table

    when = f"{datetime.now(tz=UTC):%Y-%m-%d}"
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, {when}."
    sys.stdout.write(table(found) + "\n")
    if write:
        TARGET.write_text(f"{HEADER}\n{where}\n\n{table(found)}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
