"""Why a plan is as it is, what else could be done, and what then: blocks under the plan."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Customer, NetworkRevision, Source, Valve
from network.selectors.water_points import TANKER, PlacedPoint, streets_at
from network.topology.argument.alternatives import LEAVE_OUT, OPEN, TRY, Plan
from network.topology.argument.restore import Reopening
from network.topology.elements import UnknownAsset
from network.words import local
from outages.forms.control.plans import VALVE_CHOICES
from outages.models import IsolationPlan
from outages.services.shutdown.arguing import (
    Argument,
    NotArguable,
    TooLarge,
    argument_for,
    can_be_adopted,
)
from outages.services.shutdown.in_force import newest_of
from outages.views.control import argument_words as words
from outages.views.control.allowed import UNDECIDED
from outages.views.control.plans import panel_url
from outages.views.shape.screen import is_htmx, may
from outages.workflow import HOLDING_PLANS

FOUND_CUSTOMERS: Final = 8  # of those that fit what was typed
SHOWN_OPTIONS: Final = 4
BRIEFLY: Final = 3  # alternatives in the question before approving
Row = dict[str, Any]


def _plan(plan_id: int) -> IsolationPlan:
    rows = IsolationPlan.objects.select_related("report", "outage")
    return get_object_or_404(rows, pk=plan_id)


def source_names(revision: NetworkRevision) -> dict[str, str]:
    """Names of a revision's sources in the reader's language, by asset id."""
    rows = Source.objects.filter(revision=revision)
    names = rows.values_list("asset_id", "name", "name_en")
    return {asset: local(name, name_en) or asset for asset, name, name_en in names}


@require_safe
@never_cache
@may("outages.view_outages")
def why(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Say of every valve and every group of customers why: a block for the panel, else a page."""
    found = _plan(plan_id)
    try:
        argument = argument_for(found)
    except NotArguable:
        return _shown(request, "why", found, {})
    sources = source_names(argument.revision)
    known = argument.explanation
    context = {
        "argued": True,
        "close": [_reason(argument, sources, each) for each in known.close],
        "leave_open": [_reason(argument, sources, each) for each in known.leave_open],
        "shut": [_reason(argument, sources, each, shut=True) for each in known.already_closed],
        "sources": [
            {
                "asset": each.source,
                "name": sources.get(each.source, each.source),
                "text": words.why_source(each.way),
                "line": _json(argument.lines.get(each.source)),
            }
            for each in known.sources
        ],
        "groups": [
            {
                "count": len(group.customers),
                "persons": group.persons,
                "counted": group.code != "dry_before",
                "outside": group.code == "cut_off",
                "text": words.why_group(group),
                "lit": " ".join(group.holding or group.shut_valves or group.through),
            }
            for group in argument.losing_groups
        ],
    }
    return _shown(request, "why", found, context)


def _reason(argument: Argument, sources: dict[str, str], reason: Any, *, shut: bool = False) -> Row:
    text = words.why_shut(reason, sources) if shut else words.why_valve(reason, sources)
    return {
        "asset": reason.valve,
        "text": text,
        "beyond": words.listed(reason.beyond),
        "line": _json(argument.lines.get(reason.valve)),
    }


def _json(line: object) -> str:
    return json.dumps(line) if line else ""


def _shown(request: HttpRequest, name: str, found: IsolationPlan, context: Row) -> HttpResponse:
    template = (
        f"outages/control/_{name}.html" if is_htmx(request) else f"outages/control/{name}.html"
    )
    # A page of its own has no panel that an answer could be put into.
    frame = {"plan": found, "panel_url": panel_url(found), "in_panel": is_htmx(request)}
    response = render(request, template, {**frame, **context})
    response["Cache-Control"] = "private, no-store"
    return response


# -- one customer -----------------------------------------------------------------


