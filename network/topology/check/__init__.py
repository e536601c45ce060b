"""Find what is wrong with a drawing of a network, before anybody relies on its answers.

A clean network yields nothing. The codes and their severities are in `network.topology.findings`;
noding itself reports what it met (unknown ends, valves off any pipe, near pipes).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from network.topology.check.customers import check_customers, check_sources
from network.topology.check.identity import check_identity
from network.topology.check.pipes import check_junctions, check_pipes
from network.topology.check.records import (
    CustomerRecords,
    Records,
    SourceRecords,
    ValveRecords,
)
from network.topology.check.supply import check_supply, tables_of
from network.topology.check.valves import check_valves
from network.topology.findings import BLOCKING, Finding

__all__ = [
    "CustomerRecords",
    "Records",
    "SourceRecords",
    "ValveRecords",
    "check_network",
    "tables_of",
]


def check_network(records: Records, known: Sequence[Finding] = ()) -> list[Finding]:
    """Return the findings of all checks.

    `known` are those of reading and noding: where one of them, or one found here, is blocking,
    supply is not traced, since the trace would rest on a network that is not there.
    """
    found = list(
        chain(
            check_identity(records),
            check_pipes(records),
            check_junctions(records),
            check_valves(records),
            check_sources(records),
            check_customers(records),
        )
    )
    if not any(finding.severity == BLOCKING for finding in chain(known, found)):
        found.extend(check_supply(records))
    return found
