"""Where providers tell us of receipts and replies. Signed, or not heard.

The body is JSON: one object, or `{"items": [...]}`, each with `id`, `kind` (receipt, reply) and
`at` (ISO), and for a receipt `delivered` with `reference` or `key`, for a reply `from` and `text`.
Signed as Standard Webhooks with `inbound_secret` of the entry in GATEWAYS: `sms` or `sms_second`.
"""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outages.choices import InboundKind, NoticeChannel, Provider
from outages.delivery import inbox
from outages.delivery.gateway import Heard
from outages.delivery.gateways import SECOND_SMS
from outages.delivery.signatures import BadSignature, verify
from outages.services.callbacks import hearing
from outages.views.shape.json_bodies import read_json

MOST_BYTES = 256 * 1024
MOST_ITEMS = 1_000
# The two addresses: each provider of SMS has a secret of its own.
PROVIDERS: Final = {str(NoticeChannel.SMS): Provider.FIRST, SECOND_SMS: Provider.SECOND}


# What is signed needs no cookie: a browser sends none of this.
@csrf_exempt
@login_not_required
@require_POST
def heard(request: HttpRequest, channel: str) -> HttpResponse:
    """Take receipts and replies; 204 also for what was heard before."""
    secret = settings.GATEWAYS.get(channel, {}).get("inbound_secret", "")
    if channel not in PROVIDERS or not secret:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    now = timezone.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        verify(headers, request.body, secret=secret, now_s=now.timestamp())
    except BadSignature:
        return HttpResponse(status=401)
    try:
        items = [_read(item, channel) for item in _items(request.body)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponse(status=400)
    for each in items:
        inbox.take(each, channel=NoticeChannel.SMS, at=now)
    # Beat looks every few seconds; whoever is dissatisfied need not wait for it.
    hearing.take_replies(at=now)
    return HttpResponse(status=204)


def _items(body: bytes) -> list[dict[str, Any]]:
    found = read_json(body)
    items = found.get("items", [found])
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        msg = "no list of items, or too many"
        raise ValueError(msg)
    return items


def _read(item: dict[str, Any], channel: str) -> Heard:
    kind = InboundKind(item["kind"])
    return Heard(
        source=channel,
        provider=str(PROVIDERS[channel]),
        external_id=_text(item["id"], 120),
        kind=str(kind),
        at=_moment(item["at"]),
        reference=_text(item.get("reference", ""), 120),
        key=_text(item.get("key", ""), 40),
        sender=_text(item.get("from", ""), 40),
        text=_text(item.get("text", ""), 500),
        delivered=bool(item["delivered"]) if kind == InboundKind.RECEIPT else None,
        reason=_text(item.get("reason", ""), 120),
    )


def _text(value: Any, most: int) -> str:
    """Plain text of a bounded length; PostgreSQL keeps no NUL and no half of a character."""
    if not isinstance(value, str) or "\0" in value:
        msg = "not a text"
        raise ValueError(msg)
    return value.encode("utf-8", "replace").decode()[:most]


def _moment(text: Any) -> datetime:
    at = parse_datetime(text) if isinstance(text, str) else None
    if at is None or at.tzinfo is None:
        msg = "no time with a zone"
        raise ValueError(msg)
    return at
