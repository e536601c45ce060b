"""The authority's paper as people get it: plain PDF is kept, what could run something is not."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outages.services.papers.permits import PermitRefused, checked_document

_PAPER = b"%%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R %s >> endobj\n%s\n%%%%EOF\n"


def paper(catalogue: bytes = b"", rest: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("permit.pdf", _PAPER % (catalogue, rest), "application/pdf")


@pytest.mark.parametrize(
    "plain",
    [
        paper(),
        # As office programs write it: where to open it.
        paper(b"/OpenAction[1 0 R /XYZ null null 0]"),
        paper(b"/OpenAction [ 3 0 R /Fit ]"),
        # Scanned: any three letters stand in it somewhere.
        paper(rest=b"<< /Length 9 >> stream\n\x00/JS\x81\xfe/JSk\nendstream"),
    ],
)
def test_a_plain_paper_is_kept_as_it_is(plain: SimpleUploadedFile) -> None:
    content = plain.read()
    plain.seek(0)
    name, kept = checked_document(plain)
    assert name.endswith(".pdf")
    assert kept == content


@pytest.mark.parametrize(
    "catalogue",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction 5 0 R",
        b"/AA << /O << /S /Rendition /JS(app.alert(1)) >> >>",
        b"/AA << /O << /JS 7 0 R >> >>",
        b"/OpenAction << /S /Launch /F (calc.exe) >>",
        b"/Names << /EmbeddedFiles 6 0 R >>",
        b"/AcroForm << /XFA 8 0 R >>",
        b"/Open#41ction << /S /J#61vaScript >>",
    ],
)
def test_a_paper_that_runs_something_is_refused(catalogue: bytes) -> None:
    with pytest.raises(PermitRefused, match="permit_document_active"):
        checked_document(paper(catalogue))
