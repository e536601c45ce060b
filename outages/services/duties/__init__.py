"""The duties of an outage: made from the matrix, kept true, and done with evidence.

    facts    what the matrix asks of an outage, and the limits in force
    targets  whom and where: organisations, key and special users, posting places
    listing  the list follows the outage (`refresh`)
    telling  what a published notice does, and news on the channels that were used
    correcting  who was told what does not hold any more is told so
    limits   the clocks: one for each row of the matrix
    gates    what must wait, and for whom
    doing    done, failed, called: by people, with evidence
    asking   what people put on the list besides

Nothing here publishes: `notices` asks this package, never the other way round.
"""

from outages.services.duties.asking import ask_for
from outages.services.duties.doing import (
    DutyRefused,
    Evidence,
    ask_again,
    complete,
    drop_all,
    fail,
    meet,
    post_by_crew,
    record_call,
    reopen,
)
from outages.services.duties.gates import GateRefused, missing_before, require_open
from outages.services.duties.listing import refresh
from outages.services.duties.telling import published

__all__ = [
    "DutyRefused",
    "Evidence",
    "GateRefused",
    "ask_again",
    "ask_for",
    "complete",
    "drop_all",
    "fail",
    "meet",
    "missing_before",
    "post_by_crew",
    "published",
    "record_call",
    "refresh",
    "reopen",
    "require_open",
]
