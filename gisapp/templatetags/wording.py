"""Numbers and times as the board words them, in the active language.

Instants come in as aware datetimes and are shown in the current time zone (Asia/Shanghai unless
settings say otherwise).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from network.words import is_chinese

register = template.Library()

UNKNOWN: Final = "—"
MINUS: Final = "−"
TEN_THOUSAND: Final = 10_000
WEEKDAYS_ZH: Final = "一二三四五六日"
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@register.filter
def number(value: float | None) -> str:
    """Write a count: 1,284; from 100,000 in Chinese 12.6 万. Unknown is a dash, never zero."""
    if value is None:
        return UNKNOWN
    if is_chinese() and abs(value) >= 10 * TEN_THOUSAND:
        text = f"{value / TEN_THOUSAND:.1f}".removesuffix(".0") + " 万"
    else:
        text = f"{value:,.0f}"
    return text.replace("-", MINUS)


# Each by its count, so that English agrees with one: 1 valve, 2 valves.
_NOUNS: Final[dict[str, Callable[[float], str]]] = {
    "customers": lambda n: ngettext("%(n)s customer", "%(n)s customers", n),
    "people": lambda n: ngettext("%(n)s person", "%(n)s people", n),
    "hydrants": lambda n: ngettext("%(n)s hydrant", "%(n)s hydrants", n),
    "to close": lambda n: ngettext("%(n)s valve to close", "%(n)s valves to close", n),
}


@register.filter
def counted(value: float | None, noun: str) -> str:
    """Write a count with its noun: 1 valve to close, 1,284 people. Unknown is a dash alone."""
    return UNKNOWN if value is None else _NOUNS[noun](value) % {"n": number(value)}


@register.filter
def signed(value: float | None) -> str:
    """Write a difference with its sign: +96, −182, and a plain 0."""
    if value is None:
        return UNKNOWN
    return f"+{number(value)}" if value > 0 else number(value)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Return names one after the other, parted as the language parts them."""
    return pgettext("between names", ", ").join(map(str, names))


@register.filter
def metres(value: float | None) -> str:
    """Write a length given in metres: 38 m, 2.1 km."""
    if value is None:
        return UNKNOWN
    if value < 1000:
        return gettext("%(length)s m") % {"length": f"{value:.0f}"}
    return gettext("%(length)s km") % {"length": f"{value / 1000:.1f}"}


@register.filter
def clock(at: datetime | None) -> str:
    """Write the hour: 03:12."""
    return UNKNOWN if at is None else f"{timezone.localtime(at):%H:%M}"


@register.filter
def day(at: datetime | None) -> str:
    """Write the day for staff: 11-22 周日, in English Sun 22 Nov."""
    if at is None:
        return UNKNOWN
    local = timezone.localtime(at)
    if is_chinese():
        return f"{local:%m-%d} 周{WEEKDAYS_ZH[local.weekday()]}"
    return f"{WEEKDAYS_EN[local.weekday()]} {local.day} {MONTHS_EN[local.month - 1]}"


@register.filter
def moment(at: datetime | None) -> str:
    """Write an instant for staff: the hour today, else with the day."""
    if at is None:
        return UNKNOWN
    if timezone.localtime(at).date() == timezone.localdate():
        return clock(at)
    return f"{day(at)} {clock(at)}"


@register.filter
def full_moment(at: datetime | None) -> str:
    """Write an instant in full: 2026-11-22 03:12."""
    return UNKNOWN if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


@register.filter
def age(at: datetime | None) -> str:
    """Write how long ago: just now, 5 minutes ago, beyond an hour the clock time."""
    if at is None:
        return UNKNOWN
    minutes = int((timezone.now() - at).total_seconds() // 60)
    if minutes < 1:
        return gettext("just now")
    if minutes <= 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    return moment(at)


@register.filter
def public_moment(at: datetime | None) -> str:
    """Write an instant for the public: 今天早上 07:30, 明天 08:00, 11月23日（周一）08:00."""
    if at is None:
        return UNKNOWN
    local = timezone.localtime(at)
    days_ahead = (local.date() - timezone.localdate()).days
    if days_ahead == 0:
        return _today(local)
    if days_ahead == 1:
        return gettext("tomorrow %(clock)s") % {"clock": clock(at)}
    if is_chinese():
        return f"{local.month}月{local.day}日（周{WEEKDAYS_ZH[local.weekday()]}）{local:%H:%M}"
    return f"{day(at)} {clock(at)}"


def _today(local: datetime) -> str:
    """Write an hour of today with its part of the day, as people divide it."""
    wording = (
        (6, gettext("%(clock)s early this morning")),
        (9, gettext("%(clock)s this morning")),
        (12, pgettext("forenoon", "%(clock)s this morning")),
        (13, pgettext("midday", "%(clock)s today")),
        (18, gettext("%(clock)s this afternoon")),
        (24, gettext("%(clock)s this evening")),
    )
    text = next(text for limit, text in wording if local.hour < limit)
    return text % {"clock": f"{local:%H:%M}"}


@register.filter
def as_time(at: datetime | None, text: str = "") -> SafeString | str:
    """Wrap an instant in <time> with its UTC value; the text is the hour unless given."""
    if at is None:
        return UNKNOWN
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return format_html('<time datetime="{}">{}</time>', stamp, text or moment(at))


def remaining(left: timedelta) -> str:
    """Write a countdown: 0:34, 11:40, 1:06:00, 1 天 6 时; overdue counts up as +3:12."""
    seconds = math.floor(left.total_seconds())
    sign = "+" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours >= 24:
        days, hours = divmod(hours, 24)
        return sign + gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return f"{sign}{hours}:{minutes:02d}:{seconds:02d}"
    return f"{sign}{minutes}:{seconds:02d}"
