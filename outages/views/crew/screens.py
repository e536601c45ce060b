"""The crew's screens: my orders, and one order as the steps that are next. Phone first.

Every action is a plain form; the page's script only makes it work without signal.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.choices import CannotReason
from outages.forms.crew.steps import StepForm
from outages.forms.crew.works import LeakBackForm, RepairForm, ResultForm
from outages.forms.orders.results import OrderResultForm
from outages.models import OperationPhoto, ValveOperation, WorkOrder
from outages.selectors.privacy.contacts import contact_of
from outages.services.desk import disclosures
from outages.services.field import failed_repair, photos, reopening, work
from outages.services.rules.reasons import ReasonMissing
from outages.services.shutdown import acknowledgements
from outages.views.crew.node_rows import nodes
from outages.views.crew.orders import (
    Situation,
    changes,
    crew_code_of,
    order_or_404,
    orders_of,
    situation,
)
from outages.views.crew.posting_rows import postings
from outages.views.crew.words import (
    CANNOT_WORDS,
    order_title,
    photo_words,
    refusal_text,
    script_words,
)
from outages.views.privacy.reveal import reveal
from outages.views.shape.actor import acting
from outages.views.words.refusals import in_words
from outages.workflow import TransitionRefused

MILESTONES: dict[str, Callable[..., WorkOrder]] = {
    "accept": work.accept_order,
    "set_out": work.set_out,
    "arrive": work.arrive,
    "start": work.start_work,
}
may_work = permission_required("outages.work_orders", raise_exception=True)
may_operate = permission_required("outages.operate_plan", raise_exception=True)


@may_work
@never_cache
@require_safe
def work_orders(request: HttpRequest) -> HttpResponse:
    """List the crew's open orders, newest first."""
    code = crew_code_of(request.user)
    rows = [(order_title(found), found) for found in _situations(request, code)]
    return render(request, "outages/crew/orders.html", {"rows": rows, "crew_code": code})


def _situations(request: HttpRequest, code: str) -> list[Situation]:
    return [situation(order, crew_code=code) for order in orders_of(request.user)]


@may_work
@never_cache
@require_safe
def work_order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: what is to be done now fills the screen."""
    return _page(request, order_or_404(request, number))


@may_work
@require_POST
def caller_phone(request: HttpRequest, number: str) -> HttpResponse:
    """Show the number of whoever told us of this order; asking for the way is reason enough."""
    order = order_or_404(request, number)
    report = order.report
    if report is None or not report.contact_phone:
        raise Http404
    return reveal(
        request,
        lambda: disclosures.show_caller_phone(
            report, why=disclosures.ON_SITE, by=acting(request), at=timezone.now()
        ),
        whose=report.reference,
        back=reverse("outages:work-order", args=[order.number]),
    )


def _page(
    request: HttpRequest, order: WorkOrder, *, status: int = 200, **more: Any
) -> HttpResponse:
    chosen = request.GET.get("step", "")
    found = situation(
        order,
        crew_code=crew_code_of(request.user),
        chosen=int(chosen) if chosen.isdecimal() else None,
    )
    context = _frame(request, found) | more
    if found.superseded is not None:
        context["changes"], context["kept"] = changes(found.superseded, found.steps)
        return render(request, "outages/crew/superseded.html", context, status=status)
    context.setdefault("repair_form", RepairForm())
    context.setdefault("leak_form", LeakBackForm())
    context.setdefault("result_form", _result_form(order))
    return render(request, "outages/crew/order.html", context, status=status)


def _result_form(order: WorkOrder, told: QueryDict | None = None) -> ResultForm | OrderResultForm:
    """What is asked at the end: all of the sheet where no plan of valves says the rest."""
    if order.outage_id is None:
        return OrderResultForm(told, order=order)
    return ResultForm(told)


def _frame(request: HttpRequest, found: Situation) -> dict[str, Any]:
    target = found.current or (found.steps[0] if found.steps else None)
    place = target.operation.geom if target else None
    if place is None and found.report is not None:
        place = found.report.geom
    if place is None:
        place = found.order.geom
    return {
        "found": found,
        "order": found.order,
        "plan": found.plan,
        "title": order_title(found),
        "place": place,
        "postings": postings(found.order),
        "nodes": nodes(found.order),
        "dispatch_phone": _dispatch_phone(found.order),
        "cannot_reasons": [(value, CANNOT_WORDS[value]) for value in CannotReason.values],
        "texts": script_words(),
        "contact": contact_of(found.report, request.user) if found.report else None,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "tiles": reverse("layers:tile", args=[0, 0, 0]).replace("0/0/0.mvt", "{z}/{x}/{y}.mvt"),
    }


def _dispatch_phone(order: WorkOrder) -> str:
    """Return the number of who gave the order, else the utility's hotline."""
    return str(getattr(order.issued_by, "phone", "") or settings.HOTLINE)


@may_work
@never_cache
@require_safe
def work_order_map(request: HttpRequest, number: str) -> HttpResponse:
    """The plan on the live map, with its steps as a list."""
    order = order_or_404(request, number)
    found = situation(order, crew_code=crew_code_of(request.user))
    return render(request, "outages/crew/map.html", _frame(request, found))


@may_work
@require_POST
def milestone(request: HttpRequest, number: str) -> HttpResponse:
    """Accept the order, set out, arrive, begin."""
    order = order_or_404(request, number)
    record = MILESTONES.get(request.POST.get("milestone", ""))
    if record is None:
        return _page(request, order, status=400, problem=_("This button is not known."))
    try:
        record(order, by=acting(request), at=timezone.now())
    except (work.OrderRefused, TransitionRefused):
        messages.error(request, _("This was told already. Here is how it stands."))
    return redirect("outages:work-order", number=number)


