"""Who must do what about outages: my department's list, and the board of one outage."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from network.models import Customer
from network.selectors import current_revision
from outages.forms.duties.doing import AskForm, CallForm, EvidenceForm, WhyForm
from outages.forms.duties.outage import PostponeForm, SeverityForm
from outages.forms.duties.papers import PermitApplyForm, PermitDecideForm
from outages.forms.duties.supply import SupplyConfirmForm, SupplyPointForm
from outages.models import Outage, OutageTask, SupplyPoint
from outages.policy.matrix import Owner
from outages.selectors import plan_in_force
from outages.selectors.duties import duties_of, open_duties, waiting_by_owner
from outages.services import duties as services
from outages.services import outages as outage_services
from outages.services.desk.disclosures import TO_TELL, show_customer_phone
from outages.services.duties.doing import owner_permission
from outages.services.outages import severity
from outages.services.supply import points as supply_points
from outages.views.duties.gate_chain import chain_of
from outages.views.duties.rows import DutyRow, groups_of, is_late, rows_of, urgency
from outages.views.duties.words import PERMITS, owner_names
from outages.views.privacy.reveal import reveal
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.page_actions import PageActions, Told
from outages.views.shape.screen import may
from outages.views.words.wording import chip_of_outage, outage_title
from outages.workflow import OPEN_OUTAGES, OutageKind

SEES = "outages.view_outages"
_OWN = tuple(Owner)


def _outage(outage_id: int) -> Outage:
    return get_object_or_404(Outage, pk=outage_id)


def _duty(duty_id: int) -> OutageTask:
    rows = OutageTask.objects.select_related("outage", "done_by")
    return get_object_or_404(rows, pk=duty_id)


def owners_of(user: AbstractBaseUser | AnonymousUser) -> list[str]:
    """Departments whose duties this person may do."""
    return [str(owner) for owner in _OWN if user.has_perm(owner_permission(owner))]  # type: ignore[union-attr]


# -- My department's list ------------------------------------------------------------


@require_safe
@never_cache
@may(SEES)
def duty_list(request: HttpRequest) -> HttpResponse:
    """List what waits, by outage, for one's own departments or the one asked for."""
    return list_page(request)


def list_page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the list."""
    asked = request.GET.get("owner", "")
    own = owners_of(request.user)
    shown = [asked] if asked in _OWN else (own or [str(owner) for owner in _OWN])
    at = timezone.now()
    rows = rows_of(open_duties(shown), request.user)
    context = {
        "cases": _by_outage(rows),
        "late": sum(is_late(row, at) for row in rows),
        "count": sum(row.is_open and row.duty.due_at is not None for row in rows),
        "owners": _owner_links(request, asked, own),
        "now": at,
        **more,
    }
    return render(request, "outages/duties/list.html", context, status=status)


def _by_outage(rows: list[DutyRow]) -> list[tuple[Outage, list[DutyRow]]]:
    found: dict[int, list[DutyRow]] = {}
    for row in sorted(rows, key=urgency):
        found.setdefault(row.duty.outage_id, []).append(row)
    return [(each[0].duty.outage, each) for each in found.values()]


def _owner_links(request: HttpRequest, asked: str, own: list[str]) -> list[dict[str, Any]]:
    counts = waiting_by_owner()
    links = []
    if own:
        links.append({"label": gettext("Mine"), "url": "?", "current": asked not in _OWN})
    names = owner_names()
    for owner in _OWN:
        label = f"{names[owner]} {counts.get(owner, 0)}"
        links.append({"label": label, "url": f"?owner={owner}", "current": asked == owner})
    return links


# -- The board of one outage ------------------------------------------------------------


@require_safe
@never_cache
@may(SEES)
def outage_duties(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show an outage's gates, duties, papers and places for water."""
    return board_page(request, _outage(outage_id))


def board_page(
    request: HttpRequest,
    outage: Outage,
    *,
    status: int = 200,
    banner: Banner | None = None,
    filled: Any = None,
) -> HttpResponse:
    """Answer with the board; `filled` is a form that did not hold."""
    at = timezone.now()
    rows = rows_of(duties_of(outage), request.user)
    permit = getattr(outage, "permit", None)
    report = outage.reports.filter(duplicate_of__isnull=True).first()
    context = {
        "outage": outage,
        "title": outage_title(outage, report),
        "chip": chip_of_outage(outage, plan_in_force(outage)),
        "chain": chain_of(outage),
        "groups": groups_of(rows, at=at),
        "left": sum(row.is_open for row in rows),
        "calls": sum(row.is_call and row.is_open for row in rows),
        "permit": permit,
        "permit_chip": PERMITS[permit.status] if permit else None,
        "points": list(outage.supply_points.exclude(status="withdrawn")),
        "is_open": outage.status in OPEN_OUTAGES,
        "may_postpone": _may_postpone(request, outage),
        "banner": banner,
        "filled": filled,
        "forms": _forms(outage, request.user, filled),
        "back": request.path,
        "board_url": board_url(outage),
    }
    return render(request, "outages/duties/board.html", context, status=status)


def _forms(outage: Outage, user: Any, filled: Any) -> dict[str, Any]:
    now = timezone.now()
    forms: dict[str, Any] = {
        "ask": AskForm(user=user),
        "apply": PermitApplyForm(initial={"applied_at": now}),
        "decide": PermitDecideForm(initial={"decided_at": now}),
        "point": SupplyPointForm(),
        "severity": SeverityForm(initial={"severity": outage.severity}),
        "postpone": PostponeForm(
            initial={
                "planned_start_at": outage.planned_start_at,
                "planned_end_at": outage.planned_end_at,
            }
        ),
    }
    for name, form in forms.items():
        if filled is not None and type(form) is type(filled):
            forms[name] = filled
    return forms