@require_safe
@never_cache
@may("outages.view_outages", "outages.view_customers")
def customer_why(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Say why one customer (`?q=` account, name, address) is dry, or which way feeds him."""
    found = _plan(plan_id)
    asked = request.GET.get("q", "").strip()
    context: Row = {"asked": asked}
    try:
        argument = argument_for(found)
    except NotArguable:
        return _shown(request, "customer_why", found, context)
    context["argued"] = True
    rows = _customers(argument.revision, asked) if asked else []
    if len(rows) == 1:
        context |= _customer(argument, rows[0])
    else:
        context["several"] = rows
    return _shown(request, "customer_why", found, context)


def _customers(revision: NetworkRevision, asked: str) -> list[Customer]:
    rows = Customer.objects.filter(revision=revision).order_by("asset_id")
    exact = list(rows.filter(Q(asset_id=asked) | Q(account=asked))[:FOUND_CUSTOMERS])
    fits = Q(name__icontains=asked) | Q(address__icontains=asked) | Q(address_en__icontains=asked)
    return exact or list(rows.filter(fits)[:FOUND_CUSTOMERS])


def _customer(argument: Argument, customer: Customer) -> Row:
    try:
        reason, line = argument.why_customer(customer.asset_id)
    except UnknownAsset:
        return {"customer": customer, "text": ""}
    return {
        "customer": customer,
        "text": words.why_customer(reason, source_names(argument.revision)),
        "is_dry": reason.code in ("in_zone", "cut_off"),
        "keeps": reason.code == "supplied",
        "line": _json(line),
        "lon": customer.geom.x,
        "lat": customer.geom.y,
    }


# -- what else, and what then -----------------------------------------------------


@dataclass(frozen=True)
class Other:
    """An alternative as it is shown. `choices` are what the what-if form is sent."""

    text: str
    compared: list[tuple[str, bool]]
    plan: Plan
    choices: list[str]
    lights: str  # valves that both plans close, drawn already
    places: str  # where the others that it turns are, as JSON
    in_the_street: list[str]  # valves to be tried, and recorded, before it can be chosen

    @property
    def can_be_adopted(self) -> bool:
        """Whether one button can make it the next version."""
        return can_be_adopted(self.plan)


@require_safe
@never_cache
@may("outages.view_outages")
def options(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Offer other plans, valves to open for those cut off, and places for tankers.

    `?brief=1` gives the first few plans in a line each, for the question before approving,
    `?stops=1` those with a temporary stop on a pipe, which take seconds.
    """
    found = _plan(plan_id)
    try:
        argument = argument_for(found)
    except NotArguable:
        return _shown(request, "options", found, {})
    if "stops" in request.GET:
        return _shown(request, "stops", found, _with_stops(argument))
    searched, others = argument.alternatives()
    if "brief" in request.GET:
        brief = [_compared(plan, searched.plain) for plan in others[:BRIEFLY]]
        return render(
            request,
            "outages/control/_options_brief.html",
            {"plan": found, "others": brief, "more": len(others) - len(brief)},
        )
    restoration, points = argument.restoration(at=timezone.now())
    new = {valve for plan in others for valve in (*plan.close, *plan.open_valves)}
    reopenings = restoration.options[:SHOWN_OPTIONS]
    places = _valve_places(
        argument.revision, new.union(*(option.open_valves for option in reopenings))
    )
    context = {
        "argued": True,
        "may_change": _may_change(request, found),
        "plain": searched.plain,
        "tried": searched.tried,
        "left": searched.left,
        "singles_left": searched.singles_left,
        "others": [_other(found, plan, searched.plain, places) for plan in others],
        "reopenings": [_reopening(found, option, places) for option in reopenings],
        "points": _points(argument.revision, points),
        "waiting": len(restoration.rest),
        "cut_off": found.customers_unintended,
    }
    return _shown(request, "options", found, context)


def _with_stops(argument: Argument) -> Row:
    try:
        searched, plans, stops = argument.with_stops()
    except TooLarge:
        return {"argued": True, "too_large": True}
    valves = {valve for plan in plans for valve in plan.close} - {*searched.plain.close}
    places = _valve_places(argument.revision, valves)
    return {
        "argued": True,
        "tried": searched.tried,
        "left": searched.left,
        "others": [
            {
                "text": words.what_differs(plan, searched.plain, stops),
                "compared": words.compared(plan, searched.plain),
                "plan": plan,
                "lights": " ".join(sorted({*plan.close} & {*searched.plain.close})),
                "places": _json(
                    [
                        *([stops[name].lon, stops[name].lat] for name in plan.stops),
                        *([places[v].x, places[v].y] for v in plan.close if v in places),
                    ]
                ),
                "in_the_street": [move.asset for move in plan.moves if move.kind == TRY],
            }
            for plan in plans
        ],
    }


def _compared(plan: Plan, plain: Plan) -> Row:
    return {"text": words.what_differs(plan, plain), "compared": words.compared(plan, plain)}


def _may_change(request: HttpRequest, found: IsolationPlan) -> bool:
    if not request.user.has_perm("outages.plan_isolation"):
        return False
    newest = newest_of(found).pk == found.pk
    return newest and found.status in UNDECIDED | HOLDING_PLANS


def _other(found: IsolationPlan, plan: Plan, plain: Plan, places: dict[str, Point]) -> Other:
    turned = {*plan.close, *plan.open_valves}
    assumed = {LEAVE_OUT: "removed", OPEN: "opened"}
    return Other(
        text=words.what_differs(plan, plain),
        compared=words.compared(plan, plain),
        plan=plan,
        choices=[
            *_kept(found),
            *(f"{assumed[move.kind]}:{move.asset}" for move in plan.moves if move.kind in assumed),
        ],
        lights=" ".join(sorted(turned & {*plain.close})),
        places=_places(turned - {*plain.close}, places),
        in_the_street=[move.asset for move in plan.moves if move.kind == TRY],
    )


def _kept(found: IsolationPlan) -> list[str]:
    """What the plan assumes of valves already, as the what-if form takes it."""
    return [f"{name}:{valve}" for name in VALVE_CHOICES for valve in found.what_if.get(name, [])]


def _valve_places(revision: NetworkRevision, valves: Iterable[str]) -> dict[str, Point]:
    rows = Valve.objects.filter(revision=revision, asset_id__in=list(valves))
    return dict(rows.values_list("asset_id", "geom"))


def _places(valves: Iterable[str], places: dict[str, Point]) -> str:
    return _json([[places[v].x, places[v].y] for v in sorted(valves) if v in places])


def _reopening(found: IsolationPlan, option: Reopening, places: dict[str, Point]) -> Row:
    return {
        "choices": [*_kept(found), *(f"opened:{valve}" for valve in option.open_valves)],
        "open": option.open_valves,
        "names": words.listed(option.open_valves),
        "first": words.listed(option.also_close),
        "customers": len(option.customers),
        "persons": option.persons,
        "zones": option.pressure_zones if option.joins_pressure_zones else (),
        "places": _places(option.open_valves, places),
    }


def _points(revision: NetworkRevision, points: Iterable[PlacedPoint]) -> list[Row]:
    """Places to fetch water, with the street that a tanker stops in: a junction has no name."""
    rows = [_point(each) for each in points]
    stops = [row["asset"] for row in rows if row["kind"] == TANKER]
    streets = streets_at(revision, stops) if stops else {}
    return [row | {"street": local(*streets.get(row["asset"], ("", "")))} for row in rows]


def _point(placed: PlacedPoint) -> Row:
    point = placed.point
    return {
        "asset": point.place,
        "kind": placed.kind,
        "customers": point.customers,
        "persons": point.persons,
        "mean_m": point.mean_m,
        "farthest_m": point.farthest_m,
        "lon": placed.lon,
        "lat": placed.lat,
    }
