"""The registers: departments with their acceptors, categories, districts and routes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.forms.rules.registers import AcceptorForm, RouteForm
from outages.forms.shape.panel import ReasonForm
from outages.models import Acceptor, Department, District, OrderCategory, RoutingEntry
from outages.selectors.rules import departments as departments_of
from outages.services.rules import departments
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import in_words

SEES = "outages.view_outages"
KEEPS = "outages.manage_departments"


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    departments.ship_organisation()
    now = timezone.now()
    rows = Department.objects.prefetch_related("acceptors", "categories").order_by("pk")
    gone = departments_of.retirements()
    context = {
        "departments": [
            {
                "department": row,
                "acceptors": [each for each in row.acceptors.all() if each.is_active],
                "retired": [
                    (each, gone.get(each.pk)) for each in row.acceptors.all() if not each.is_active
                ],
                "now": departments_of.addressee(row, at=now) if row.takes_orders else None,
            }
            for row in rows
        ],
        "routes": RoutingEntry.objects.filter(is_active=True).select_related(
            "category", "district", "department", "crew"
        ),
        "categories": OrderCategory.objects.select_related("department"),
        "districts": District.objects.order_by("code"),
        "acceptor_form": AcceptorForm(),
        "route_form": RouteForm(),
        "keeps": request.user.has_perm(KEEPS),
        "now": now,
    }
    return render(request, "outages/orders/departments.html", context | more, status=status)


@require_safe
@never_cache
@may(SEES)
def department_list(request: HttpRequest) -> HttpResponse:
    """Show who answers for what, and who would be rung up now."""
    return _page(request)


@require_POST
@may(SEES, KEEPS)
def add_acceptor(request: HttpRequest, code: str) -> HttpResponse:
    """Enter an acceptor of a department."""
    department = get_object_or_404(Department, code=code)
    form = AcceptorForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, acceptor_form=form, open_code=code)
    try:
        departments.add_acceptor(
            department, **form.cleaned_data, by=acting(request), at=timezone.now()
        )
    except departments.RegisterRefused as refused:
        return _page(
            request, status=409, acceptor_form=form, open_code=code, problem=in_words(refused)
        )
    messages.success(request, _("Entered."))
    return redirect("outages:departments")


@require_POST
@may(SEES, KEEPS)
def retire_acceptor(request: HttpRequest, acceptor_id: int) -> HttpResponse:
    """Take an acceptor off the register, with a reason."""
    acceptor = get_object_or_404(Acceptor, pk=acceptor_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        problem = _("Say why: the reason is kept with the record.")
        return _page(request, status=422, problem=problem)
    try:
        departments.retire_acceptor(
            acceptor, reason=form.cleaned_data["reason"], by=acting(request), at=timezone.now()
        )
    except departments.RegisterRefused as refused:
        return _page(request, status=409, problem=in_words(refused))
    messages.success(request, _("Off the register."))
    return redirect("outages:departments")


@require_POST
@may(SEES, KEEPS)
def add_route(request: HttpRequest) -> HttpResponse:
    """Enter a routing rule."""
    form = RouteForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, route_form=form, open_route=True)
    departments.add_route(**form.cleaned_data, by=acting(request), at=timezone.now())
    messages.success(request, _("Entered. New orders follow it."))
    return redirect("outages:departments")


@require_POST
@may(SEES, KEEPS)
def retire_route(request: HttpRequest, route_id: int) -> HttpResponse:
    """Take a routing rule out of force."""
    route = get_object_or_404(RoutingEntry, pk=route_id)
    departments.retire_route(route, by=acting(request), at=timezone.now())
    messages.success(request, _("Out of force."))
    return redirect("outages:departments")
