"""The words of a claimed row: the notice's, or its own where it is no notice."""

import json
from datetime import datetime
from typing import Any

from django.utils import timezone

from outages.choices import NoticeChannel
from outages.delivery.claims import Claim
from outages.delivery.gateway import Message
from outages.models import OutageNotice

# Where there is room for a few words only.
SHORT = frozenset({NoticeChannel.SMS, NoticeChannel.PUSH})


def message_for(claim: Claim, notice: OutageNotice | None) -> Message:
    """Return what goes out; the same at every attempt."""
    if notice is None:
        return Message(
            key=claim.key,
            recipient=claim.recipient,
            subject=claim.subject,
            text=claim.text,
            kind="text",
            params=(claim.text,),
            body=_encoded(
                {"type": "test", "timestamp": "", "data": {"text": claim.text}}
                if claim.channel == NoticeChannel.WEBHOOK
                else {}
            ),
        )
    english = claim.language.startswith("en")
    sms = notice.sms_en if english else notice.sms_zh
    text = notice.text_en if english else notice.text_zh
    return Message(
        key=claim.key,
        recipient=claim.recipient,
        subject=notice.title_en if english else notice.title_zh,
        text=sms if claim.channel in SHORT else text,
        kind=notice.kind,
        params=_params(notice),
        body=_encoded(public_event(notice)) if claim.channel == NoticeChannel.WEBHOOK else b"",
    )


def public_event(notice: OutageNotice) -> dict[str, Any]:
    """Return a notice as an event for other programs: what the public page says, no more."""
    fields = notice.fields
    assert notice.published_at is not None
    return {
        "type": f"outage.{notice.kind}",
        "timestamp": notice.published_at.isoformat(),
        "data": {
            "outage": notice.outage.code,
            "version": notice.version,
            "kind": notice.kind,
            "planned": bool(fields.get("is_planned")),
            "supply": fields.get("supply", ""),
            "title": {"zh": notice.title_zh, "en": notice.title_en},
            "text": {"zh": notice.text_zh, "en": notice.text_en},
            "place": {"zh": fields.get("area_zh", ""), "en": fields.get("area_en", "")},
            "start": fields.get("start"),
            "estimated_restoration": fields.get("estimated_restoration"),
            "restored": fields.get("restored"),
        },
    }


def _params(notice: OutageNotice) -> tuple[str, ...]:
    """Place, cause, beginning, return and hotline, for gateways that send templates."""
    fields = notice.fields
    back = fields.get("restored") or fields.get("estimated_restoration") or ""
    return tuple(
        str(value or "")
        for value in (
            fields.get("area_zh"),
            fields.get("reason_zh"),
            _short_time(fields.get("start")),
            _short_time(back),
            fields.get("hotline"),
        )
    )


def _short_time(iso: str | None) -> str:
    if not iso:
        return ""
    local = timezone.localtime(datetime.fromisoformat(iso), timezone.get_default_timezone())
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _encoded(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()
