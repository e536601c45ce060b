"""How often one address may ask. Counters live in the cache; without it nobody is refused."""

from ipaddress import IPv6Address, ip_address

import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

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


def is_too_often(request: HttpRequest, *, what: str, limit: int, within_s: int) -> bool:
    """Count one request and say whether there were more than `limit` within `within_s` seconds."""
    key = f"rate:{what}:{client_network(request)}"
    try:
        cache.add(key, 0, timeout=within_s)
        return cache.incr(key) > limit
    except ValueError:
        # The counter ran out between the two calls: a new window has begun.
        return False
    except Exception as error:  # whatever the cache raises, people may ask
        log.warning("rate_limit_without_cache", what=what, error=type(error).__name__)
        return False
