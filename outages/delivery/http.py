"""The one way to speak HTTP to the world: no redirects, no proxies, bounded time and size.

What went wrong is told apart by whether the request can have been read: a connection that was
never made is `Temporary`, one that was lost midway `OutcomeUnknown`.

A *guarded* client speaks only https with addresses of the public Internet, save for hosts that
`settings.OUTBOUND_PRIVATE_HOSTS` names. The name is resolved once, every address of it is looked
at, and the connection goes to the address that was looked at: a name that answers differently the
second time gains nothing. Gateways from the settings are the operator's own word and unguarded.
"""

import ipaddress
import json
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    SSLError,
)

from outages.delivery.gateway import OutcomeUnknown, Permanent, Temporary

MOST_BYTES: Final = 256 * 1024
# The gateway says itself that it did not take the message.
TRY_LATER: Final = frozenset({408, 425, 429, 500, 502, 503})
# It says so before it looked at the message: another provider may be asked.
REFUSES_NOW: Final = frozenset({429, 503})


class Blocked(Permanent):
    """An address that a guarded client does not speak to."""


@dataclass(frozen=True)
class Answer:
    """What came back; never a redirect followed."""

    status: int
    body: bytes
    retry_after_s: float

    def json(self) -> dict[str, Any]:
        """Return the JSON object. Raises OutcomeUnknown for anything else: it was accepted."""
        try:
            found = json.loads(self.body)
        except ValueError as error:
            msg = "answer is no JSON object"
            raise OutcomeUnknown(msg) from error
        if not isinstance(found, dict):
            msg = "answer is no JSON object"
            raise OutcomeUnknown(msg)
        return found

    def accepted(self) -> "Answer":
        """Return itself where the status is 2xx; otherwise raise what the status means."""
        msg = f"status {self.status}"
        if self.status in TRY_LATER:
            raise Temporary(
                msg,
                retry_after_s=self.retry_after_s,
                is_refusal=self.status in REFUSES_NOW,
            )
        if 400 <= self.status < 500:
            raise Permanent(msg)
        if not 200 <= self.status < 300:
            raise OutcomeUnknown(msg)
        return self


class Client:
    """Speaks to one or many hosts; connections are kept and shared by threads."""

    def __init__(self, *, timeout_s: float, guarded: bool = False) -> None:
        self._timeout = urllib3.Timeout(connect=min(5.0, timeout_s), read=timeout_s)
        self._guarded = guarded

    def get(self, url: str, *, headers: dict[str, str] | None = None) -> Answer:
        """Ask."""
        return self._request("GET", url, headers or {}, None)

    def post(
        self,
        url: str,
        *,
        body: bytes | dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a body; a dictionary goes as JSON."""
        if isinstance(body, dict):
            body = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return self._request(
            "POST", url, {"Content-Type": "application/json", **(headers or {})}, body
        )

    def _request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        scheme, host, port, path = _parts(url)
        address = reachable(url) if self._guarded else host
        pool = _pool(scheme, host, port, address)
        try:
            response = pool.urlopen(
                method,
                path,
                body=body,
                headers={"Host": _host_header(scheme, host, port), "User-Agent": "mainbreak"}
                | headers,
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise Temporary(_short(error), is_refusal=True) from error
        except SSLError as error:
            raise Temporary(_short(error)) from error
        except HTTPError as error:
            raise OutcomeUnknown(_short(error)) from error
        content = b""
        try:
            # Strangers may answer with a trickle without end, and nothing they say is needed.
            if not self._guarded:
                content = response.read(MOST_BYTES, decode_content=False) or b""
        except HTTPError as error:
            raise OutcomeUnknown(_short(error)) from error
        finally:
            if self._guarded or len(content) == MOST_BYTES:
                response.close()
            response.release_conn()
        return Answer(response.status, content, _seconds(response.headers.get("Retry-After")))


def reachable(url: str) -> str:
    """Return the address to connect to for a guarded URL. Raises Blocked, Temporary."""
    scheme, host, port, _path = _parts(url)
    if host in settings.OUTBOUND_PRIVATE_HOSTS:
        return host
    if scheme != "https":
        msg = "only https"
        raise Blocked(msg)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = "no such host"
        raise Temporary(msg) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_is_public(each) for each in addresses):
        msg = "no public address"
        raise Blocked(msg)
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (mapped := ip.ipv4_mapped or ip.sixtofour):
        ip = mapped
    return ip.is_global and not ip.is_multicast


def _parts(url: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port, and path with query. Raises Blocked for what is no web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        msg = "no web address"
        raise Blocked(msg) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        msg = "no web address"
        raise Blocked(msg)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path


@cache
def _pool(scheme: str, host: str, port: int, address: str) -> urllib3.HTTPConnectionPool:
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, maxsize=8)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        maxsize=8,
        ssl_context=ssl.create_default_context(),
        server_hostname=host,
        assert_hostname=host,
    )


def _host_header(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == (443 if scheme == "https" else 80) else f"{name}:{port}"


def _seconds(text: str | None) -> float:
    """Return a Retry-After given in seconds, at most a day; 0 for none or a date."""
    return min(float(text), 86_400.0) if text and text.isdecimal() else 0.0


def _short(error: Exception) -> str:
    """Name what happened without the address: it may hold a token."""
    return {
        "NewConnectionError": "connection refused",
        "ConnectTimeoutError": "no connection in time",
        "ReadTimeoutError": "no answer in time",
        "ProtocolError": "connection lost",
    }.get(type(error).__name__, type(error).__name__)
