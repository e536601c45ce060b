"""A database and files of the bench's own: nothing measured touches a running instance."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from fixtures.cities import write_city
from fixtures.town.__main__ import DEFAULT_SEED
from fixtures.town.build import build_town
from fixtures.town.write import write_town

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def own_database() -> Iterator[Path]:
    """A fresh database with the real migrations, and a folder for files; both gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mainbreak-bench-"))
    settings.SNAPSHOT_DIR = folder / "snapshots"
    connection.settings_dict["TEST"] = {**connection.settings_dict.get("TEST", {}), "NAME": "bench"}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield folder
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
        shutil.rmtree(folder, ignore_errors=True)


def write_network(folder: Path, pipes: int) -> Path:
    """Write the demo town (0 pipes) or a generated city as an import folder, unless it is there.

    A city's name ends in a digest of the program that draws it: an old one is never taken for new.
    """
    made_by = hashlib.sha256((ROOT / "fixtures" / "cities.py").read_bytes()).hexdigest()[:8]
    target = folder / (f"city-{pipes}-{made_by}" if pipes else "town")
    if target.is_dir():
        return target
    begun = folder / f".part-{target.name}"
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    if pipes:
        write_city(begun, pipes=pipes, seed=1)
    else:
        write_town(build_town(DEFAULT_SEED, "town"), begun)
    begun.rename(target)
    return target


def environment_of(folder: Path) -> dict[str, str]:
    """The environment in which another process finds the bench's database and files."""
    database = connection.settings_dict
    address = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    return {
        **os.environ,
        "DATABASE_URL": f"postgis://{address}/{database['NAME']}",
        "STATE_DIR": str(folder),
        "HTTPS": "false",
    }
