"""The board's components as template tags. They take plain values and know no model.

`{% load ui %}`, then for instance `{% chip "warn" _("Plan to approve") %}`. The gallery page shows
every one of them with its states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from gisapp.templatetags.wording import remaining

register = template.Library()

Context = dict[str, Any]

TONES: Final = frozenset({"danger", "warn", "busy", "ok", "planned", "draft", "unintended"})
# Status of a plan step -> symbol that shows it.
STEP_GLYPHS: Final = {
    "waiting": "todo",
    "operating": "operating",
    "done": "done",
    "cannot": "valve-inoperable",
    "void": "void",
    "reopen": "reopen",
}
# What is done at hydrants, washouts and air valves.
OUTLET_STEPS: Final = frozenset({"drain", "vent", "flush"})
NUMBERED_GLYPHS: Final = frozenset({"todo", "operating", "reopen", "outlet"})
LETTER_GLYPHS: Final = frozenset(
    {"key-user", "key-user-in", "special-user", "special-user-in", "new"}
)
# The colour of a sign's text where its face is filled.
FILLED_GLYPHS: Final = {"todo": "var(--glyph-on)", "key-user-in": "var(--glyph-halo)"}
BASE_GLYPH: Final = {
    "key-user-in": "key-user",
    "special-user-in": "special-user",
    "hydrant-dry": "hydrant",
}


def sprite_url() -> str:
    """Address of the one file of icons and map symbols."""
    return static("gisapp/icons/sprite.svg")


@register.simple_tag
def sprite() -> str:
    """Write the address of the sprite, for drawings that a template writes itself."""
    return sprite_url()


@register.simple_tag
def icon(name: str, modifier: str = "") -> SafeString:
    """Draw an interface icon. It is decoration: the text beside it, or a label, must speak."""
    classes = f"icon icon--{modifier}" if modifier else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        sprite_url(),
        name,
    )


@register.simple_tag
def tone(name: str, *, large: bool = False) -> SafeString:
    """Draw the shape of a tone; the colour comes from the text around it."""
    if name not in TONES:
        msg = f"unknown tone {name!r}; known are {', '.join(sorted(TONES))}"
        raise template.TemplateSyntaxError(msg)
    return icon(f"tone-{name}", "tone-lg" if large else "tone")


@register.simple_tag
def swatch(name: str, colour: str = "") -> SafeString:
    """Draw the sample of an area or a line for a legend."""
    return format_html(
        '<svg class="swatch{}" aria-hidden="true" focusable="false"><use href="{}#swatch-{}"></use>'
        "</svg>",
        f" swatch--{colour}" if colour else "",
        sprite_url(),
        name,
    )


@register.simple_tag
def glyph(kind: str, label: str | int = "", *, small: bool = False) -> SafeString:
    """Draw a map symbol; `label` is a step's number or the one character of a key user."""
    text: SafeString | str = ""
    if label != "" and kind in NUMBERED_GLYPHS | LETTER_GLYPHS:
        fill = FILLED_GLYPHS.get(kind, "currentColor")
        text = format_html('<text x="12" y="12.5" fill="{}">{}</text>', fill, label)
    return format_html(
        '<svg class="glyph glyph--{}{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<use href="{}#glyph-{}"></use>{}</svg>',
        kind,
        " glyph--small" if small else "",
        sprite_url(),
        BASE_GLYPH.get(kind, kind),
        text,
    )


@register.inclusion_tag("ui/chip.html")
def chip(tone_name: str, label: str) -> Context:
    """Show a status: one shape per tone, and always its text."""
    return {"tone_name": tone_name, "label": label}


@register.inclusion_tag("ui/bar.html")
def bar(share: float | None) -> Context:
    """Show a share between 0 and 1. Nothing is drawn for an unknown share."""
    percent = None if share is None else f"{min(max(share, 0), 1) * 100:.1f}"
    return {"percent": percent}


