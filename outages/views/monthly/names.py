"""How the monthly report names what it counts, in the reader's language."""

from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from network.words import local
from outages.choices import ActionResult, Channel, ReportKind
from outages.policy.monthly.figures import (
    Figures,
    Named,
)
from outages.views.exports.tables import local_moment
from outages.views.words.limits import department_name


class Names:
    """Departments and categories by the names that they had when it was counted."""

    def __init__(self, figures: Figures) -> None:
        self._departments = {each.code: each for each in figures.departments}
        self._categories = {each.code: each for each in figures.categories}

    def department(self, code: str) -> str:
        if not code:
            return gettext("call desk, no order")
        known = self._departments.get(code)
        return named(known) if known else department_name(code)

    def category(self, code: str) -> str:
        known = self._categories.get(code)
        return named(known) if known else code


def named(of: Named) -> str:
    return local(of.zh, of.en)


def kind_name(kind: str) -> str:
    """Name a kind of report; one that is gone since by its code."""
    return capfirst(str(ReportKind(kind).label)) if kind in ReportKind.values else kind


def channel_name(channel: str) -> str:
    return capfirst(str(Channel(channel).label)) if channel in Channel.values else channel


def result_name(result: str) -> str:
    """Name how an action ended; one that has not as open."""
    return str(ActionResult(result).label) if result else pgettext("action", "open")


def moment_words(at: datetime) -> str:
    """Write a moment in the utility's own time."""
    return f"{local_moment(at):%Y-%m-%d %H:%M}"
