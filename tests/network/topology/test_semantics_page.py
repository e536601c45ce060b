"""docs/semantics.md is true: every picture on it is asked, of every engine that there is."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from network.topology import reference
from network.topology.elements import NetworkTables
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, Isolation, isolate
from network.topology.engine.ready import make_ready
from network.topology.engine.states import NetworkState
from tests.drawing import sketch
from tests.network.topology.networks import Question
from tests.network.topology.test_isolation_properties import as_sets, brute_answer

PAGE = Path(__file__).resolve().parents[3] / "docs" / "semantics.md"
BLOCKS = re.findall(r"^```\n(.+?)\n\n(.+?)\n```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
# What a line of the page says, and the field of the answer that has to say the same.
TOLD = {
    "zone": "zone_pipes",
    "close": "valves_to_close",
    "already closed": "valves_already_closed",
    "walked": "valves_walked_through",
    "shut source": "sources_to_shut",
    "in zone": "customers_isolated",
    "cut off": "customers_unintended",
    "dry before": "customers_already_dry",
}
# Words of a state, and the change of `NetworkState.with_changes` that they make.
STATES = {"stuck": "inoperable", "shut": "closed", "open": "opened", "silent": "inactive_sources"}


@dataclass
class Case:
    """A picture, what is asked about it, and what the page says comes of it."""

    tables: NetworkTables
    bursts: list[Burst] = field(default_factory=list)
    state: NetworkState = field(default_factory=NetworkState)
    told: dict[str, list[str]] = field(default_factory=dict)


def read(picture: str, lines: str) -> Case:
    drawn = sketch(picture)
    case = Case(NetworkTables())
    for line in lines.splitlines():
        known = next((words for words in TOLD if line.startswith(f"{words} ")), None)
        words = line.split()
        if words[0] == "device":
            into = words[words.index("into") + 1] if "into" in words else ""
            place = (
                {"junction": words[3]}
                if words[2] == "at"
                else {"pipe": words[3], "fraction": float(words[4])}
            )
            drawn.valve(words[1], **place, flow_to=into, isolates=False)
        elif words[0] == "split":
            drawn.split(words[1], words[3], float(words[4]))
        elif words[0] == "source":
            drawn.source(words[1], words[3], inlets=tuple(words[5:]))
        elif words[0] == "burst":
            case.bursts.append(Burst(words[1], float(words[3]) if "at" in words else None))
        elif known:
            case.told[known] = line.removeprefix(known).split()
        elif words[0] == "leave":
            case.told["leave"] = words[1:]
        else:
            case.state = case.state.with_changes(**{STATES[words[0]]: words[1:]})
    case.tables = drawn.tables()
    return case


@pytest.mark.parametrize(("picture", "lines"), BLOCKS, ids=range(len(BLOCKS)))
def test_the_page_is_true(picture: str, lines: str) -> None:
    case = read(picture, lines)
    topology = build(case.tables)
    answer = isolate(topology, case.bursts, case.state)
    for words, told in case.told.items():
        assert sorted(told) == _answered(answer, words), words
    for words in {"close", "leave", "in zone", "cut off", "dry before", "shut source"} - {
        *case.told
    }:
        assert not _answered(answer, words), f"the page does not say: {words}"
    ready = make_ready(topology, case.state)
    assert isolate(topology, case.bursts, case.state, ready) == answer
    question = Question(case.tables, case.bursts, case.state)
    assert as_sets(answer) == brute_answer(question)
    assert as_sets(answer) == reference.isolate(case.tables, case.bursts, case.state)


def _answered(answer: Isolation, words: str) -> list[str]:
    if words == "leave":
        return sorted({*answer.boundary_valves} - {*answer.valves_to_close})
    return sorted(getattr(answer, TOLD[words]))


def test_the_page_shows_every_case() -> None:
    assert len(BLOCKS) == 43
