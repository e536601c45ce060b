"""The entries of the top bar: who sees them, and where each role begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gisapp.accounts.models import User
from outages.selectors import callbacks
from outages.selectors.duties import open_approvals, unread_anomalies
from outages.selectors.orders.escalations import open_escalations
from outages.services.orders.extension import waiting_for


@dataclass(frozen=True)
class Destination:
    """One page of the product and the permission that opens it."""

    url_name: str
    permission: str
    label: Promise
    icon: str


@dataclass(frozen=True)
class NavigationItem:
    """A destination on this page: its address, and whether the reader is there."""

    url: str
    label: str
    icon: str
    is_current: bool
    count: int = 0


# So many entries stand in the bar, the rest under "More"; a phone's bar has room for fewer. Their
# names are long in English, and what waits is counted beside them.
IN_BAR: Final = 6
IN_PHONE_BAR: Final = 4


@dataclass(frozen=True)
class Navigation:
    """The entries of one reader: all that stand in the bar, and those under "More".

    What stands under "More" on a phone only is in both; `more_on_phone_only` says that a wide
    screen needs no "More" at all.
    """

    in_bar: tuple[NavigationItem, ...]
    more: tuple[NavigationItem, ...]
    more_on_phone_only: bool

    @property
    def is_more_current(self) -> bool:
        """Whether the reader is on a page that the wide bar does not show."""
        return any(item.is_current for item in self.more if item not in self.in_bar)

    @property
    def is_more_current_on_phone(self) -> bool:
        """Whether the reader is on a page that the phone's bar does not show."""
        return any(item.is_current for item in self.more)


def arranged(items: list[NavigationItem]) -> Navigation:
    """Share entries out between the bar and "More"; one left over takes no "More"."""
    in_bar = items[:IN_BAR] if len(items) > IN_BAR + 1 else items
    on_phone = items[:IN_PHONE_BAR] if len(items) > IN_PHONE_BAR + 1 else items
    return Navigation(
        in_bar=tuple(in_bar),
        more=tuple(items[len(on_phone) :]),
        more_on_phone_only=len(in_bar) == len(items),
    )


DESTINATIONS: Final = (
    Destination("outages:map", "outages.view_outages", _("Map"), "map"),
    Destination("outages:board", "outages.view_outages", _("Deadlines"), "clock"),
    Destination("outages:work-orders", "outages.work_orders", _("Work orders"), "wrench"),
    Destination("outages:desk", "outages.enquire", _("Call desk"), "headset"),
    Destination("outages:duties", "outages.view_outages", _("Duties"), "check"),
    Destination("outages:approvals", "outages.approve_outage", _("Approvals"), "pencil"),
    Destination("outages:exchange", "outages.exchange", _("Exchange"), "message"),
    Destination("outages:my-cases", "outages.issue_orders", _("My cases"), "user"),
    Destination(
        "outages:orders", "outages.view_outages", pgettext_lazy("navigation", "Orders"), "list"
    ),
    Destination("outages:escalations", "outages.resolve_escalations", _("Escalations"), "warning"),
    Destination("outages:callbacks", "outages.view_callbacks", _("Call-backs"), "phone"),
    Destination("outages:shift", "outages.keep_shift", _("Shift"), "users"),
    Destination("outages:monthly", "outages.view_monthly", _("Monthly report"), "report"),
    Destination("outages:notices", "outages.publish_notice", _("Notices"), "bell"),
    Destination("outages:access-log", "outages.view_audit", _("Access log"), "eye"),
    Destination("network:check", "network.import_network", _("Network"), "network"),
)

# What waits for a user, for the badge of an entry.
COUNTS: Final[dict[str, Callable[[User | AnonymousUser], int]]] = {
    "outages:approvals": lambda user: open_approvals().count() + len(waiting_for(user)),
    "outages:exchange": lambda _user: unread_anomalies().count(),
    "outages:escalations": lambda _user: open_escalations().count(),
    "outages:callbacks": lambda _user: callbacks.to_call().count(),
}

# The first that the user may open is where signing in leads.
HOME_ORDER: Final = (
    ("outages.approve_plan", "outages:map"),
    ("outages.enquire", "outages:desk"),
    ("outages.work_orders", "outages:work-orders"),
    ("network.import_network", "network:check"),
    ("outages.act_for_production", "outages:duties"),
    ("outages.handle_orders", "outages:orders"),
    ("outages.view_outages", "outages:board"),
)


def items_for(request: HttpRequest) -> list[NavigationItem]:
    """Return the destinations that the user of this request may open, in order."""
    user = getattr(request, "user", AnonymousUser())
    items = []
    for destination in DESTINATIONS:
        url = _address(destination.url_name)
        if url and user.has_perm(destination.permission):
            here = request.path.startswith(url)
            waits = count(user) if (count := COUNTS.get(destination.url_name)) else 0
            item = NavigationItem(url, str(destination.label), destination.icon, here, waits)
            items.append(item)
    return items


def home_of(user: User | AnonymousUser) -> str:
    """Return the address where this user's work begins, or an empty string for none."""
    for permission, url_name in HOME_ORDER:
        url = _address(url_name)
        if url and user.has_perm(permission):
            return url
    return ""


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:  # an installation may leave an app out
        return ""
