"""Translations compile without gettext, once, and say what the source says."""

import gettext
import os
from pathlib import Path

from gisapp.catalogues import compile_catalogues

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Valve"
msgstr "阀门"

msgctxt "state"
msgid "open"
msgstr "开"
"""


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path: Path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "django.po"
    po.write_text(PO, encoding="utf-8")

    assert compile_catalogues(tmp_path) == [folder / "django.mo"]
    with (folder / "django.mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    assert translations.gettext("Valve") == "阀门"
    assert translations.pgettext("state", "open") == "开"
    assert compile_catalogues(tmp_path) == []

    later = (folder / "django.mo").stat().st_mtime + 5
    os.utime(po, (later, later))
    assert compile_catalogues(tmp_path) == [folder / "django.mo"]
