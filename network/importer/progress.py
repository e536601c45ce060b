"""How far an import is: stage, count and time left, on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final, TextIO, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

Row = TypeVar("Row")

STAGES: Final = {
    "reading": _("reading"),
    "transforming": _("transforming"),
    "joining": _("joining ends and placing assets"),
    "checking": _("checking"),
    "storing": _("storing"),
    "analysing": _("analysing"),
    "snapshot": _("building the graph"),
}
_EVERY_S: Final = 0.5


class Progress:
    """Writes one line per stage; on a terminal the line is rewritten while rows go by."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._is_terminal = bool(stream and stream.isatty())
        self._open_line = False
        self._started = time.monotonic()

    def stage(self, name: str, detail: str = "") -> None:
        """Begin a stage."""
        seconds = time.monotonic() - self._started
        self._write(f"{seconds:6.1f} s  {gettext(STAGES[name])} {detail}".rstrip(), keep=True)

    def rows(self, rows: Iterable[Row], what: str, total: int) -> Iterator[Row]:
        """Pass rows through, telling from time to time how many have gone and what is left."""
        began = told = time.monotonic()
        for done, row in enumerate(rows, start=1):
            yield row
            if self._is_terminal and done % 1000 == 0 and time.monotonic() - told > _EVERY_S:
                told = time.monotonic()
                left = (told - began) / done * (total - done)
                self._write(f"          {what} {done:,} / {total:,}, {left:.0f} s left", keep=False)

    def close(self) -> None:
        """End an unfinished line."""
        if self._open_line and self._stream:
            self._stream.write("\n")
            self._open_line = False

    def _write(self, text: str, *, keep: bool) -> None:
        if self._stream is None:
            return
        start = "\r\x1b[K" if self._is_terminal and self._open_line else ""
        self._stream.write(f"{start}{text}" + ("\n" if keep else ""))
        self._stream.flush()
        self._open_line = not keep
