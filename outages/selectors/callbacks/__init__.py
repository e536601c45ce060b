"""Call-backs as lists and reports ask for them."""

from outages.selectors.callbacks.counting import (
    Counts,
    DepartmentRates,
    SpokenWith,
    opinions,
    questionnaire,
    rates,
    spoken_with,
    totals,
)
from outages.selectors.callbacks.lists import (
    all_callbacks,
    callback_of,
    callbacks_of_report,
    departments_asked_about,
    in_hand,
    open_rectifications,
    replies_to_read,
    to_call,
    waiting_for_reply,
)

__all__ = [
    "Counts",
    "DepartmentRates",
    "SpokenWith",
    "all_callbacks",
    "callback_of",
    "callbacks_of_report",
    "departments_asked_about",
    "in_hand",
    "open_rectifications",
    "opinions",
    "questionnaire",
    "rates",
    "replies_to_read",
    "spoken_with",
    "to_call",
    "totals",
    "waiting_for_reply",
]
