"""How far an import is: stage, count and time left, on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final, TextIO

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

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

    def counted(self, blocks: Iterable[int], what: str, total: int) -> None:
        """Run through blocks of rows, telling from time to time how many have gone and are left."""
        began = told = time.monotonic()
        done = 0
        for rows in blocks:
            done += rows
            if self._is_terminal and time.monotonic() - told > _EVERY_S:
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
