"""Who wants no messages, and the hours in which nobody is woken."""

from collections.abc import Collection
from datetime import datetime

from outages.models import OptOut
from outages.policy.quiet import Hours, read_hours
from outages.selectors.rules import policy


def wants_none(channel: str, address: str) -> bool:
    """Whether the last word of an address was that it wants no messages on a channel."""
    return bool(opted_out(channel, [address]))


def opted_out(channel: str, addresses: Collection[str]) -> set[str]:
    """Return those of some addresses that want no messages on a channel. One query."""
    return {address for address, word in last_words(channel, addresses).items() if word.is_out}


def last_words(channel: str, addresses: Collection[str]) -> dict[str, OptOut]:
    """Return the last wish of each address that ever had one. One query."""
    rows = OptOut.objects.filter(channel=channel, address__in=addresses).select_related("by")
    newest = rows.order_by("address", "-pk").distinct("address")
    return {row.address: row for row in newest}


def quiet_hours(key: str, *, at: datetime) -> Hours | None:
    """Return the hours that a key of the policy names, None where it is off. One query."""
    found = policy.value(key, at=at)
    return read_hours(found) if isinstance(found, str) else None
