"""What waits to be done about outages."""

from outages.selectors.duties.waiting import (
    OPEN,
    calls_of,
    decided_approvals,
    duties_of,
    open_approvals,
    open_duties,
    postings_of,
    unread_anomalies,
    unread_exchanges,
    untold_exchanges,
    waiting_by_owner,
)

__all__ = [
    "OPEN",
    "calls_of",
    "decided_approvals",
    "duties_of",
    "open_approvals",
    "open_duties",
    "postings_of",
    "unread_anomalies",
    "unread_exchanges",
    "untold_exchanges",
    "waiting_by_owner",
]
