"""Limits, departments and policy values in the words of the reader's language."""

from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.words import is_chinese
from outages.models import Deadline
from outages.policy.deadlines import Standing
from outages.policy.keys import KEYS
from outages.policy.rows import PolicyKey, Status
from outages.policy.values import Value, parse
from outages.views.duties.words import task_name

# The departments that the rules name, by their codes.
DEPARTMENTS: Final[dict[str, str | Promise]] = {
    "call_centre": _("call centre"),
    "engineering": _("engineering company"),
    "production": _("production department"),
    "technical": _("technical department"),
    "supervision": _("administration and personnel"),
    "business": _("business department"),
    "dispatch_centre": _("dispatch centre"),
    "leaders": _("company leaders"),
}
# Tone and word of where a limit stands.
STANDINGS: Final[dict[Standing, tuple[str, str | Promise]]] = {
    Standing.RUNNING: ("busy", _("running")),
    Standing.WARNED: ("warn", _("running out")),
    Standing.LATE: ("danger", _("overdue")),
    Standing.MET: ("ok", _("kept")),
    Standing.MET_LATE: ("danger", _("too late")),
    Standing.CANCELLED: ("draft", _("called off")),
}
# How sure a shipped value is.
STATUSES: Final[dict[Status, tuple[str, str | Promise]]] = {
    Status.LITERAL: ("ok", _("literal")),
    Status.ANALOGY: ("planned", _("by analogy")),
    Status.INTERPRETATION: ("planned", _("interpretation")),
    Status.ASSUMPTION: ("warn", _("assumption")),
    Status.GAP: ("danger", _("gap: to be set")),
}


def limit_name(key: str) -> str:
    """Name a limit; a key that is no longer in the table by itself."""
    return capfirst(KEYS[key].name.in_language(chinese=is_chinese())) if key in KEYS else key


def limit_title(deadline: Deadline) -> str:
    """Name what a clock is about: the duty, or the limit."""
    return task_name(deadline.about) if deadline.about else limit_name(deadline.key)


def department_name(code: str) -> str:
    """Name a department by its code."""
    return str(DEPARTMENTS.get(code, code)) if code else "—"


def value_words(key: PolicyKey, value: Value) -> str:
    """Print a value of a key."""
    return key.printed(value, chinese=is_chinese())


def kept_value(deadline: Deadline) -> str:
    """Print the value that a clock was started with, as it was stored then."""
    key = KEYS.get(deadline.key)
    if key is None:
        return deadline.value
    return key.printed(parse(key.kind, deadline.value), chinese=is_chinese())


def limit_rule(deadline: Deadline) -> str:
    """Say by which rule a clock runs: its key, its value and whose limit it is."""
    facts = {
        "name": limit_title(deadline),
        "value": kept_value(deadline),
        "department": department_name(deadline.department),
        "key": deadline.key,
    }
    return gettext("%(name)s: %(value)s, %(department)s (%(key)s)") % facts


def length_words(length: timedelta) -> str:
    """Write a length of time: 2:30 (minutes, seconds), 3:02:30, 1 d 6 h."""
    seconds = int(length.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours >= 24:
        return gettext("%(days)d d %(hours)d h") % {"days": hours // 24, "hours": hours % 24}
    if hours:
        return f"{hours}:{minutes:02}:{seconds % 60:02}"
    return f"{minutes}:{seconds % 60:02}"
