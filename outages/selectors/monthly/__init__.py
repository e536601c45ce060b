"""What the monthly report reads: its versions, and the figures of any period."""

from outages.selectors.monthly.figures import figures_of
from outages.selectors.monthly.gathering import Gathering, gathering
from outages.selectors.monthly.reports import (
    actions_of,
    actions_open,
    comments_of,
    newest_reports,
    period_choice,
    report_dates,
    standing_of,
    versions_of,
)

__all__ = [
    "Gathering",
    "actions_of",
    "actions_open",
    "comments_of",
    "figures_of",
    "gathering",
    "newest_reports",
    "period_choice",
    "report_dates",
    "standing_of",
    "versions_of",
]
