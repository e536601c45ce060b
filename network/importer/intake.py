"""Open what was handed in: a file, a folder or a zip, and nothing that hides in it.

Formats go by the file's ending and must agree with its first bytes, so that a VRT called .shp is
never opened as what it is. A zip is looked through before a byte of it is written: number, size,
packing ratio and names of its members.
"""

from __future__ import annotations

import lzma
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from django.conf import settings

from network.importer.encodings import CHINESE
from network.importer.refusals import ImportRefused, refusal

Format = Literal["geojson", "shapefile", "geopackage", "csv", "epanet"]

FORMATS: Final[dict[str, Format]] = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".shp": "shapefile",
    ".gpkg": "geopackage",
    ".csv": "csv",
    ".inp": "epanet",
}
# Companions of a shapefile, and what may lie beside the data without being read.
COMPANIONS: Final = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".xml", ".toml"}
    | {".txt", ".md", ".pdf"}
)
ZIP_MEMBERS: Final = 60
ZIP_RATIO: Final = 100
FOLDER_DEPTH: Final = 3
_CHUNK: Final = 1 << 20
_SAYS_UTF8: Final = 0x800
# What reading one trips over: its directory, its packing, a name that is none.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file that holds layers."""

    path: Path
    format: Format

    @property
    def stem(self) -> str:
        """The name by which a layer of this file is known."""
        return self.path.stem


@contextmanager
def open_intake(given: str) -> Iterator[list[DataFile]]:
    """Yield the data files at a path; what was unpacked for it is removed afterwards.

    Raises ImportRefused.
    """
    try:
        with _opened(_local_path(given)) as files:
            yield files
    except PermissionError as error:
        raise _may_not_read(error, given) from error


@contextmanager
def _opened(path: Path) -> Iterator[list[DataFile]]:
    if path.is_dir():
        yield _data_files(path)
    elif path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="import-") as folder:
            _unpack(path, Path(folder))
            yield _data_files(Path(folder))
    elif path.suffix.lower() in FORMATS:
        yield [_data_file(path)]
    else:
        raise refusal(reason="format_unknown", name=path.name)


def _may_not_read(error: PermissionError, given: str) -> ImportRefused:
    """Name what may not be read as it was given, not as a full path of this machine."""
    name = Path(error.filename or given).name
    return refusal(reason="may_not_read", name=name or given)


def _local_path(given: str) -> Path:
    if "://" in given or given.startswith(("/vsi", "\\\\")) or "\0" in given:
        raise refusal(reason="path_not_local", path=given)
    path = Path(given)
    if not path.exists():
        raise refusal(reason="path_missing", path=given)
    if path.is_file() and path.stat().st_size > settings.IMPORT_MAX_BYTES:
        raise refusal(
            reason="file_too_large", name=path.name, limit=settings.IMPORT_MAX_BYTES // 1_000_000
        )
    return path.resolve()


def _data_files(folder: Path) -> list[DataFile]:
    """Return the data files of a folder; of its subfolders only where it has none itself.

    Raises PermissionError where part of it may not be looked into: that is no empty folder.
    """
    found = [
        path
        for path in sorted(_files_below(folder))
        if path.is_file()
        and not path.is_symlink()
        and path.suffix.lower() in FORMATS
        and not any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)
    ]
    depths = [len(path.relative_to(folder).parts) for path in found]
    if not found or min(depths) > FOLDER_DEPTH:
        raise refusal(reason="nothing_to_read", folder=folder.name)
    return [
        _data_file(path) for path, depth in zip(found, depths, strict=True) if depth == min(depths)
    ]


def _files_below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise error

    for parent, _folders, names in os.walk(folder, onerror=refuse):
        yield from (Path(parent, name) for name in names)


def _data_file(path: Path) -> DataFile:
    """Return the file after its first bytes have been held against its ending."""
    kind = FORMATS[path.suffix.lower()]
    with path.open("rb") as file:
        start = file.read(4096)
    if not _looks_like(kind, start):
        raise refusal(reason="content_differs", name=path.name, format=kind)
    if kind == "shapefile":
        _check_companions(path)
    return DataFile(path, kind)


def _looks_like(kind: Format, start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind == "shapefile":
        return start[:4] == b"\x00\x00\x27\x0a"
    if kind == "geopackage":
        return start.startswith(b"SQLite format 3\0")
    if kind == "geojson":
        return text.startswith((b"{", b"["))
    # Text: no zero bytes, and no markup that some other reader would take up.
    return b"\0" not in start and not text.startswith((b"<", b"{"))


def _check_companions(path: Path) -> None:
    """Refuse a shapefile without its attributes: every id would be missing."""
    beside = {each.suffix.lower() for each in path.parent.iterdir() if each.stem == path.stem}
    missing = {".dbf", ".shx"} - beside
    if missing:
        raise refusal(
            reason="shapefile_incomplete", name=path.name, missing=", ".join(sorted(missing))
        )


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [each for each in opened.infolist() if not each.is_dir()]
            for member in members:
                member.filename = _name_in(member)
            _inspect(members, archive)
            left = settings.IMPORT_MAX_UNPACKED_BYTES
            for member in members:
                left -= _extract(opened, member, folder, left)
    except PermissionError:
        raise
    except _BROKEN as error:
        said = getattr(error, "strerror", None) or error  # without the folder that it was for
        raise refusal(reason="zip_broken", name=archive.name, error=said) from error


def _name_in(member: zipfile.ZipInfo) -> str:
    """Return a member's name as it was given: UTF-8 or GBK, whatever the zip says of it.

    A zip that does not say UTF-8 is read as if it were from a PC of 1981, and 管线 is noise.
    """
    if member.flag_bits & _SAYS_UTF8:
        return member.filename
    for encoding in ("utf-8", CHINESE):
        with suppress(UnicodeError):
            return member.filename.encode("cp437").decode(encoding)
    return member.filename


def _inspect(members: list[zipfile.ZipInfo], archive: Path) -> None:
    """Refuse a zip by its directory alone, before anything is written."""
    if len(members) > ZIP_MEMBERS:
        raise refusal(
            reason="zip_too_many", name=archive.name, count=len(members), limit=ZIP_MEMBERS
        )
    for member in members:
        _inspect_name(member, archive)
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > settings.IMPORT_MAX_UNPACKED_BYTES or unpacked > ZIP_RATIO * max(packed, 1):
        _refuse_bomb(archive.name)


def _inspect_name(member: zipfile.ZipInfo, archive: Path) -> None:
    name = member.filename.replace("\\", "/")
    path = PurePosixPath(name)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", name) or is_link:
        raise refusal(reason="zip_unsafe_name", name=archive.name, member=member.filename)
    hidden = name.startswith("__MACOSX/") or path.name.startswith(".")
    if not hidden and path.suffix.lower() not in FORMATS.keys() | COMPANIONS:
        raise refusal(reason="zip_foreign_file", name=archive.name, member=member.filename)


def _refuse_bomb(name: str) -> None:
    raise refusal(
        reason="zip_bomb",
        name=name,
        ratio=ZIP_RATIO,
        limit=settings.IMPORT_MAX_UNPACKED_BYTES // 1_000_000,
    )


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Write one member, counting what really comes out; its declared size may lie."""
    target = folder / PurePosixPath(member.filename.replace("\\", "/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    limit = min(left, ZIP_RATIO * max(member.compress_size, 1) + _CHUNK)
    written = 0
    with opened.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > limit:
                _refuse_bomb(member.filename)
            sink.write(chunk)
    return written
