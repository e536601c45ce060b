"""What the scripts of a page say. They hold no text of their own; `{name}` is filled in there."""

from __future__ import annotations

from django.utils.translation import gettext as _


def script_texts() -> dict[str, str]:
    """Return the texts by key, in the active language."""
    return _of_the_map() | _of_all_pages()


def _of_the_map() -> dict[str, str]:
    return {
        "metres": _("{n} m"),
        "kilometres": _("{n} km"),
        "valves_merged": _("{n} valves"),
        "legend": _("Legend"),
        "legend_network": _("Network signs"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "fit": _("Show the whole area"),
        "locate": _("Where am I"),
        "main": _("Main DN100–300"),
        "trunk": _("Trunk DN≥400"),
        "valve_open": _("Open valve"),
        "valve_closed": _("Closed valve"),
        "valve_inoperable": _("Stuck or out of reach"),
        "hydrant": _("Hydrant"),
        "hydrant_dry": _("Hydrant without water"),
        "source": _("Source"),
        "source_shut": _("Source, shut"),
        "one_way": _("One-way device"),
        "zone": _("Zone without water"),
        "off": _("Off now"),
        "unintended": _("Also without water"),
        "weak_7": _("Pressure now under 7 m"),
        "weak": _("Low pressure"),
        "weak_before": _("Low pressure before too"),
        "planned": _("Planned"),
        "returning": _("Water returning"),
        "todo": _("To close, in order"),
        "operating": _("Being operated"),
        "done": _("Done"),
        "reopen": _("To open"),
        "outlet": _("Outlet to open, in order"),
        "outlet_done": _("Outlet: done"),
        "burst": _("Burst"),
        "key_user": _("Key user"),
        "special_user": _("Large or special user"),
        "past": _("Was without water"),
        "crew": _("Crew"),
        "crew_minutes": _("{name} · {n} min"),
        "map_failed": _("The map background did not load. Lists and forms still work."),
        "pick_start": _("Arrows move the cross-hair 10 m, Shift 1 m, Enter sets, Esc stops."),
        "pick_set": _("Point set."),
    }


def _of_all_pages() -> dict[str, str]:
    return {
        "days_hours": _("{days} d {hours} h"),
        "close": _("Close"),
        "keys_title": _("All keys"),
        "keys_off": _("Single-letter keys"),
        "key_search": _("Search"),
        "key_help": _("Show all keys"),
        "key_back": _("Back"),
        "deadline_warn": _("{name}: {time} left"),
        "deadline_late": _("{name}: overdue"),
        "answer_satisfied": _("Satisfied with what is asked next"),
        "answer_unsatisfied": _("Dissatisfied with what is asked next"),
        "masked_again": _("hidden again in {time}"),
        "reveal_failed": _("The number could not be shown. Try again."),
        "not_saved": _("Not saved. What you typed is still here. Try again."),
        "no_connection": _("No connection. What you see may be old."),
        "signed_out": _(
            "You are signed out. Sign in again in another window: what you typed is still here."
        ),
        "not_allowed": _("You may not do that. Sign in again or ask your leader."),
    }
