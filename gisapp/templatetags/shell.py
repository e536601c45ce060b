"""What the page frames need: navigation, the utility's name, the import map, texts for scripts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import template
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from gisapp.navigation import Navigation, arranged, items_for
from gisapp.script_texts import script_texts
from gisapp.templatetags.wording import day
from network.words import page_language, utility_name
from outages.selectors.rules.alerts import open_alert_count

register = template.Library()
register.simple_tag(utility_name)
register.simple_tag(page_language, name="html_lang")

THEMES: Final = ("light", "dark")
# Only our own apps are scanned: their modules are found as <app>/static/<app>/js/**.js.
OWN_APPS: Final = ("gisapp", "network", "outages", "layers")
IMPORTED: Final = re.compile(r'^(?:import|export)[^;]*? from "([^"]+)";', re.MULTILINE)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> Navigation:
    """Return the entries of the top bar that this user may open, shared out."""
    request = context.get("request")
    return arranged(items_for(request) if isinstance(request, HttpRequest) else [])


@register.simple_tag(takes_context=True)
def alert_count(context: dict[str, Any]) -> int:
    """Return how many alerts wait for whoever reads the page."""
    user = context.get("user")
    return open_alert_count(user) if user is not None and user.is_authenticated else 0


@register.simple_tag
def hotline() -> str:
    """Number that the public calls."""
    return str(settings.HOTLINE)


@register.simple_tag(takes_context=True)
def pinned_theme(context: dict[str, Any]) -> str:
    """Return light or dark when the reader has pinned one, else an empty string."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if isinstance(request, HttpRequest) else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag
def now_ms() -> int:
    """Server time in milliseconds since 1970; countdowns take their offset from it."""
    return int(timezone.now().timestamp() * 1000)


@register.simple_tag
def now_text() -> str:
    """Write the time of day for the top bar; the script keeps it going."""
    now = timezone.now()
    return f"{day(now)} {timezone.localtime(now):%H:%M:%S}"


@register.simple_tag
def import_map() -> SafeString:
    """Map `<app>/<module>` to its (hashed) file, for every module of our own apps."""
    entries = {name: static(path) for name, path in _modules()}
    script = json_script({"imports": entries})
    return SafeString(script.replace("<script ", "").removesuffix("</script>").split(">", 1)[1])


@register.simple_tag
def preload_modules(first: str) -> SafeString:
    """Ask for a module and all that it imports at once, instead of one after the other's arrival.

    `first` is its name in the import map. On a phone each step of that chain is a round trip.
    """
    urls = dict(_modules())
    links = ((static(urls[name]),) for name in module_closure(first))
    return format_html_join("", '<link rel="modulepreload" href="{}">', links)


@cache
def module_closure(first: str) -> tuple[str, ...]:
    """Return a module's name and those of everything it imports, in the order they are met."""
    urls = dict(_modules())
    found: dict[str, None] = {}
    waiting = [first]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in urls:
            continue
        found[name] = None
        app, _slash, inner = name.partition("/")
        folder = Path(apps.get_app_config(app).path) / "static" / app / "js"
        waiting += IMPORTED.findall((folder / f"{inner}.js").read_text("utf-8"))
    return tuple(found)


@cache
def _modules() -> tuple[tuple[str, str], ...]:
    """List (specifier, static path) of every script module; read once per process."""
    found: list[tuple[str, str]] = []
    for app in OWN_APPS:
        if not apps.is_installed(app):
            continue
        folder = Path(apps.get_app_config(app).path) / "static" / app / "js"
        for file in sorted(folder.rglob("*.js")):
            inner = file.relative_to(folder).with_suffix("").as_posix()
            found.append((f"{app}/{inner}", f"{app}/js/{inner}.js"))
    return tuple(found)


@register.simple_tag
def texts_for_scripts() -> SafeString:
    """Embed what the scripts say, in the page's language."""
    return json_script(script_texts(), "script-texts")


@register.simple_tag
def other_language() -> dict[str, str]:
    """Return code and name of the language that the switch leads to."""
    if (get_language() or "").startswith("zh"):
        return {"code": "en", "name": "English", "short": "EN", "lang": "en"}
    return {"code": "zh-hans", "name": "中文", "short": "中", "lang": "zh-Hans"}


@register.simple_tag
def clock_hint() -> str:
    """Name the time zone that times are shown in."""
    return gettext("Times are in %(zone)s") % {"zone": settings.TIME_ZONE}
