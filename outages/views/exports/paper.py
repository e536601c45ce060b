"""A report on paper: a page for the browser's printer, and the same as PDF."""

from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.translation import get_language

from outages.views.exports.tables import Document

_CSS: Final = Path(__file__).parents[2] / "static" / "outages" / "css"
# What a page links, a PDF is given: in the same order.
STYLES: Final = (_CSS / "a4.css", _CSS / "paper.css")


class PdfNotAvailable(RuntimeError):
    """The libraries that write PDF (Pango) are missing on this machine. Says what to install."""


def paper_page(template: str, context: dict[str, Any]) -> str:
    """Render a page of paper in the active language: `for_pdf` false links the styles."""
    chinese = (get_language() or "zh").startswith("zh")
    return render_to_string(template, {"lang": "zh-Hans" if chinese else "en", **context})


def as_pdf(
    document: Document, *, template: str = "outages/paper/tables.html", **more: Any
) -> bytes:
    """Write a document as PDF. Nothing is fetched from anywhere while it is made.

    Raises PdfNotAvailable where Pango is not installed.
    """
    try:
        # Imported here: it loads system libraries that a bare machine lacks.
        from weasyprint import CSS, HTML  # noqa: PLC0415
    except OSError as error:
        msg = "PDF needs libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0"
        raise PdfNotAvailable(msg) from error
    text = paper_page(template, {"document": document, "for_pdf": True, **more})
    page = HTML(string=text, base_url=None, url_fetcher=_fetch_nothing)
    return bytes(page.write_pdf(stylesheets=[CSS(filename=str(each)) for each in STYLES]))


def _fetch_nothing(url: str, *_args: Any, **_options: Any) -> dict[str, Any]:
    msg = f"a report fetches nothing, not {url[:80]}"
    raise ValueError(msg)
