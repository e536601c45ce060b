"""Published notices as CAP 1.2 messages (OASIS): for warning apps, broadcasters and neighbours.

One message a notice version, never changed once written. An update or an all-clear refers to all
earlier messages of its outage, a cancellation cancels them. The area is the public one, whole
cells; a message that should have an area and has none is not made. Only fields named here get out.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import shapely
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from lxml import etree

from layers.public.wording import printable
from outages.choices import NoticeKind
from outages.models import OutageNotice

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
# What readers of such feeds take at most; beyond it the area becomes its hull.
MOST_BYTES: Final = 900 * 1024
# How long a message of an outage that is over stays on the list, and how long one holds that
# names no end.
SHOWN_FOR: Final = timedelta(days=3)
HOLDS_FOR: Final = timedelta(hours=24)
_TYPES: Final = {
    NoticeKind.FIRST: "Alert",
    NoticeKind.UPDATE: "Update",
    NoticeKind.ALL_CLEAR: "Update",
    NoticeKind.CANCELLATION: "Cancel",
}
_EVENTS: Final = {"zh-CN": "停水", "en": "Water supply interruption"}


@dataclass(frozen=True)
class AlertMessage:
    """One message: what the list says of it, and its XML."""

    identifier: str
    sent: datetime
    kind: str
    title_zh: str
    title_en: str
    xml: bytes

    @property
    def file(self) -> str:
        return f"alert-{self.identifier}.xml"


def alert_messages(areas: Mapping[str, dict[str, Any]], *, at: datetime) -> list[AlertMessage]:
    """Return the messages to list, newest first; `areas` are the public ones by outage code."""
    shown = Q(outage__code__in=list(areas)) | Q(published_at__gte=at - SHOWN_FOR)
    outages = OutageNotice.objects.filter(shown, published_at__lte=at).values("outage")
    rows = (
        OutageNotice.objects.filter(outage__in=outages, published_at__lte=at)
        .exclude(kind=NoticeKind.CORRECTION)
        .select_related("outage")
        .order_by("outage", "version")
    )
    found: list[AlertMessage] = []
    chain: dict[int, list[OutageNotice]] = {}
    for notice in rows:
        earlier = chain.setdefault(notice.outage_id, [])
        area = areas.get(notice.outage.code)
        if area is not None or notice.kind == NoticeKind.CANCELLATION:
            found.append(_message(notice, earlier, area))
        earlier.append(notice)
    return sorted(found, key=lambda each: (each.sent, each.identifier), reverse=True)


def _message(
    notice: OutageNotice, earlier: Iterable[OutageNotice], area: dict[str, Any] | None
) -> AlertMessage:
    assert notice.published_at is not None
    shape = shapely.geometry.shape(area) if area else None
    xml = _xml(notice, earlier, shape)
    if len(xml) > MOST_BYTES and shape is not None:
        xml = _xml(notice, earlier, shape.convex_hull)
    return AlertMessage(
        identifier=identifier_of(notice),
        sent=notice.published_at,
        kind=notice.kind,
        title_zh=printable(notice.title_zh),
        title_en=printable(notice.title_en),
        xml=xml,
    )


def identifier_of(notice: OutageNotice) -> str:
    """Unique for this sender, without the characters that CAP forbids."""
    return f"{re.sub(r'[^A-Za-z0-9-]', '-', notice.outage.code)}-v{notice.version}"


def sender() -> str:
    """Who speaks: the host that the public side is reached at."""
    return urlsplit(settings.PUBLIC_URL).hostname or "mainbreak"


def _xml(
    notice: OutageNotice,
    earlier: Iterable[OutageNotice],
    shape: shapely.geometry.base.BaseGeometry | None,
) -> bytes:
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _put(root, "identifier", identifier_of(notice))
    _put(root, "sender", sender())
    _put(root, "sent", _time(notice.published_at))
    _put(root, "status", "Actual")
    _put(root, "msgType", _TYPES[NoticeKind(notice.kind)])
    _put(root, "scope", "Public")
    references = [
        f"{sender()},{identifier_of(each)},{_time(each.published_at)}" for each in earlier
    ]
    if references:
        _put(root, "references", " ".join(references))
    for language in ("zh-CN", "en"):
        _info(root, notice, shape, language=language)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _info(
    root: Any,
    notice: OutageNotice,
    shape: shapely.geometry.base.BaseGeometry | None,
    *,
    language: str,
) -> None:
    fields, chinese = notice.fields, language == "zh-CN"
    is_over = notice.kind in (NoticeKind.ALL_CLEAR, NoticeKind.CANCELLATION)
    planned = bool(fields.get("is_planned"))
    start = _moment(fields.get("start")) or notice.published_at
    end = _moment(fields.get("estimated_restoration"))
    assert start is not None
    assert notice.published_at is not None
    info = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _put(info, "language", language)
    _put(info, "category", "Infra")
    _put(info, "event", _EVENTS[language])
    _put(info, "responseType", "AllClear" if is_over else "Prepare" if planned else "Execute")
    _put(info, "urgency", "Past" if is_over else "Future" if planned else "Immediate")
    _put(info, "severity", "Minor" if is_over else "Moderate")
    _put(info, "certainty", "Likely" if planned and not is_over else "Observed")
    _put(info, "effective", _time(notice.published_at))
    _put(info, "onset", _time(start))
    _put(info, "expires", _time(max(end or start, notice.published_at) + HOLDS_FOR))
    _put(info, "senderName", settings.UTILITY_NAME["zh-hans" if chinese else "en"])
    _put(info, "headline", notice.title_zh if chinese else notice.title_en)
    _put(info, "description", notice.text_zh if chinese else notice.text_en)
    _put(info, "web", f"{settings.PUBLIC_URL}/public/outages/{notice.outage.code}/")
    _put(info, "contact", str(fields.get("hotline") or settings.HOTLINE))
    if shape is not None:
        area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
        place = fields.get("area_zh" if chinese else "area_en") or notice.outage.place
        _put(area, "areaDesc", str(place))
        for ring in _rings(shape):
            _put(area, "polygon", ring)


def _rings(shape: shapely.geometry.base.BaseGeometry) -> Iterable[str]:
    """Outer rings as CAP writes them: latitude,longitude pairs, the first again at the end."""
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon):
            points = part.exterior.coords
            yield " ".join(f"{round(lat, 5)},{round(lon, 5)}" for lon, lat in points)


def _put(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = printable(text)


def _time(at: datetime | None) -> str:
    """Local time to the second with its offset; the standard forbids a Z."""
    assert at is not None
    local = timezone.localtime(at, timezone.get_default_timezone())
    return local.isoformat(timespec="seconds")


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None
