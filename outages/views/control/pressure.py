"""How strong the water runs where a plan leaves it running: asked for, followed, listed."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.selectors import current_revision
from outages.choices import PressureStatus
from outages.models import IsolationPlan, PressureRun
from outages.selectors.shutdown.pressure import (
    WeakCustomer,
    first_weak,
    pressure_of,
    weak_customers,
)
from outages.services.shutdown.pressure import ask_pressure
from outages.views.control.panels import Panel, outage_panel, report_panel
from outages.views.control.plans import panel_url
from outages.views.shape.actions import Actions
from outages.views.shape.actor import acting
from outages.views.shape.screen import is_htmx, may
from outages.views.words.needs import need_in_words

PER_PAGE: Final = 100
NAMED: Final = 6
NAMED_ASSETS: Final = 4
# A run that nobody began after this long: no worker is there to do it.
UNHEARD_S: Final = 60

# Why there are no grades, and what helps.
REFUSAL_TEXTS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "no_elevations": (
        _("The heights of the network are not known"),
        _("Import nodes with elevation_m, metres above one datum."),
    ),
    "no_heads": (
        _("The head of a source is not known: %(sources)s"),
        _("Import sources with head_m, the level of their water in metres above the same datum."),
    ),
    "no_supply": (_("Nothing keeps water"), _("There is nobody to grade.")),
    "not_balanced": (
        _("The calculation does not balance"),
        _("No pressure is shown: it would mean nothing. Bores, heads and demands may be wrong."),
    ),
    "engine_failed": (
        _("The calculation broke off"),
        _("EPANET refused the network. Check bores, heads and pump curves."),
    ),
    "engine_missing": (
        _("EPANET is not installed on this server"),
        _("Whoever runs the server installs the package epanet-plus."),
    ),
    "old_network": (
        _("This plan was made on an older network"),
        _("Compute the plan again, then its pressures."),
    ),
    "gave_up": (_("The calculation broke off three times"), _("The server's log says why.")),
}


def _plan(plan_id: int) -> IsolationPlan:
    rows = IsolationPlan.objects.select_related("report", "outage")
    return get_object_or_404(rows, pk=plan_id)


def _panel(plan: IsolationPlan, user: Any, **shown: Any) -> Panel:
    if plan.outage is not None:
        return outage_panel(plan.outage, user, plan=plan, **shown)
    assert plan.report is not None, "a plan belongs to a report or an outage"
    return report_panel(plan.report, user, plan=plan, **shown)


action = Actions(_plan, _panel)


@action("outages.plan_isolation")
def ask(request: HttpRequest, plan: IsolationPlan, _told: dict[str, Any]) -> str:
    """Put the plan's pressures in the queue."""
    ask_pressure(plan, by=acting(request), at=timezone.now())
    return gettext("Asked. The pressures stand here in a moment.")


@require_safe
@never_cache
@may("outages.view_outages")
def pressure(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show what is known of a plan's pressures: a block for the panel, else a page with all."""
    found = _plan(plan_id)
    names = request.user.has_perm("outages.view_customers")
    run = pressure_of(found)
    context = _context(found, run, at=timezone.now(), names=names)
    context["may_ask"] = request.user.has_perm("outages.plan_isolation") and _can_ask(found, run)
    if is_htmx(request):
        response = render(request, "outages/control/_pressure.html", context)
        response["Cache-Control"] = "private, no-store"
        return response
    if run is not None and run.status == PressureStatus.FINISHED and names:
        pages = Paginator(weak_customers(run), PER_PAGE)
        context["page"] = page = pages.get_page(request.GET.get("page"))
        context["rows"] = [
            {"weak": each, "place_url": _on_map(each, context["panel_url"])} for each in page
        ]
    return render(request, "outages/control/pressure.html", context)


def _on_map(weak: WeakCustomer, panel: str) -> str:
    """The case on the map, gone to this customer."""
    if weak.customer is None:
        return ""
    point, row = weak.customer.geom, weak.customer
    label = f"{row.name or row.asset_id} · {weak.place.after_m:.1f} m"
    return f"{panel}?{urlencode({'at': f'{point.y:.6f},{point.x:.6f}', 'label': label})}"


def _can_ask(plan: IsolationPlan, run: PressureRun | None) -> bool:
    again = run is None or run.status in (PressureStatus.REFUSED, PressureStatus.FAILED)
    revision = current_revision()
    return again and revision is not None and revision.number == plan.revision_number


def _context(
    plan: IsolationPlan, run: PressureRun | None, *, at: datetime, names: bool
) -> dict[str, Any]:
    context: dict[str, Any] = {"plan": plan, "run": run, "panel_url": panel_url(plan)}
    if run is None:
        return context
    is_open = run.status in (PressureStatus.WAITING, PressureStatus.RUNNING)
    waited = (at - run.asked_at).total_seconds()
    context |= {
        "is_open": is_open,
        "is_unheard": run.status == PressureStatus.WAITING and waited > UNHEARD_S,
        "told": [text for each in run.facts.get("told", []) if (text := told_text(each))],
    }
    if run.status == PressureStatus.FINISHED:
        counts = run.counts
        new = counts["new_under_7"] + counts["new_under_10"]
        context |= {"counts": counts, "new": new, "layer_url": _layer_url(plan) if names else ""}
        if names:
            context["first"] = [
                {"weak": each, "need": need_in_words(each.customer.special_user)}
                for each in first_weak(run, NAMED)
                if each.customer is not None
            ]
    elif not is_open:
        context["why"], context["remedy"] = refusal_text(run)
    return context


def _layer_url(plan: IsolationPlan) -> str:
    """Where the map's colours come from; empty in an installation without the map's layers."""
    try:
        return reverse("layers:plan-pressure", args=[plan.pk])
    except NoReverseMatch:
        return ""


def refusal_text(run: PressureRun) -> tuple[str, str]:
    """Why there are no grades, and what helps."""
    why, remedy = REFUSAL_TEXTS.get(run.refusal, REFUSAL_TEXTS["engine_failed"])
    facts = {name: _listed(value) for name, value in run.facts.items()}
    return str(why) % facts, str(remedy)


def told_text(told: dict[str, Any]) -> str:
    """One thing that was assumed on the way, in words; empty for a code of another release."""
    facts = {name: _listed(value) for name, value in told["facts"].items()}
    count = told["facts"].get("count", 0)
    texts = {
        "demands_of_junctions": gettext("Demands are those of the hydraulic model."),
        "elevations_filled": ngettext(
            "%(count)s node has no height: its neighbours' mean stands in.",
            "%(count)s nodes have no height: their neighbours' mean stands in.",
            count,
        ),
        "elevations_missing": ngettext(
            "%(count)s node has no height, nor have its neighbours: not graded there.",
            "%(count)s nodes have no height, nor have their neighbours: not graded there.",
            count,
        ),
        "diameters_missing": ngettext(
            "%(count)s pipe has no bore: DN%(mm)s stands in.",
            "%(count)s pipes have no bore: DN%(mm)s stands in.",
            count,
        ),
        "devices_unrated": gettext(
            "Not known how these raise or lower the pressure, so what is fed through them alone is "
            "not graded: %(devices)s."
        ),
    }
    return texts.get(told["code"], "") % facts


def _listed(value: Any) -> Any:
    if isinstance(value, list):
        more = len(value) - NAMED_ASSETS
        named = ", ".join(str(each) for each in value[:NAMED_ASSETS])
        return f"{named} +{more}" if more > 0 else named
    return round(value) if isinstance(value, float) else value