def _may_postpone(request: HttpRequest, outage: Outage) -> bool:
    planned = outage.kind == OutageKind.PLANNED
    waits = outage.status in outage_services.NOT_BEGUN
    return planned and waits and request.user.has_perm("outages.approve_plan")


def board_url(outage: Outage) -> str:
    """Where an outage's board is."""
    return reverse("outages:duties-of", args=[outage.pk])


def duty_board(request: HttpRequest, duty: OutageTask, **more: Any) -> HttpResponse:
    """The board that a duty stands on."""
    return board_page(request, duty.outage, **more)


on_duty = PageActions(_duty, duty_board, lambda duty: board_url(duty.outage))
on_outage = PageActions(_outage, board_page, board_url)


@on_duty(SEES, form=EvidenceForm)
def duty_done(request: HttpRequest, duty: OutageTask, told: Told) -> str:
    """Tick a duty off, with its evidence."""
    services.complete(duty, given=told["given"], by=acting(request), at=timezone.now())
    return gettext("Done and on record.")


@on_duty(SEES, form=CallForm)
def duty_call(request: HttpRequest, duty: OutageTask, told: Told) -> str:
    """Record how a call ended."""
    services.record_call(
        duty, result=told["result"], given=told["given"], by=acting(request), at=timezone.now()
    )
    if told["result"] == "no_answer":
        return called_again(OutageTask.objects.get(pk=duty.pk))
    return gettext("The call is on record.")


def called_again(duty: OutageTask) -> str:
    """Say when a call that nobody answered comes again."""
    assert duty.again_at is not None, "nobody answered"
    clock = f"{timezone.localtime(duty.again_at):%H:%M}"
    return gettext("Nobody answered: it comes again at %(at)s.") % {"at": clock}


@on_duty(SEES, form=WhyForm)
def duty_failed(request: HttpRequest, duty: OutageTask, told: Told) -> str:
    """Say that a duty cannot be done, and why."""
    services.fail(duty, reason=told["reason"], by=acting(request), at=timezone.now())
    return gettext("On record: not possible.")


@on_duty(SEES)
def duty_again(request: HttpRequest, duty: OutageTask, _told: Told) -> str:
    """Take up again what failed."""
    services.reopen(duty, by=acting(request), at=timezone.now())
    return gettext("It is to do again.")


@on_outage(SEES, form=AskForm)
def ask(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Put a duty on the list that no rule asks for."""
    services.ask_for(outage, by=acting(request), at=timezone.now(), **told)
    return gettext("Added to the duties.")


@on_outage(SEES, "outages.approve_plan", form=SeverityForm)
def set_severity(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Say how bad it is; an emergency opens every channel."""
    severity.set_severity(outage, by=acting(request), at=timezone.now(), **told)
    return gettext("Severity changed: the duties follow.")


@on_outage(SEES, "outages.approve_plan", form=PostponeForm)
def postpone(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Move planned works to another time; who was told is told again."""
    outage_services.postpone_outage(outage, by=acting(request), at=timezone.now(), **told)
    return gettext("Moved. Who was told is told again.")


@require_POST
@may(SEES, "outages.view_customers")
def phone(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Show the number of a customer who is to be called; who asked is recorded."""
    duty = _duty(duty_id)
    code = duty.target.removeprefix("customer:")
    row = get_object_or_404(Customer, revision=current_revision(), asset_id=code)
    return reveal(
        request,
        lambda: show_customer_phone(
            row, why=TO_TELL, by=acting(request), at=timezone.now(), outage=duty.outage
        ),
        whose=row.name or row.account,
        back=board_url(duty.outage),
    )


# -- Water meanwhile ------------------------------------------------------------------------


def _point(point_id: int) -> SupplyPoint:
    return get_object_or_404(SupplyPoint.objects.select_related("outage"), pk=point_id)


def point_board(request: HttpRequest, point: SupplyPoint, **more: Any) -> HttpResponse:
    """The board that a place for water stands on."""
    return board_page(request, point.outage, **more)


on_point = PageActions(_point, point_board, lambda point: board_url(point.outage) + "#water")


@on_outage(SEES, "outages.approve_plan")
def propose_points(request: HttpRequest, outage: Outage, _told: Told) -> str:
    """Let the engine propose hydrants that keep water."""
    found = supply_points.propose_supply_points(outage, by=acting(request), at=timezone.now())
    if not found:
        return gettext("No further place would shorten anybody's way.")
    return gettext("Proposed: %(n)d places. Confirm those that will stand.") % {"n": len(found)}


@on_outage(SEES, "outages.approve_plan", form=SupplyPointForm, once=True)
def add_point(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Set a place for water by hand."""
    place = told.pop("lon"), told.pop("lat")
    supply_points.add_supply_point(
        outage, at_place=place, by=acting(request), at=timezone.now(), **told
    )
    return gettext("The place for water is public now.")


@on_point(SEES, "outages.approve_plan", form=SupplyConfirmForm)
def confirm_point(request: HttpRequest, point: SupplyPoint, told: Told) -> str:
    """Confirm a proposed place."""
    supply_points.confirm_supply_point(point, by=acting(request), at=timezone.now(), **told)
    return gettext("The place for water is public now.")


@on_point(SEES, "outages.approve_plan")
def withdraw_point(request: HttpRequest, point: SupplyPoint, _told: Told) -> str:
    """Take a place back, or turn a proposal down."""
    supply_points.withdraw_supply_point(point, by=acting(request), at=timezone.now())
    return gettext("Taken back.")
