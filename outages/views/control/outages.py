"""An outage from its plan's approval to its file: what the control room does in its course."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.forms.control.outages import EstimateForm, FailedRepairForm, OrderForm, RepairForm
from outages.forms.shape.panel import ReasonForm
from outages.models import Outage, ValveOperation
from outages.selectors import plan_in_force
from outages.services import orders
from outages.services import outages as services
from outages.services.field import failed_repair, reopening
from outages.views.control.panels import outage_panel
from outages.views.duties.sheets import handed_over
from outages.views.shape.actions import Actions, Told
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.screen import may, show_screen


def _outage(outage_id: int) -> Outage:
    return get_object_or_404(Outage, pk=outage_id)


action = Actions(_outage, outage_panel)


@require_safe
@never_cache
@may("outages.view_outages")
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show an outage with its plan, progress and history."""
    return show_screen(request, outage_panel(_outage(outage_id), request.user))


@action("outages.approve_plan", form=EstimateForm, opens="estimate")
def change_estimate(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Say anew when water is back; who was told before is told again."""
    services.change_estimate(outage, by=acting(request), at=timezone.now(), **told)
    return gettext("Changed. Those who were told before are told again.")


@action(
    "outages.approve_plan",
    form=OrderForm,
    opens="order",
    given=lambda outage: {"plan": plan_in_force(outage)},
)
def order_crew(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Order a crew out where none is."""
    order = orders.issue_order(outage, crew=told["crew"], by=acting(request), at=timezone.now())
    return gettext("Order %(number)s is out.") % {"number": order.number}


@action("outages.approve_plan")
def tell_crew(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """Record that the crew was told by telephone; this stops the dispatch clock."""
    if order := orders.open_order(outage):
        orders.notify_crew(order, by=acting(request), at=timezone.now())
    return gettext("Recorded: the crew was told.")


@action("outages.approve_plan", form=RepairForm, opens="repair")
def record_repair(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Record that the pipe is sound again, where the crew has not said so."""
    services.record_repair(outage, by=acting(request), at=timezone.now(), reason=told["reason"])
    return gettext("Repair recorded. Next: plan the reopening.")


@action("outages.approve_plan")
def plan_reopening(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """Make the steps for opening, slow refill first."""
    made = reopening.plan_reopening(outage, by=acting(request), at=timezone.now())
    if made.handed_over:
        codes = ", ".join(f"{each.valve} → {each.outage.code}" for each in made.handed_over)
        return gettext("Reopening planned. Still needed shut: %(codes)s") % {"codes": codes}
    return gettext("Reopening planned: the crew sees the steps.")


@action("outages.approve_plan", form=FailedRepairForm, opens="failed")
def repair_failed(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Break the opening off: the leak is back, and water will take longer."""
    found = told.pop("found")
    done = failed_repair.report_failed_repair(
        outage,
        found=found,
        estimate=failed_repair.NewEstimate(**told),
        by=acting(request),
        at=timezone.now(),
    )
    if done.proposal is not None:
        text = gettext("Nothing more is opened. More is to be shut than before: adopt v%(v)s.")
        return text % {"v": done.proposal.version}
    return gettext("Nothing more is opened. Call the crew: what was opened is to be shut again.")


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

    def step() -> str:
        reason = request.POST.get("reason", "")
        reopening.leave_closed(operation, reason=reason, by=acting(request), at=timezone.now())
        return gettext("%(valve)s stays shut.") % {"valve": operation.valve}

    return action.carry_out(request, outage_id, step)


@action("outages.close_outage")
def restore(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """Declare that water is back; the all-clear goes out."""
    services.restore_outage(outage, by=acting(request), at=timezone.now())
    return gettext("Supply restored. The all-clear goes out.")


@action("outages.close_outage")
def close(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """File a restored outage."""
    services.close_outage(outage, by=acting(request), at=timezone.now())
    return gettext("The outage is closed.")


@action("outages.close_outage", form=ReasonForm, opens="cancel")
def cancel(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Call off an outage that has not begun, with a reason."""
    services.cancel_outage(outage, reason=told["reason"], by=acting(request), at=timezone.now())
    return gettext("Called off.")


@action("outages.approve_plan")
def make_ready(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """Hand the sheet over; the outage goes on as far as its gates let it."""
    return handed_over(services.make_ready(outage, by=acting(request), at=timezone.now()))


@action("outages.approve_plan")
def start(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """Let planned works begin now."""
    services.start_outage(outage, by=acting(request), at=timezone.now())
    return gettext("The works have begun.")
