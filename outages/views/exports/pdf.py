"""HTML written as PDF: the one place that names the library. Nothing is fetched meanwhile."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


class PdfNotAvailable(RuntimeError):
    """The libraries that write PDF (Pango) are missing on this machine. Says what to install."""


def pdf_of(page: str, styles: Iterable[Path]) -> bytes:
    """Write a page as PDF with these style sheets. Raises PdfNotAvailable without Pango."""
    try:
        # Imported here: it loads system libraries that a bare machine lacks.
        from weasyprint import CSS, HTML  # noqa: PLC0415
    except OSError as error:
        msg = "PDF needs libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0"
        raise PdfNotAvailable(msg) from error
    document = HTML(string=page, base_url=None, url_fetcher=_fetch_nothing)
    return bytes(document.write_pdf(stylesheets=[CSS(filename=str(each)) for each in styles]))


def _fetch_nothing(url: str, *_args: Any, **_options: Any) -> dict[str, Any]:
    msg = f"paper fetches nothing, not {url[:80]}"
    raise ValueError(msg)
