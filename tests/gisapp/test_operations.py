"""docs/operations.md and .env.example against what the program reads."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'(?:env\.\w+|strict_bool|positive_int|positive_float|secret)\(\s*"([A-Z_]+)"')
# Read by the entrypoints of the images and by the composition, not by the settings.
OF_THE_COMPOSITION = {
    "DB_NAME",
    "DB_PASSWORD",
    "APP_DB_PASSWORD",
    "REDIS_PASSWORD",
    "PUBLIC_DB_PASSWORD",
    "PUBLIC_SECRET_KEY",
    "FRONT_ADDRESS",
    "FRONT_PORT",
    "FRONT_PUBLIC_PORT",
    "WORKER_REPLICAS",
    "WEB_WORKERS",
    "WORKER_PROCESSES",
}


def read_by_the_settings() -> set[str]:
    files = ("gisapp/settings.py", "gisapp/databases.py")
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in files)
    # The database's limits are named in a table.
    return set(READ.findall(text)) | set(re.findall(r'"(DB_\w+_TIMEOUT_MS)"', text))


def test_every_variable_is_in_the_table_of_settings():
    names = read_by_the_settings()
    assert {"SECRET_KEY", "DATABASE_URL", "GATEWAYS", "DB_LOCK_TIMEOUT_MS"} <= names
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    table = {
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([A-Z_]{4,})`", line.split("|")[1])
    }
    assert names - table == set()


def test_the_example_sets_nothing_that_nobody_reads():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE))
    assert names - read_by_the_settings() - OF_THE_COMPOSITION == set()
