"""What the documents name is there: files, folders, pages they link to, commands."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("fixtures/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(r"`((?:deploy|docs|fixtures|gisapp|layers|network|outages|tests)/[\w./-]+)[`:]")
COMMAND = re.compile(r"\./run manage (\w+)")
# What Django and its guests bring along.
NOT_OURS = {"axes_reset", "changepassword", "check", "createsuperuser", "migrate"}


def links_of(document: Path) -> list[Path]:
    found = LINK.findall(document.read_text(encoding="utf-8"))
    return [document.parent / link for link in found if "://" not in link]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: str(each.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert [str(link) for link in links_of(document) if not link.exists()] == []
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []
    commands = {file.stem for file in ROOT.glob("*/**/management/commands/*.py")}
    assert set(COMMAND.findall(text)) - commands - NOT_OURS == set()


def test_every_document_is_found_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document in seen:
            continue
        seen.add(document)
        for link in links_of(document):
            waiting += link.glob("*.md") if link.is_dir() else [link] * (link.suffix == ".md")
    assert {each for each in DOCUMENTS if "docs" in each.parts} - seen == set()


def test_nothing_is_told_twice_in_the_changelog() -> None:
    """Two branches that each add an entry are merged by taking both, which may take one twice."""
    entries = [line for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines() if line]
    assert [entry for entry, times in Counter(entries).items() if times > 1] == []
