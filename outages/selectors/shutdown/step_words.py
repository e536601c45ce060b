"""What a stored step says of itself: what is done, how, and why here and now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outages.choices import OUTLET_STEPS, Direction
from outages.models import ValveOperation

Text = str | Promise


@dataclass(frozen=True)
class ActionWords:
    """`name` heads a row, `done` says that it happened, `button` and `cannot` are pressed."""

    name: Text
    done: Text
    button: Text
    cannot: Text
    how: Text = ""


ACTIONS: Final[dict[str, ActionWords]] = {
    Direction.CLOSE: ActionWords(_("Close"), _("closed"), _("Closed now"), _("Can't close…")),
    Direction.DRAIN: ActionWords(
        _("See that it is dry"),
        _("dry"),
        _("No water runs any more"),
        _("Can't be done…"),
        _(
            "Open it. What runs at first must fall off to nothing. Where it keeps running, a valve "
            "passes water: say so at that valve, or call the dispatcher."
        ),
    ),
    Direction.FEED: ActionWords(
        _("Open to feed"),
        _("opened"),
        _("Open now"),
        _("Can't open…"),
        _("Normally closed. It feeds those outside the zone, and is closed again at the end."),
    ),
    Direction.VENT: ActionWords(
        _("Let air out"),
        _("open for the air"),
        _("It is open"),
        _("Can't be done…"),
        _("Open it before the filling. Close it once water comes without air."),
    ),
    Direction.OPEN: ActionWords(_("Open"), _("opened"), _("Open now"), _("Can't open…")),
    Direction.FLUSH: ActionWords(
        _("Flush"),
        _("clear"),
        _("It runs clear"),
        _("Can't be done…"),
        _("Let it run until the water is clear, then close it. Note how long it took."),
    ),
    Direction.SHUT: ActionWords(
        _("Close again"),
        _("closed again"),
        _("Closed now"),
        _("Can't close…"),
        _("It was opened to feed others. They have their own way again: close it as it was."),
    ),
}
KINDS: Final[dict[str, Text]] = {
    "hydrant": _("hydrant"),
    "washout": _("washout valve"),
    "air": _("air valve"),
}
WHY: Final[dict[str, Text]] = {
    "only_valve": _("The only valve to shut."),
    "large_main_first": _("DN%(bore_mm).0f: the largest main first, most water comes by it."),
    "smallest_last": _(
        "DN%(bore_mm).0f: the smallest last, for the last is shut against the whole pressure."
    ),
    "way_begins": _("The shortest way begins here."),
    "on_the_way": _("Next on the shortest way."),
    "feeds_last": _("Only when all others are shut: then it brings no water to the burst."),
    "is_it_dry": _("Here it shows whether the zone is dry."),
    "lowest": _("The lowest outlet of the zone, %(height_m).1f m."),
    "nearest_burst": _("The nearest outlet to the burst; heights are not recorded."),
    "lets_air_out": _("Air leaves here while the mains fill."),
    "highest": _("The highest outlet of what fills, %(height_m).1f m."),
    "summit": _(
        "A summit of its own, %(height_m).1f m: the mains around lie %(stands_out_m).1f m lower, "
        "so its air leaves nowhere else."
    ),
    "filled_last": _("Water from %(valve)s gets here last; heights are not recorded."),
    "empty_too": _("Outside the zone, but empty as well: it fills after it."),
    "zone_s_water": _("Outside the zone, but filled through it: its dirty water gets here, too."),
    "fill_slowly": _("Empty mains are filled slowly, by one valve."),
    "fills_a_part": _("No single valve fills all: it is filled in %(n)d parts."),
    "smallest_bore": _("DN%(bore_mm).0f: the smallest of those that can fill all."),
    "fills_all": _("Water from here reaches all of the zone."),
    "no_outlet": _("No outlet for the air is known: open it slower still."),
    "enough_to_flush": _(
        "A small valve does not flush a DN%(main_mm).0f main: this one, DN%(bore_mm).0f, does."
    ),
    "until_clear": _("The others stay shut meanwhile, so that nothing dirty gets to them."),
    "beyond_repair": _("The first outlet beyond the repair."),
    "dead_end": _("At the end of a branch, where dirt would stay."),
    "far_end": _("The farthest from where it is filled."),
    "then_the_rest": _("All is full and clear: now the others, by the shortest way."),
    "normally_closed": _("Normally closed: it was open for this outage only."),
}


def action_words(step: ValveOperation) -> ActionWords:
    """Return the words of what a step does."""
    return ACTIONS[step.direction]


def is_at_outlet(step: ValveOperation) -> bool:
    """Whether no valve is turned by a step."""
    return step.direction in OUTLET_STEPS


def kind_words(step: ValveOperation) -> str:
    """Name what an outlet is: a hydrant, a washout, an air valve; "" for other steps."""
    return str(KINDS.get(str(step.facts.get("kind")), "")) if is_at_outlet(step) else ""


def reasons(step: ValveOperation) -> list[str]:
    """Say why a step comes here and now; empty where nothing is stored of it."""
    stored: list[Mapping[str, Any]] = step.facts.get("order", {}).get("why", [])
    return [text for each in stored if (text := _reason(each))]


def _reason(stored: Mapping[str, Any]) -> str:
    text = WHY.get(str(stored.get("code")))
    if text is None:
        return ""
    try:
        return str(text) % stored
    except (KeyError, TypeError):  # a step of an older release lacks a fact
        return ""


def way_m(step: ValveOperation) -> int | None:
    """Return the way from the step before in metres along the pipes, None if it is not known."""
    found: int | None = step.facts.get("order", {}).get("leg_m")
    return found


def total_way(steps: list[ValveOperation]) -> str:
    """Say how long the way over some steps is; "" where nothing is known of it."""
    ways = [way for step in steps[1:] if (way := way_m(step)) is not None]
    if not ways:
        return ""
    metres = sum(ways)
    if metres < 1000:
        return gettext("%(m)d m on foot along the mains") % {"m": metres}
    return gettext("%(km).1f km along the mains") % {"km": metres / 1000}
