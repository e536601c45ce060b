"""How often one home may ask or send something. Counted in the database, for all processes.

While the database is away each process counts by itself: nobody is refused who would not have
been, and nobody gets round it by much.
"""

from collections import deque
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

log = structlog.get_logger(__name__)


def client_network(request: HttpRequest) -> str:
    """The asker's address, for IPv6 its /64: one household has as many of those as it likes.

    Behind PROXY_COUNT trusted proxies the address they saw is taken, never one that the asker
    wrote before it.
    """
    text = request.META.get("REMOTE_ADDR", "")
    proxies = settings.AXES_IPWARE_PROXY_COUNT or 0
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(forwarded) >= proxies:
        text = forwarded[-proxies]
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return ":".join(address.exploded.split(":")[:4])
    return str(address)


class OwnCounter:
    """Counts within this process while the database is away; holds a bounded number of homes."""

    MOST_HOMES: Final = 10_000

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = {}
        self._lock = Lock()

    def count(self, key: str, *, within_s: float) -> int:
        """Add one to `key` and return how many there were within the last seconds."""
        now = monotonic()
        with self._lock:
            if len(self._times) >= self.MOST_HOMES and key not in self._times:
                self._times.pop(next(iter(self._times)))
            times = self._times.setdefault(key, deque())
            while times and times[0] < now - within_s:
                times.popleft()
            times.append(now)
            return len(times)


_own = OwnCounter()


def is_too_often(request: HttpRequest, *, what: str, limit: int, within_s: int) -> bool:
    """Count one request and say whether there were more than `limit` within `within_s` seconds."""
    asker = salted_hmac("layers.rate_limits", f"{what}:{client_network(request)}").hexdigest()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count_asked(%s, %s)", [asker, within_s])
            return int(cursor.fetchone()[0]) > limit
    except DatabaseError as error:
        log.warning("rate_limit_without_database", what=what, error=type(error).__name__)
        return _own.count(asker, within_s=within_s) > limit


def forget_old_counts() -> None:
    """Remove the counts that ran out."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layers_asked WHERE until < clock_timestamp()")
