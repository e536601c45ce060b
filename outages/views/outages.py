"""An outage from its plan's approval to its file: what the control room does in its course."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.forms.outages import EstimateForm, OrderForm, RepairForm
from outages.forms.plans import ReasonForm
from outages.models import Outage, ValveOperation
from outages.selectors import plan_in_force
from outages.services import orders, reopening
from outages.services import outages as services
from outages.views.actor import acting
from outages.views.panels import Banner, outage_panel
from outages.views.refusals import REFUSALS, in_words
from outages.views.screen import may, show_done, show_screen

Step = Callable[[Outage], str]


def _outage(outage_id: int) -> Outage:
    return get_object_or_404(Outage, pk=outage_id)


@require_safe
@never_cache
@may("outages.view_outages")
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show an outage with its plan, progress and history."""
    return show_screen(request, outage_panel(_outage(outage_id), request.user))


def _carry_out(request: HttpRequest, found: Outage, step: Step) -> HttpResponse:
    """Do one step; show the outage as it is then, or why it was refused."""
    try:
        message = step(found)
    except REFUSALS as refused:
        found.refresh_from_db()
        panel = outage_panel(found, request.user, banner=Banner("danger", in_words(refused)))
        return show_screen(request, panel, status=409)
    found.refresh_from_db()
    return show_done(request, outage_panel(found, request.user), message)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def change_estimate(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Say anew when water is back; who was told before is told again."""
    found = _outage(outage_id)
    form = EstimateForm(request.POST)
    if not form.is_valid():
        panel = outage_panel(found, request.user, forms={"estimate": form})
        return show_screen(request, panel, status=422, open_form="estimate")

    def step(outage: Outage) -> str:
        services.change_estimate(outage, by=acting(request), at=timezone.now(), **form.cleaned_data)
        return gettext("Changed. Those who were told before are told again.")

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def order_crew(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Order a crew out where none is."""
    found = _outage(outage_id)
    form = OrderForm(request.POST, plan=plan_in_force(found))
    if not form.is_valid():
        panel = outage_panel(found, request.user, forms={"order": form})
        return show_screen(request, panel, status=422, open_form="order")

    def step(outage: Outage) -> str:
        crew = form.cleaned_data["crew"]
        order = orders.issue_order(outage, crew=crew, by=acting(request), at=timezone.now())
        return gettext("Order %(number)s is out.") % {"number": order.number}

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def tell_crew(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Record that the crew was told by telephone; this stops the dispatch clock."""

    def step(outage: Outage) -> str:
        if order := orders.open_order(outage):
            orders.notify_crew(order, by=acting(request), at=timezone.now())
        return gettext("Recorded: the crew was told.")

    return _carry_out(request, _outage(outage_id), step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def record_repair(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Record that the pipe is sound again, where the crew has not said so."""
    found = _outage(outage_id)
    form = RepairForm(request.POST)
    if not form.is_valid():
        panel = outage_panel(found, request.user, forms={"repair": form})
        return show_screen(request, panel, status=422, open_form="repair")

    def step(outage: Outage) -> str:
        reason = form.cleaned_data["reason"]
        services.record_repair(outage, by=acting(request), at=timezone.now(), reason=reason)
        return gettext("Repair recorded. Next: plan the reopening.")

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def plan_reopening(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Make the steps for opening, slow refill first."""

    def step(outage: Outage) -> str:
        made = reopening.plan_reopening(outage, by=acting(request), at=timezone.now())
        if made.handed_over:
            codes = ", ".join(f"{each.valve} → {each.outage.code}" for each in made.handed_over)
            return gettext("Reopening planned. Still needed shut: %(codes)s") % {"codes": codes}
        return gettext("Reopening planned: the crew sees the steps.")

    return _carry_out(request, _outage(outage_id), step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def leave_closed(request: HttpRequest, outage_id: int, operation_id: int) -> HttpResponse:
    """Keep one valve shut on purpose, with a reason; its code is typed to confirm."""
    found = _outage(outage_id)
    operation = get_object_or_404(ValveOperation, pk=operation_id, plan__outage=found)
    if request.POST.get("typed", "").strip() != operation.valve:
        text = gettext("Type %(valve)s to confirm that it stays shut.") % {"valve": operation.valve}
        panel = outage_panel(found, request.user, banner=Banner("warn", text))
        return show_screen(request, panel, status=422)

    def step(outage: Outage) -> str:
        reason = request.POST.get("reason", "")
        reopening.leave_closed(operation, reason=reason, by=acting(request), at=timezone.now())
        return gettext("%(valve)s stays shut.") % {"valve": operation.valve}

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.close_outage")
def restore(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Declare that water is back; the all-clear goes out."""

    def step(outage: Outage) -> str:
        services.restore_outage(outage, by=acting(request), at=timezone.now())
        return gettext("Supply restored. The all-clear goes out.")

    return _carry_out(request, _outage(outage_id), step)


@require_POST
@may("outages.view_outages", "outages.close_outage")
def close(request: HttpRequest, outage_id: int) -> HttpResponse:
    """File a restored outage."""

    def step(outage: Outage) -> str:
        services.close_outage(outage, by=acting(request), at=timezone.now())
        return gettext("The outage is closed.")

    return _carry_out(request, _outage(outage_id), step)


@require_POST
@may("outages.view_outages", "outages.close_outage")
def cancel(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Call off an outage that has not begun, with a reason."""
    found = _outage(outage_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        panel = outage_panel(found, request.user, forms={"cancel": form})
        return show_screen(request, panel, status=422, open_form="cancel")

    def step(outage: Outage) -> str:
        reason = form.cleaned_data["reason"]
        services.cancel_outage(outage, reason=reason, by=acting(request), at=timezone.now())
        return gettext("Called off.")

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def make_ready(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Everything before publication is there: the notice is drafted."""

    def step(outage: Outage) -> str:
        services.make_ready(outage, by=acting(request), at=timezone.now())
        return gettext("Ready. The notice waits to be published.")

    return _carry_out(request, _outage(outage_id), step)


@require_POST
@may("outages.view_outages", "outages.approve_plan")
def start(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Let planned works begin now."""

    def step(outage: Outage) -> str:
        services.start_outage(outage, by=acting(request), at=timezone.now())
        return gettext("The works have begun.")

    return _carry_out(request, _outage(outage_id), step)
