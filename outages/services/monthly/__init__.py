"""The monthly report: drafted by the calendar, written, issued once, corrected by a version."""

from outages.services.monthly.actions import agree_action, close_action
from outages.services.monthly.drafting import draft_month, watch
from outages.services.monthly.writing import MonthlyRefused, comment, correct, issue

__all__ = [
    "MonthlyRefused",
    "agree_action",
    "close_action",
    "comment",
    "correct",
    "draft_month",
    "issue",
    "watch",
]
