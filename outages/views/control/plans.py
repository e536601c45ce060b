"""Plans: look at one, change it, approve or adopt it, and who loses water by it."""

import csv
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network.models import Customer, Hydrant, Source
from network.selectors import current_revision
from outages.choices import Effect
from outages.forms.control.plans import VALVE_CHOICES, ApproveForm, WhatIfForm
from outages.forms.shape.panel import ReasonForm
from outages.models import IsolationPlan
from outages.selectors import affected_customers, mask_phone
from outages.services import outages as outage_services
from outages.services.desk import disclosures
from outages.services.shutdown import plans as services
from outages.services.shutdown.in_force import PlanSuperseded, StalePlan, newest_of
from outages.views.control.allowed import may_confirm
from outages.views.control.overlap_rows import overlap_rows
from outages.views.control.panels import Panel, difference, outage_panel, report_panel
from outages.views.exports.tables import Cell, safe_cell
from outages.views.privacy.reveal import reveal, told_why
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.screen import may, may_any, show_done, show_screen
from outages.views.words.needs import need_in_words
from outages.views.words.refusals import REFUSALS, in_words

PER_PAGE = 100


def _plan(plan_id: int) -> IsolationPlan:
    rows = IsolationPlan.objects.select_related("report", "outage", "replaces")
    return get_object_or_404(rows, pk=plan_id)


def panel_of(
    plan: IsolationPlan, request: HttpRequest, *, banner: Banner | None = None, **forms: Any
) -> Panel:
    """Build the panel of the case that a plan belongs to, showing this plan."""
    if plan.outage is not None:
        return outage_panel(plan.outage, request.user, plan=plan, banner=banner, forms=forms)
    assert plan.report is not None, "a plan belongs to a report or an outage"
    return report_panel(plan.report, request.user, plan=plan, banner=banner, forms=forms)


@require_safe
@never_cache
@may("outages.view_outages")
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show one version of a plan; an old one says that it is replaced."""
    found = _plan(plan_id)
    newest = newest_of(found)
    banner = None
    if newest.pk != found.pk:
        title = gettext("This is v%(version)s of the plan.") % {"version": found.version}
        newer = gettext("The newest is v%(version)s.") % {"version": newest.version}
        banner = Banner("warn", title, newer)
    return show_screen(request, panel_of(found, request, banner=banner))


def _conflict(request: HttpRequest, refused: StalePlan | PlanSuperseded) -> HttpResponse:
    """Answer 409 with the plan to look at now, and what differs from the one that was sent."""
    if isinstance(refused, StalePlan):
        fresh = _plan(refused.fresh.pk)
        text = gettext("The network changed. Review the difference first.")
        banner = Banner(
            "warn", text, gettext("v%(version)s was just computed.") % {"version": fresh.version}
        )
        panel = panel_of(fresh, request, banner=banner)
        panel.difference = difference(_plan(refused.plan.pk), fresh)
        return show_screen(request, panel, status=409)
    newer = _plan(refused.newer.pk)
    title = gettext("Somebody was faster: this plan is decided already.")
    banner = Banner("danger", title, gettext("What you see now is the plan that holds."))
    return show_screen(request, panel_of(newer, request, banner=banner), status=409)


def _refused(request: HttpRequest, found: IsolationPlan, text: str, **forms: Any) -> HttpResponse:
    banner = Banner("danger", text)
    return show_screen(request, panel_of(found, request, banner=banner, **forms), status=422)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def approve(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Put a report's plan in force, once its consequences were read and confirmed."""
    found = _plan(plan_id)
    form = ApproveForm(request.POST, plan=found)
    if not form.is_valid():
        text = gettext("Not approved yet: please check what is marked.")
        return _refused(request, found, text, approve=form)
    data = form.cleaned_data
    if not data["confirmed"]:
        with_names = request.user.has_perm("outages.view_customers")
        overlaps = overlap_rows(found, at=timezone.now(), with_names=with_names)
        context = {"plan": found, "form": form, "crew": data["crew"], "overlaps": overlaps}
        return render(request, "outages/control/approve_confirm.html", context)
    try:
        approval = services.approve_plan(
            found,
            by=acting(request),
            at=timezone.now(),
            estimated_restoration_at=data["estimated_restoration_at"],
            crew=data["crew"],
            cause=data["cause"],
            place=data["place"],
            place_en=data["place_en"],
            reason=data.get("reason", ""),
            on_trunk_road=data["on_trunk_road"],
        )
    except (StalePlan, PlanSuperseded) as conflict:
        return _conflict(request, conflict)
    except REFUSALS as refused:
        return _refused(request, found, in_words(refused), approve=form)
    message = gettext("Approved. %(crew)s has the order.") % {"crew": form.crew_label}
    return show_done(request, outage_panel(approval.outage, request.user), message)


