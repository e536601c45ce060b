"""The public files: immutable ones named by their content, and a pointer to the newest.

    current.json                 the pointer, replaced by rename, small and never cached for long
    outages-<hash>.json          what is off, written once, never changed
    alerts-<hash>.json           the list of CAP messages, likewise
    alert-<identifier>.xml       one of them, written once, never changed
    tiles-<hash>/z/x/y.mvt       the town behind it, likewise

Any web server can serve the folder (settings.PUBLIC_DIR); a reader that holds an older pointer
still finds the files it names for a day.
"""

import json
import os
import re
import shutil
import tempfile
import time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.conf import settings

# Of what is published; a reader passes over any other, and an upgrade publishes anew.
FORMAT: Final = 2
POINTER: Final = "current.json"
FILE_NAME: Final = re.compile(r"(outages|alerts)-[0-9a-f]{20}\.json")
ALERT_NAME: Final = re.compile(r"alert-[A-Za-z0-9-]{1,80}\.xml")
TILES_NAME: Final = re.compile(r"tiles-[0-9a-f]{20}")
# How what is being written is called until it is whole; a process that is killed leaves it behind.
UNFINISHED: Final = ".new-"
KEEP_OLD_S: Final = 24 * 60 * 60


def public_folder() -> Path:
    return Path(settings.PUBLIC_DIR)


def encode(document: dict[str, Any]) -> bytes:
    """JSON in one canonical form, so that equal content has an equal name. Refuses NaN."""
    return json.dumps(
        document, allow_nan=False, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def write_immutable(kind: str, document: dict[str, Any]) -> str:
    """Write a document under the name of its content and return the name."""
    body = encode(document)
    name = f"{kind}-{sha256(body).hexdigest()[:20]}.json"
    target = public_folder() / name
    if target.exists():
        # Its age starts anew: it is in use again.
        target.touch()
    else:
        _replace(target, body)
    return name


def write_once(name: str, body: bytes) -> None:
    """Write a file unless it is there: what was said stays said as it was."""
    target = public_folder() / name
    if target.exists():
        target.touch()
    else:
        _replace(target, body)


def write_tiles(tiles: dict[str, bytes]) -> str:
    """Write a set of tiles, by address `z/x/y.mvt`, under the name of their content; return it."""
    digest = sha256()
    for address in sorted(tiles):
        digest.update(f"{address} {len(tiles[address])}\n".encode() + tiles[address])
    name = f"tiles-{digest.hexdigest()[:20]}"
    target = public_folder() / name
    if target.is_dir():
        os.utime(target)
        return name
    public_folder().mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=public_folder(), prefix=UNFINISHED))
    try:
        for address, body in tiles.items():
            file = making / address
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        for made in (making, *making.rglob("*")):
            made.chmod(0o755 if made.is_dir() else 0o644)
        making.rename(target)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return name


def write_pointer(pointer: dict[str, Any]) -> None:
    """Put a new pointer in the old one's place; a reader sees one or the other, never half."""
    _replace(public_folder() / POINTER, encode(pointer))


def _replace(target: Path, body: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=UNFINISHED, suffix=".json")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_pointer() -> dict[str, Any] | None:
    """The newest pointer, None where nothing was ever published."""
    try:
        pointer: dict[str, Any] = json.loads((public_folder() / POINTER).read_bytes())
    except FileNotFoundError:
        return None
    return pointer


def read_file(name: str) -> bytes:
    """A public file's bytes. Raises FileNotFoundError for any name that is not one."""
    if not FILE_NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return (public_folder() / name).read_bytes()


def read_alert(name: str) -> bytes:
    """A CAP message. Raises FileNotFoundError for any name that is none."""
    if not ALERT_NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return (public_folder() / name).read_bytes()


def read_alerts() -> list[dict[str, Any]]:
    """The list of CAP messages, newest first; empty where nothing was published yet."""
    pointer = read_pointer() or {}
    try:
        listed: list[dict[str, Any]] = json.loads(read_file(str(pointer.get("alerts"))))["alerts"]
    except FileNotFoundError:
        return []
    return listed


def read_tile(name: str, z: int, x: int, y: int) -> bytes:
    """A tile's bytes, empty where the set has none there. Raises FileNotFoundError for no set."""
    folder = public_folder() / name
    if not TILES_NAME.fullmatch(name) or not folder.is_dir():
        raise FileNotFoundError(name)
    try:
        return (folder / str(z) / str(x) / f"{y}.mvt").read_bytes()
    except FileNotFoundError:
        return b""


def read_outages(name: str) -> list[dict[str, Any]]:
    """The outages of a snapshot, each as published."""
    return _parsed_outages(str(public_folder()), name)


@lru_cache(maxsize=8)
def _parsed_outages(_folder: str, name: str) -> list[dict[str, Any]]:
    outages: list[dict[str, Any]] = json.loads(read_file(name))["outages"]
    return outages


def remove_outdated(in_use: set[str]) -> int:
    """Remove files and tiles that no pointer named for a day. Returns how many went."""
    oldest = time.time() - KEEP_OLD_S
    gone = 0
    for old in public_folder().glob("*-*"):
        if not _is_ours(old.name) or old.name in in_use or old.stat().st_mtime >= oldest:
            continue
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)
        gone += 1
    return gone


def _is_ours(name: str) -> bool:
    kinds = (FILE_NAME, ALERT_NAME, TILES_NAME)
    return name.startswith(UNFINISHED) or any(each.fullmatch(name) for each in kinds)
