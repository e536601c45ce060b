"""Ask random networks of the engine (by look-up and by search), of networkx, of brute force."""

import sys
import time

from hypothesis import HealthCheck, Phase, given, settings

from network.topology import reference
from network.topology.engine.build import build
from network.topology.engine.isolation import isolate
from network.topology.engine.ready import make_ready
from tests.network.topology.networks import Question, questions
from tests.network.topology.test_isolation_properties import as_sets, brute_answer


def agree(cases: int) -> int:
    """Return 0 when all three agree on `cases` random questions; a disagreement is raised."""
    asked = 0
    start = time.monotonic()

    @settings(
        max_examples=cases,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(questions())
    def check(question: Question) -> None:
        nonlocal asked
        topology = build(question.tables)
        answer = as_sets(isolate(topology, question.bursts, question.state))
        ready = make_ready(topology, question.state)
        assert as_sets(isolate(topology, question.bursts, question.state, ready)) == answer
        assert answer == brute_answer(question)
        assert answer == reference.isolate(question.tables, question.bursts, question.state)
        asked += 1
        if asked % 1000 == 0:
            sys.stderr.write(f"… {asked:,} of {cases:,}\n")

    check()
    took = time.monotonic() - start
    sys.stdout.write(
        f"{asked:,} random questions: look-up, search, networkx and brute force agree on all, "
        f"{took:.0f} s\n"
    )
    return 0