@register.inclusion_tag("ui/countdown.html")
def countdown(
    due: datetime | None,
    start: datetime | None = None,
    *,
    warn_s: int = 60,
    done: datetime | None = None,
    paused: bool = False,
    note: str = "",
    policy: str = "",
    large: bool = False,
) -> Context:
    """Show a deadline. The script goes on ticking from what is written here.

    `warn_s` is the policy's warning time in seconds before `due`; `policy` names key, value and
    start of the clock for the tooltip.
    """
    now = timezone.now()
    stage = deadline_stage(due, now, warn_s=warn_s, done=done, paused=paused)
    return {
        "stage": stage,
        "text": _countdown_text(stage, due, done, now),
        "due": due,
        "start": start,
        "warn_s": warn_s,
        "share": _share_used(start, due, done or now),
        "note": note,
        "policy": policy,
        "large": large,
        "ticks": stage in ("running", "warn", "late"),
    }


def deadline_stage(
    due: datetime | None,
    now: datetime,
    *,
    warn_s: int,
    done: datetime | None = None,
    paused: bool = False,
) -> str:
    """Name the stage of a deadline: unknown, done, paused, late, warn or running."""
    if done is not None:
        return "done"
    if due is None:
        return "unknown"
    if paused:
        return "paused"
    if now >= due:
        return "late"
    return "warn" if due - now <= timedelta(seconds=warn_s) else "running"


def _countdown_text(stage: str, due: datetime | None, done: datetime | None, now: datetime) -> str:
    if stage == "done" and done is not None:
        return f"{timezone.localtime(done):%H:%M}"
    if stage == "paused":
        return gettext("Paused")
    return "—" if due is None else remaining(due - now)


def _share_used(start: datetime | None, due: datetime | None, at: datetime) -> float | None:
    if start is None or due is None or due <= start:
        return None
    return (at - start) / (due - start)


@register.inclusion_tag("ui/impact.html")
def impact(
    *,
    customers: int | None,
    persons: int | None,
    key_users: int | None,
    unintended: int | None = None,
    weak: int | None = None,
    hydrants: int | None = None,
    dry_before: int | None = None,
    threshold: int | None = None,
    list_url: str = "",
    past: bool = False,
) -> Context:
    """Show who loses water. `customers` counts zone and unintended, never the dry before.

    `threshold` is the legal number of persons; the distance to it is written out. `list_url`
    gets `?part=…` for the list behind each number. `past` is for water that is back: no alarm.
    """
    zone = None if customers is None or unintended is None else customers - unintended
    split = None
    if customers and zone is not None:
        share = zone / customers * 100
        split = {"zone": f"{share:.2f}", "rest": f"{100 - share:.2f}"}
    short = None if persons is None or threshold is None else threshold - persons
    return {
        "customers": customers,
        "persons": persons,
        "key_users": key_users,
        "zone": zone,
        "unintended": unintended,
        "weak": weak,
        "hydrants": hydrants,
        "dry_before": dry_before,
        "threshold": threshold,
        "short_of_threshold": short,
        "split": split,
        "list_url": list_url,
        "past": past,
    }


@register.inclusion_tag("ui/alternatives.html")
def alternatives(items: Iterable[Mapping[str, Any]], *, name: str = "") -> Context:
    """Show at most three ways to shut: {key, title, lines, url, current}; `name` makes buttons."""
    return {"items": list(items)[:3], "name": name}


@register.inclusion_tag("ui/plan_steps.html")
def plan_steps(steps: Iterable[Mapping[str, Any]]) -> Context:
    """Show the valves of a plan: {number, code, where, status, note, end, asset, action_url,
    action_label, action, why_url, order_why}; status is waiting, operating, done, cannot, void
    or reopen; `action` names what is done where the list's heading does not, `order_why` says why
    it comes here."""
    return {"steps": [_with_glyph(step) for step in steps]}


@register.inclusion_tag("ui/step_card.html")
def step_card(step: Mapping[str, Any], *, current: bool = False) -> Context:
    """Show one step on a phone: large with its facts when current, one line otherwise."""
    return {"step": _with_glyph(step), "current": current}


