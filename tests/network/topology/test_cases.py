"""Every case of the semantics has a picture, a drawn test and random networks that have it."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.network.topology.cases import CASES, Asked, Shown, table
from tests.network.topology.networks import Question, questions
from tests.network.topology.test_semantics_page import BLOCKS, PAGE, read

ROOT = PAGE.parents[1]
PRINTED = re.compile(r"^\| case \| pictures .+?(?=\n\n)", re.M | re.S)


def pictures() -> list[Question]:
    found = [read(picture, lines) for picture, lines in BLOCKS]
    return [Question(each.tables, each.bursts, each.state) for each in found]


def names_in(file: str) -> set[str]:
    return set(re.findall(r"def (test_\w+)\(", Path(ROOT, file).read_text(encoding="utf-8")))


@pytest.mark.parametrize("shown", CASES, ids=lambda each: each.case)
def test_a_case_is_drawn_and_tried(shown: Shown) -> None:
    file, tried = shown.properties.split("::")
    assert shown.drawn in names_in(shown.drawn_in)
    assert tried in names_in(file)
    assert any(shown.holds(Asked(each)) for each in pictures())


def test_the_page_has_the_table() -> None:
    printed = PRINTED.search(PAGE.read_text(encoding="utf-8"))
    assert printed, "docs/semantics.md has no table of cases"
    made = table(pictures())
    assert printed[0] == made, f"docs/semantics.md is to say:\n\n{made}"


def test_random_networks_have_every_case() -> None:
    """The same 250 every time; a run of the property tests asks as many and more."""
    missing = {shown.case: shown for shown in CASES}

    @settings(
        max_examples=250,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(questions())
    def look(question: Question) -> None:
        if missing:
            asked = Asked(question)
            for case in [each for each, shown in missing.items() if shown.holds(asked)]:
                del missing[case]

    look()
    assert not missing, f"no random network has {', '.join(missing)}"
