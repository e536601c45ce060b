"""Translations compile without gettext, once, and say what the source says."""

import gettext
import os
from pathlib import Path

import polib

from gisapp.catalogues import LOCALE_DIRS, compile_catalogues

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


def test_a_text_has_one_translation():
    """Of two catalogues the project's wins, whatever the app meant: a context tells them apart."""
    told: dict[tuple[str | None, str], set[tuple[str, ...]]] = {}
    for folder in LOCALE_DIRS:
        for po in folder.glob("*/LC_MESSAGES/*.po"):
            for entry in polib.pofile(str(po)):
                said = (entry.msgstr, *entry.msgstr_plural.values())
                told.setdefault((entry.msgctxt, entry.msgid), set()).add(said)
    assert len(told) > 1_000
    assert {text: said for text, said in told.items() if len(said) > 1} == {}
