"""What keeps machines off a form without a login: a hidden field, a clock, and a count per home.

The counters live in the cache; while it is away each process counts by itself, so the form stays
open and stays guarded.
"""

from collections import deque
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic
from typing import Final

import structlog
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest

log = structlog.get_logger(__name__)

SALT: Final = "public-form-shown"
LEAST_SECONDS: Final = 3
MOST_SECONDS: Final = 12 * 60 * 60


def stamp() -> str:
    """Return a signed note of now, to be sent back with the form."""
    return signing.dumps("", salt=SALT)


def filled_in_human_time(note: str) -> bool:
    """Whether the form came back no sooner than a person types and no later than half a day."""
    try:
        signing.loads(note, salt=SALT, max_age=MOST_SECONDS)
    except signing.BadSignature:
        return False
    try:
        signing.loads(note, salt=SALT, max_age=LEAST_SECONDS)
    except signing.SignatureExpired:
        return True
    return False


def client_network(request: HttpRequest) -> str:
    """Return the asker's address, for IPv6 its /64: one household has as many as it likes.

    Behind PROXY_COUNT trusted proxies it is the address that they saw, never one that the asker
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
    """Counts within this process, for when the cache is away. Holds a bounded number of homes."""

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
    """Count one request of this home and say whether there were more than `limit`."""
    key = f"guard:{what}:{client_network(request)}"
    try:
        cache.add(key, 0, timeout=within_s)
        return cache.incr(key) > limit
    except ValueError:
        # The counter ran out between the two calls: a new window has begun.
        return False
    except Exception as error:  # whatever the cache raises, people may report a burst
        log.warning("spam_guard_without_cache", what=what, error=type(error).__name__)
        return _own.count(key, within_s=within_s) > limit