@require_POST
@may("outages.view_outages")
@may_any("outages.approve_plan", "outages.stop_plant")
def adopt(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Replace the plan in force by the one proposed; before there is one, confirm the impact."""
    found = _plan(plan_id)
    outage = found.outage
    if outage is None:
        raise Http404
    if not may_confirm(outage, request.user):
        raise PermissionDenied
    reason, by, at = request.POST.get("reason", ""), acting(request), timezone.now()
    try:
        if outage.status == "draft":
            outage_services.confirm_impact(outage, plan=found, by=by, at=at, reason=reason)
        else:
            services.adopt_plan(found, by=by, at=at, reason=reason)
    except (StalePlan, PlanSuperseded) as conflict:
        return _conflict(request, conflict)
    except REFUSALS as refused:
        return _refused(request, found, in_words(refused))
    outage.refresh_from_db()
    return show_done(request, outage_panel(outage, request.user), gettext("The plan is in force."))


@require_POST
@may("outages.view_outages", "outages.plan_isolation")
def abort(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Give a proposed plan up, with a reason."""
    found = _plan(plan_id)
    try:
        services.abort_plan(
            found, reason=request.POST.get("reason", ""), by=acting(request), at=timezone.now()
        )
    except PlanSuperseded as conflict:
        return _conflict(request, conflict)
    except REFUSALS as refused:
        return _refused(request, found, in_words(refused), abort=ReasonForm(request.POST))
    if found.outage is not None:
        panel = outage_panel(found.outage, request.user)
    else:
        assert found.report is not None
        panel = report_panel(found.report, request.user)
    return show_done(request, panel, gettext("The plan is given up."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may("outages.view_outages", "outages.plan_isolation")
def adjust(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Assume other things of valves and sources, and compute the next version on them."""
    found = _plan(plan_id)
    if request.method != "POST":
        return _editor(request, found, WhatIfForm())
    form = WhatIfForm(request.POST)
    if not form.is_valid():
        return _editor(request, found, form, status=422)
    try:
        changed = services.adjust_plan(
            found,
            what_if=form.what_if,
            reason=form.cleaned_data["reason"],
            by=acting(request),
            at=timezone.now(),
        )
    except PlanSuperseded as conflict:
        return _conflict(request, conflict)
    except REFUSALS as refused:
        form.add_error(None, in_words(refused))
        return _editor(request, found, form, status=422)
    changed = _plan(changed.pk)
    message = gettext("Computed: v%(version)s.") % {"version": changed.version}
    if changed.outage is not None:
        return show_done(request, outage_panel(changed.outage, request.user), message)
    return show_done(request, panel_of(changed, request), message)


def _editor(
    request: HttpRequest, found: IsolationPlan, form: WhatIfForm, *, status: int = 200
) -> HttpResponse:
    panel = panel_of(found, request, whatif=form)
    panel.editing = True
    chosen = _chosen(found, form)
    in_plan = set(found.answer["valves_to_close"])
    sources = Source.objects.filter(revision=current_revision()).order_by("name", "asset_id")
    inactive = form.sources if form.is_bound else found.what_if.get("inactive_sources", [])
    return show_screen(
        request,
        panel,
        status=status,
        chosen=chosen,
        assumed=[valve for valve in chosen if valve not in in_plan],
        sources=sources,
        inactive=inactive,
    )


def _chosen(found: IsolationPlan, form: WhatIfForm) -> dict[str, str]:
    """Return what is assumed of each valve at present: as typed, else as the plan has it."""
    if form.is_bound:
        pairs = [pair.partition(":") for pair in form.choices]
        return {valve: name for name, _colon, valve in pairs if valve}
    names = VALVE_CHOICES
    return {valve: name for name in names for valve in found.what_if.get(name, [])}


@require_safe
@never_cache
@may("outages.view_outages", "outages.view_customers")
def customers(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """List who loses water, by `part`; `?format=csv` gives the file, telephones masked."""
    found = _plan(plan_id)
    part = request.GET.get("part", "customers")
    if part == "hydrants":
        return _hydrants(request, found)
    rows = _rows_of(found, part)
    if request.GET.get("format") == "csv":
        disclosures.note_list(
            rows=len(rows), by=acting(request), at=timezone.now(), outage=found.outage
        )
        return _csv(found, part, rows)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"plan": found, "part": part, "page": page, "panel_url": panel_url(found)}
    return render(request, "outages/control/plan_customers.html", context)


def panel_url(found: IsolationPlan) -> str:
    """Return the address of the case that a plan belongs to."""
    if found.outage_id:
        return reverse("outages:outage", args=[found.outage_id])
    return reverse("outages:report", args=[found.report_id])


def _rows_of(found: IsolationPlan, part: str) -> list[dict[str, Any]]:
    effects = {
        "zone": {Effect.ZONE},
        "unintended": {Effect.UNINTENDED},
        "dry": {Effect.ALREADY_DRY},
    }.get(part, {Effect.ZONE, Effect.UNINTENDED})
    rows = []
    for affected, customer in affected_customers(found):
        if affected.effect not in effects:
            continue
        is_key = customer is not None and (customer.key_user or customer.large_user)
        if part == "key" and not is_key:
            continue
        rows.append(
            {
                "asset_id": affected.customer,
                "effect": affected.get_effect_display(),
                "customer": customer,
                "phone": mask_phone(customer.phone) if customer and customer.phone else "",
                "is_key": is_key,
                "need": need_in_words(customer.special_user) if customer else "",
            }
        )
    return rows


def _hydrants(request: HttpRequest, found: IsolationPlan) -> HttpResponse:
    rows = Hydrant.objects.filter(
        revision__number=found.revision_number, asset_id__in=found.answer["hydrants_dry"]
    ).order_by("asset_id")
    context = {"plan": found, "part": "hydrants", "hydrants": rows, "panel_url": panel_url(found)}
    return render(request, "outages/control/plan_customers.html", context)


class _Echo:
    """A file that hands back what is written to it, for a CSV that is sent as it is made."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _csv(found: IsolationPlan, part: str, rows: list[dict[str, Any]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    heads: list[Cell] = ["id", "effect", "account", "name", "address", "persons", "phone"]
    lines = [heads, *(_line(row) for row in rows)]
    # A byte-order mark, because spreadsheets take a CSV without one for the system's encoding.
    body = ("\ufeff" * (i == 0) + writer.writerow(line) for i, line in enumerate(lines))
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"plan-{found.pk}-v{found.version}-{part if part.isalpha() else 'all'}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _line(row: dict[str, Any]) -> list[Cell]:
    customer: Customer | None = row["customer"]
    facts: list[Cell] = [safe_cell(row["asset_id"]), row["effect"]]
    if customer is None:
        return [*facts, "", "", "", "", ""]
    persons = "" if customer.persons is None else str(customer.persons)
    told = [customer.account, customer.name, customer.address, persons, row["phone"]]
    return [*facts, *map(safe_cell, told)]


@require_POST
@may("outages.view_outages", "outages.view_customers")
def phone(request: HttpRequest, plan_id: int, customer: str) -> HttpResponse:
    """Show the number of a customer of this plan; who asked, and why, is recorded."""
    found = _plan(plan_id)
    get_object_or_404(found.affected, customer=customer)
    row = get_object_or_404(Customer, revision__number=found.revision_number, asset_id=customer)
    return reveal(
        request,
        lambda: disclosures.show_customer_phone(
            row, why=told_why(request), by=acting(request), at=timezone.now(), outage=found.outage
        ),
        whose=row.name or row.account,
        back=panel_url(found),
    )