def _with_glyph(step: Mapping[str, Any]) -> dict[str, Any]:
    status = step.get("status", "waiting")
    glyph = STEP_GLYPHS[status]
    if step.get("direction") in OUTLET_STEPS:
        glyph = {"waiting": "outlet", "reopen": "outlet", "done": "outlet-done"}.get(status, glyph)
    return {**step, "glyph": glyph}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Iterable[Mapping[str, Any]]) -> Context:
    """Show what happened, newest last: {at, tone, text, actor, future}."""
    return {"entries": entries}


@register.inclusion_tag("ui/eta_history.html")
def eta_history(entries: Iterable[Mapping[str, Any]]) -> Context:
    """Show promised times, current first: {eta, at, author, reason}; earlier ones are struck."""
    return {"entries": list(entries)}


@register.inclusion_tag("ui/plan_diff.html")
def plan_diff(rows: Iterable[Mapping[str, Any]], before: str, after: str) -> Context:
    """Show only what changes: {label, before, after, removed, added, delta, worse}."""
    return {"rows": rows, "before": before, "after": after}


@register.inclusion_tag("ui/masked_phone.html", takes_context=True)
def masked_phone(
    context: Context, masked: str, reveal_url: str = "", *, asks: bool = True
) -> Context:
    """Show a masked number; revealing posts to `reveal_url`, which logs and returns JSON or a page.

    JSON: {"phone": …, "seconds": 30}, or {"error": words}. `asks` for the reason first; without
    it the address itself knows why (a call that is owed).
    """
    return {
        "masked": masked,
        "reveal_url": reveal_url,
        "asks": asks,
        "request": context.get("request"),
    }


@register.inclusion_tag("ui/duplicate_offer.html")
def duplicate_offer(
    *, distance_m: float, at: datetime, text: str, merge_value: str, same_pipe: bool | None = None
) -> Context:
    """Offer an open report near the new one. The buttons submit the form they stand in."""
    return {
        "distance_m": distance_m,
        "at": at,
        "text": text,
        "merge_value": merge_value,
        "same_pipe": same_pipe,
    }


@register.inclusion_tag("ui/state_block.html")
def state_block(
    icon_name: str, title: str, text: str = "", *, action: str = "", url: str = ""
) -> Context:
    """Say what is so when there is nothing to list: empty, error, offline, not isolatable."""
    return {"icon_name": icon_name, "title": title, "text": text, "action": action, "url": url}


@register.inclusion_tag("ui/banner.html")
def banner(tone_name: str, title: str, text: str = "", *, icon_name: str = "warning") -> Context:
    """Show a message across the page: tone warn, danger, ok, or stop for a superseded plan."""
    return {"tone_name": tone_name, "title": title, "text": text, "icon_name": icon_name}


@register.inclusion_tag("ui/skeleton.html")
def skeleton(lines: int = 3) -> Context:
    """Hold the place of what is loading; it appears after 300 ms."""
    return {"lines": range(lines)}


@register.inclusion_tag("ui/form_field.html")
def form_field(field: BoundField, label: str = "", *, plain: bool = False) -> Context:
    """Show a form field with its label, hint and errors, tied together for screen readers.

    `plain` leaves out that it may stay empty, where the form says so once for many.
    """
    return {"field": field, "label": label or field.label, "plain": plain}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: Any) -> Context:
    """Name everything wrong with a form, first thing on the page, with links to the fields."""
    return {"form": form}


@register.inclusion_tag("ui/choices.html")
def choices(field: BoundField) -> Context:
    """Show a radio or checkbox field as a row of buttons."""
    return {"field": field}


@register.inclusion_tag("ui/segmented.html")
def segmented(items: Iterable[Mapping[str, Any]], label: str) -> Context:
    """Show a switch between views: {label, url, current} are links, so it works without script."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/progress.html")
def progress(items: Iterable[Mapping[str, Any]]) -> Context:
    """Show how far an outage has come: {label, state}; state is done, now or ahead."""
    return {"items": items}
