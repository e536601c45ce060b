"""Files as answers: the one place that says which forms there are and how they are sent."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpResponse, JsonResponse

from outages.views.exports.paper import as_pdf
from outages.views.exports.pdf import PdfNotAvailable
from outages.views.exports.spreadsheets import as_csv, as_xlsx
from outages.views.exports.tables import Document

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
FORMS: Final = {"xlsx": "XLSX", "csv": "CSV", "pdf": "PDF"}


def file_answer(
    document: Document,
    form: str,
    *,
    write_csv: Callable[[Document], bytes] = as_csv,
    **paper: Any,
) -> HttpResponse:
    """Answer with a document as `csv`, `xlsx` or `pdf`; 503 where PDF cannot be written here."""
    try:
        match form:
            case "csv":
                body = write_csv(document)
            case "xlsx":
                body = as_xlsx(document)
            case _:
                body = as_pdf(document, **paper)
    except PdfNotAvailable as error:
        return JsonResponse({"error": str(error)}, status=503)
    answer = HttpResponse(body, content_type=_TYPES[form])
    kept = "inline" if form == "pdf" else "attachment"
    answer["Content-Disposition"] = f'{kept}; filename="{document.name}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
