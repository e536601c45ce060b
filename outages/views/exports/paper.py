"""A report on paper: a page for the browser's printer, and the same as PDF."""

from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string

from network.words import page_language
from outages.views.exports.pdf import pdf_of
from outages.views.exports.tables import Document

_CSS: Final = Path(__file__).parents[2] / "static" / "outages" / "css"
# What a page links, a PDF is given: in the same order.
STYLES: Final = (_CSS / "a4.css", _CSS / "paper.css")


def paper_page(template: str, context: dict[str, Any]) -> str:
    """Render a page of paper in the active language: `for_pdf` false links the styles."""
    return render_to_string(template, {"lang": page_language(), **context})


def as_pdf(
    document: Document, *, template: str = "outages/paper/tables.html", **more: Any
) -> bytes:
    """Write a document as PDF. Raises PdfNotAvailable where Pango is not installed."""
    text = paper_page(template, {"document": document, "for_pdf": True, **more})
    return pdf_of(text, STYLES)
