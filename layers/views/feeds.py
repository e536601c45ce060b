"""The same facts as an Atom feed and as a calendar of planned works."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from layers.public.reading import STATUS_WORDS, PublicOutage, read_state
from layers.public.store import read_alert, read_alerts
from layers.views.requests import body_response
from network.words import is_chinese, utility_name

CAP = "application/cap+xml"
IMMUTABLE = "public, max-age=31536000, immutable"


def long_time(at: datetime | None) -> str:
    """A time in full, local."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def asked_language(request: HttpRequest) -> str:
    """Return the language that the address names (`?lang=en`), else the utility's own.

    What is kept for all depends on the address alone, never on one reader's cookie or browser.
    """
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class PublicFeed(Feed):
    """A feed that any cache may keep for a minute, in the language of its address."""

    # What login_not_required does for a function: the middleware looks at the view object.
    login_required = False

    feed_type = Atom1Feed
    link = reverse_lazy("public:map")
    address = ""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = asked_language(request)
        with override(language):
            response = super().__call__(request, *args, **kwargs)
        return _for_all(response, language)

    def feed_url(self) -> str:
        return f"{reverse(self.address)}?lang={get_language()}"


def _for_all(response: HttpResponse, language: str) -> HttpResponse:
    response["Content-Language"] = language
    response["Cache-Control"] = "public, max-age=60"
    return response


class OutageFeed(PublicFeed):
    """One entry per outage; an entry changes its time when what is said of it changes."""

    address = "public:feed"
    subtitle = _("Current and planned water outages")

    def title(self) -> str:
        return f"{utility_name()} · {gettext('Outages')}"

    def items(self) -> list[PublicOutage]:
        return list(read_state().outages)

    def item_title(self, item: PublicOutage) -> str:
        return f"{STATUS_WORDS[item.status]} · {item.place}"

    def item_description(self, item: PublicOutage) -> str:
        lines = [item.cause]
        if item.status == "planned":
            lines.append(f"{long_time(item.starts_at)} – {long_time(item.ends_at)}")
        elif item.eta and item.status in {"off", "returning"}:
            lines.append(gettext("Expected back around %(time)s") % {"time": long_time(item.eta)})
        return " · ".join([*lines, item.advice])

    def item_link(self, item: PublicOutage) -> str:
        return reverse("public:outage", args=[item.code])

    def item_guid(self, item: PublicOutage) -> str:
        return f"{settings.PUBLIC_URL}{self.item_link(item)}"

    def item_updateddate(self, item: PublicOutage) -> datetime | None:
        return item.updated_at


class AlertFeed(PublicFeed):
    """CAP 1.2 messages, newest first: an entry links to the message itself."""

    address = "public:alerts"
    subtitle = _("Warnings as CAP 1.2 messages")

    def title(self) -> str:
        return f"{utility_name()} · CAP 1.2"

    def items(self) -> list[dict[str, Any]]:
        return read_alerts()

    def item_title(self, item: dict[str, Any]) -> str:
        return str(item["title"]["zh" if is_chinese() else "en"])

    def item_description(self, item: dict[str, Any]) -> str:
        return str(item["identifier"])

    def item_link(self, item: dict[str, Any]) -> str:
        return f"{settings.PUBLIC_URL}{reverse('public:alert', args=[item['file']])}"

    def item_updateddate(self, item: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(item["sent"])


@require_safe
@login_not_required
def alert_file(request: HttpRequest, name: str) -> HttpResponse:
    """One CAP message; it never changes."""
    try:
        body = read_alert(name)
    except FileNotFoundError as error:
        raise Http404 from error
    return body_response(request, body, content_type=CAP, version=name, cache=IMMUTABLE)


@require_safe
@login_not_required
def planned_calendar(request: HttpRequest) -> HttpResponse:
    """Planned works as an iCalendar file, to be taken into one's own calendar."""
    state, language = read_state(), asked_language(request)
    stamp = state.generated_at or timezone.now()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mainbreak//outages//EN"]
    with override(language):
        for outage in state.of_status("planned"):
            lines += _event(outage, stamp)
    lines += ["END:VCALENDAR", ""]
    body = "\r\n".join(_folded(line) for line in lines)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="outages.ics"'
    return _for_all(response, language)


def _event(outage: PublicOutage, stamp: datetime) -> list[str]:
    if outage.starts_at is None:
        return []
    ends = outage.ends_at or outage.starts_at + timedelta(hours=1)
    title = gettext("Water off: %(place)s") % {"place": outage.place}
    return [
        "BEGIN:VEVENT",
        f"UID:{outage.code}@mainbreak",
        f"DTSTAMP:{_utc(stamp)}",
        f"DTSTART:{_utc(outage.starts_at)}",
        f"DTEND:{_utc(ends)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(f'{outage.cause} {outage.advice}')}",
        "END:VEVENT",
    ]


def _utc(at: datetime) -> str:
    return at.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold at 75 bytes as RFC 5545 asks, never within a character."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > 74:
            parts.append(current)
            current = " "
        current += character
    return "\r\n".join([*parts, current])