@may_operate
@require_POST
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    """The crew has read the plan that replaced the one it was working on."""
    order = order_or_404(request, number)
    code = crew_code_of(request.user)
    found = situation(order, crew_code=code)
    shown = request.POST.get("plan", "")
    if found.plan is not None and found.superseded is not None and shown == str(found.plan.pk):
        acknowledgements.acknowledge_plan(
            found.plan, crew=code, by=acting(request), at=timezone.now()
        )
    return redirect("outages:work-order", number=number)


def step_or_404(order: WorkOrder, operation_id: int) -> ValveOperation:
    """Return a step of the order's outage, under whichever plan."""
    if order.outage_id is None:
        raise Http404
    step = (
        ValveOperation.objects.select_related("plan__outage")
        .filter(pk=operation_id, plan__outage_id=order.outage_id)
        .first()
    )
    if step is None:
        raise Http404
    return step


@may_operate
@require_POST
def record_step(request: HttpRequest, number: str, operation_id: int) -> HttpResponse:
    """Take one answer to one step, from a form."""
    order = order_or_404(request, number)
    step = step_or_404(order, operation_id)
    form = StepForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, order, status=422, problem=_first_error(form), problem_step=step.pk)
    try:
        _take(step, form.cleaned_data, request)
    except work.StepRefused as refused:
        return _page(request, order, status=409, problem=refusal_text(refused.code))
    except photos.PhotoRefused:
        messages.error(request, photo_words())
    return redirect("outages:work-order", number=number)


def _first_error(form: StepForm) -> str:
    errors = [str(error) for field in form.errors.values() for error in field]
    return errors[0] if errors else _("Say whether it is done.")


def _take(step: ValveOperation, answer: dict[str, Any], request: HttpRequest) -> None:
    now = timezone.now()
    if answer["result"] == "left_closed":
        reopening.leave_closed(step, reason=answer["remark"], by=acting(request), at=now)
    else:
        work.record_valve_operation(
            step,
            result=answer["result"],
            done_at=now,
            client_key=answer["client_key"],
            by=acting(request),
            at=now,
            turns=answer["turns"],
            remark=answer["remark"],
            cannot_reason=answer["cannot_reason"],
        )
    if answer["photo"]:
        photos.add_photo(step, file=answer["photo"], by=acting(request), at=now)


@may_work
@require_POST
def repair(request: HttpRequest, number: str) -> HttpResponse:
    """The pipe is sound again."""
    order = order_or_404(request, number)
    form = RepairForm(request.POST)
    if not form.is_valid():
        return _page(request, order, status=422, repair_form=form)
    now = timezone.now()
    try:
        with transaction.atomic():
            if order.status in ("accepted", "en_route", "on_site"):
                order = work.start_work(order, by=acting(request), at=now)
            work.complete_repair(order, by=acting(request), at=now, **form.cleaned_data)
    except (work.OrderRefused, TransitionRefused):
        form.add_error(None, ValidationError(_("The order does not stand at the repair.")))
        return _page(request, order, status=409, repair_form=form)
    return redirect("outages:work-order", number=number)


@may_work
@require_POST
def leak_back(request: HttpRequest, number: str) -> HttpResponse:
    """The repair does not hold: nothing more is opened, and the dispatchers are alarmed."""
    order = order_or_404(request, number)
    form = LeakBackForm(request.POST)
    if order.outage is None:
        raise Http404
    if not form.is_valid():
        return _page(request, order, status=422, leak_form=form)
    try:
        failed_repair.report_failed_repair(
            order.outage, by=acting(request), at=timezone.now(), **form.cleaned_data
        )
    except work.StepRefused as refused:
        return _page(request, order, status=409, problem=refusal_text(refused.code))
    except failed_repair.NoRepairToFail:
        messages.error(request, _("This was told already. Here is how it stands."))
    return redirect("outages:work-order", number=number)


@may_work
@require_POST
def result(request: HttpRequest, number: str) -> HttpResponse:
    """How it went, once the water is back."""
    order = order_or_404(request, number)
    form = _result_form(order, request.POST)
    if not form.is_valid():
        return _page(request, order, status=422, result_form=form)
    try:
        facts = work.ResultFacts(**form.cleaned_data)
        work.enter_result(order, facts=facts, by=acting(request), at=timezone.now())
    except (work.OrderRefused, TransitionRefused, ReasonMissing) as refused:
        if order.outage_id is None:
            return _page(request, order, status=409, result_form=form, problem=in_words(refused))
        messages.error(request, _("The result is entered once the water is back."))
    return redirect("outages:work-order", number=number)


@never_cache
@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photo of a step: for the crew whose order it is, and for who sees outages."""
    found = OperationPhoto.objects.select_related("operation__plan").filter(pk=photo_id).first()
    if not request.user.has_perm("outages.view_outages"):
        if not request.user.has_perm("outages.work_orders"):
            raise PermissionDenied
        code = crew_code_of(request.user)
        orders = WorkOrder.objects.filter(crew__code=code, crew__code__gt="")
        if found and not orders.filter(outage=found.operation.plan.outage).exists():
            found = None
    if found is None:
        raise Http404
    with found.image.open() as file:
        return HttpResponse(file.read(), content_type="image/jpeg")
