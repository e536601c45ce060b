"""What the crew's phone needs to work without signal: its worker script, and the batch it sends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages import selectors
from outages.forms.crew.steps import QueuedStepForm
from outages.models import ValveOperation, WorkOrder
from outages.services.field import photos, work
from outages.services.field.work import Refusal, StepOutcome, StepReport
from outages.views.crew.orders import order_or_404
from outages.views.crew.screens import may_operate, may_work, step_or_404
from outages.views.crew.words import photo_words, refusal_text
from outages.views.shape.actor import acting
from outages.views.shape.json_bodies import read_json

WORKER = Path(__file__).parents[2] / "static/outages/js/crew/service_worker.js"
MOST_PER_BATCH = 100
# A phone that was off for longer has a clock that nobody can check.
OLDEST = timedelta(days=7)


@may_work
@require_safe
def service_worker(_request: HttpRequest) -> HttpResponse:
    """The script that keeps the crew's pages; it must come from the folder that it serves."""
    response = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@may_operate
@never_cache
@require_POST
def batch(request: HttpRequest, number: str) -> JsonResponse:
    """Take the steps that a phone collected, in the order given, each with its own answer.

    Body: {"items": [{operation, client_key, result, cannot_reason, turns, remark, done_at}]},
    `done_at` in milliseconds since 1970. Sending it again changes nothing.
    """
    order = order_or_404(request, number)
    items = _items(request)
    if items is None:
        return JsonResponse({"error": _("This batch cannot be read.")}, status=400)
    now = timezone.now()
    answers: dict[int, dict[str, Any]] = {}
    taken: dict[int, StepReport] = {}
    for index, item in enumerate(items):
        report, problem = _report(item, order, now)
        if report is None:
            answers[index] = _refused(item, Refusal.UNKNOWN_STEP, problem)
        else:
            taken[index] = report
    outcomes = work.record_operations(list(taken.values()), by=acting(request), at=now)
    for index, outcome in zip(taken, outcomes, strict=True):
        answers[index] = _answer(outcome)
    plan = selectors.plan_in_force(order.outage) if order.outage else None
    return JsonResponse(
        {
            "outcomes": [answers[index] for index in range(len(items))],
            "plan": plan.pk if plan else None,
            "version": plan.version if plan else None,
        }
    )


def _items(request: HttpRequest) -> list[dict[str, Any]] | None:
    try:
        items = read_json(request.body)["items"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(items, list) or len(items) > MOST_PER_BATCH:
        return None
    return items if all(isinstance(item, dict) for item in items) else None


def _report(item: dict[str, Any], order: WorkOrder, now: datetime) -> tuple[StepReport | None, str]:
    """Read one item of the batch: the report, or None and why not."""
    form = QueuedStepForm(item)
    if not form.is_valid():
        return None, "; ".join(str(e) for field in form.errors.values() for e in field)
    answer = form.cleaned_data
    steps = ValveOperation.objects.filter(pk=answer["operation"])
    if order.outage is None or not steps.filter(plan__outage=order.outage).exists():
        return None, refusal_text(Refusal.UNKNOWN_STEP)
    return (
        StepReport(
            operation=answer["operation"],
            client_key=answer["client_key"],
            result=answer["result"],
            done_at=phone_time(answer["done_at"], now),
            turns=answer["turns"],
            remark=answer["remark"],
            cannot_reason=answer["cannot_reason"],
        ),
        "",
    )


def phone_time(milliseconds: int, now: datetime) -> datetime:
    """Return the phone's time, or now where its clock cannot be right."""
    try:
        told = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return now
    return told if now - OLDEST <= told <= now else now


def _refused(item: dict[str, Any], code: str, text: str) -> dict[str, Any]:
    key = str(item.get("client_key", ""))
    return {"client_key": key, "outcome": "refused", "code": code, "text": text}


def _answer(outcome: StepOutcome) -> dict[str, Any]:
    return {
        "client_key": str(outcome.client_key),
        "outcome": outcome.outcome,
        "code": str(outcome.code),
        "text": refusal_text(outcome.code) if outcome.outcome == "refused" else "",
        "operation": outcome.operation.pk if outcome.operation else None,
        "proposal": outcome.proposal.version if outcome.proposal else None,
    }


@may_operate
@never_cache
@require_POST
def add_photo(request: HttpRequest, number: str, operation_id: int) -> JsonResponse:
    """Take a photo that was waiting in the phone."""
    order = order_or_404(request, number)
    step = step_or_404(order, operation_id)
    file = request.FILES.get("photo")
    if file is None:
        return JsonResponse({"error": _("There is no photo in this request.")}, status=400)
    try:
        kept = photos.add_photo(step, file=file, by=acting(request), at=timezone.now())
    except photos.PhotoRefused:
        return JsonResponse({"error": photo_words()}, status=422)
    return JsonResponse({"photo": kept.pk})
