"""Which encoding a table's text is in, where the file does not say.

Shapefiles from Chinese survey tools are GBK without saying so; read as anything else, 球墨铸铁
becomes noise that nobody notices until a crew reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

CHINESE: Final = "gb18030"  # the superset of GBK and GB 2312
# Language ids that say nothing: none, and the "ANSI" that ArcGIS writes whatever the text is.
SILENT_LANGUAGE_IDS: Final = frozenset({0x00, 0x03, 0x57})
_LANGUAGE_ID_OFFSET: Final = 29
_SAMPLE_BYTES: Final = 16_000_000


def dbf_encoding(shapefile: Path) -> str | None:
    """Return the encoding of a shapefile's attributes, None where the file itself says it."""
    beside = {
        path.suffix.lower(): path
        for path in shapefile.parent.iterdir()
        if path.stem == shapefile.stem
    }
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    with beside[".dbf"].open("rb") as file:
        content = file.read(_SAMPLE_BYTES)
    if (
        len(content) > _LANGUAGE_ID_OFFSET
        and content[_LANGUAGE_ID_OFFSET] not in SILENT_LANGUAGE_IDS
    ):
        return None
    # The header's first 32 bytes are numbers; field names and records are the text.
    return _encoding_of(content[32:])


def text_encoding(path: Path) -> str:
    """Return the encoding of a text file."""
    with path.open("rb") as file:
        content = file.read(_SAMPLE_BYTES)
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    return _encoding_of(content)


def _encoding_of(content: bytes) -> str:
    """UTF-8 where it holds strictly, else GB 18030; a cut at the sample's end is no error."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(content) - 4:
            return CHINESE
    return "utf-8"
