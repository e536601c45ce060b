"""Photos and papers as one archive, and back: written and read as a stream, nothing overwritten."""

from __future__ import annotations

import filecmp
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast

from gisapp.backups.database_tools import BackupFailed, Readable
from gisapp.backups.sealed_files import Sink

_TOP: Final = "media"


@dataclass(frozen=True)
class PutBack:
    """Files of an archive: how many were missing, how many are there and the same, which differ."""

    missing: int
    same: int
    differing: tuple[str, ...]


def pack(folder: Path, sink: Sink) -> None:
    """Write an archive of a folder; of one that is not there, an empty one."""
    with tarfile.open(fileobj=cast(Any, sink), mode="w|") as tar:
        if folder.is_dir():
            tar.add(folder, arcname=_TOP)


def put_back(source: Readable, folder: Path) -> PutBack:
    """Put the files of an archive that are missing into a folder. One that is there stays."""
    return _walk(source, folder, puts=True)


def compare(source: Readable, folder: Path) -> PutBack:
    """Read every file of an archive and compare it with a folder, which stays as it is."""
    return _walk(source, folder, puts=False)


def _walk(source: Readable, folder: Path, *, puts: bool) -> PutBack:
    missing, same = 0, 0
    differing = []
    with tempfile.TemporaryDirectory(prefix=".media-", dir=_near(folder)) as workshop:
        copy = Path(workshop) / "file"
        for name, content in _files(source):
            with copy.open("wb") as file:
                shutil.copyfileobj(content, file)
            place = folder / name
            if not place.exists():
                missing += 1
                if puts:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    copy.rename(place)
            elif filecmp.cmp(copy, place, shallow=False):
                same += 1
            else:
                differing.append(name)
    return PutBack(missing, same, tuple(differing))


def _near(folder: Path) -> Path:
    """The nearest folder above that is there: a rename from it stays on one disk."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _files(source: Readable) -> Iterator[tuple[str, IO[bytes]]]:
    """Walk the files of an archive: the path below the media folder, and what is in it."""
    try:
        with tarfile.open(fileobj=cast(Any, source), mode="r|") as tar:
            for member in tar:
                if not member.isfile():
                    continue
                inside = PurePosixPath(member.name)
                if ".." in inside.parts:
                    msg = f"{inside} leads out of the folder"
                    raise ValueError(msg)
                content = tar.extractfile(member)
                assert content is not None, "it is a file"
                yield str(inside.relative_to(_TOP)), content
    except (tarfile.TarError, ValueError) as error:
        msg = f"the archive of the media cannot be read: {error}"
        raise BackupFailed(msg) from error
    finally:
        # To the last piece of a sealed archive, which proves that nothing is missing.
        while source.read(1024 * 1024):
            continue
