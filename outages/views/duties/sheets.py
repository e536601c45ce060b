"""The outage sheet: its seven items, what is missing, handing it over; and the posted notice."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.words import local
from outages.choices import NoticeKind, Works
from outages.forms.duties.papers import SheetForm
from outages.models import Outage, OutageSheet
from outages.policy.matrix import Gate
from outages.selectors import plan_in_force
from outages.selectors.shutdown.streets import streets_dry
from outages.services.duties import missing_before
from outages.services.papers import handing_over, sheets
from outages.services.publishing import notices
from outages.services.publishing.audience import telling_plan
from outages.views.duties.gate_chain import chain_of
from outages.views.duties.words import ITEMS
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.page_actions import PageActions, Told
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words
from outages.views.words.wording import chip_of_outage, outage_title
from outages.workflow import OPEN_OUTAGES, OutageKind, OutageStatus

SEES = "outages.view_outages"
WRITERS = ("outages.hand_over_sheet", "outages.act_for_call_centre")


def _outage(outage_id: int) -> Outage:
    return get_object_or_404(Outage, pk=outage_id)


@require_safe
@never_cache
@may(SEES)
def sheet(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show the sheet as it stands: item by item, and what is missing."""
    return sheet_page(request, _outage(outage_id))


def sheet_page(
    request: HttpRequest,
    outage: Outage,
    *,
    status: int = 200,
    banner: Banner | None = None,
    filled: Any = None,
) -> HttpResponse:
    """Answer with the sheet."""
    draft = sheets.draft_sheet(outage)
    plan = telling_plan(outage)
    newest = sheets.newest_sheet(outage)
    answered = {True: "yes", False: "no", None: ""}[outage.on_trunk_road]
    report = outage.reports.filter(duplicate_of__isnull=True).first()
    context = {
        "outage": outage,
        "title": outage_title(outage, report),
        "chip": chip_of_outage(outage, plan_in_force(outage)),
        "chain": chain_of(outage),
        "draft": draft,
        "streets": [local(*names) for names in streets_dry(plan)] if plan else [],
        "missing": [ITEMS[item] for item in draft.missing],
        "missing_items": draft.missing,
        "newest": newest,
        "versions": outage.sheets.select_related("handed_over_by", "read_by").order_by("-version"),
        "form": filled or SheetForm(initial={"on_trunk_road": answered}),
        "map_says_trunk": bool(plan and plan.on_trunk_road),
        "may_hand_over": _may_hand_over(request, outage) and plan is not None,
        "may_read": request.user.has_perm("outages.act_for_call_centre"),
        "banner": banner,
    }
    return render(request, "outages/duties/sheet.html", context, status=status)


def _may_hand_over(request: HttpRequest, outage: Outage) -> bool:
    waits = outage.kind != OutageKind.PLANNED or outage.status in handing_over.BEFORE_PUBLICATION
    return waits and outage.status in OPEN_OUTAGES and _may_write(request, outage)


def _may_write(request: HttpRequest, outage: Outage) -> bool:
    """Whose the sheet is: nobody is named for a plant that stops unplanned, so the centre may."""
    nobodys = outage.kind == OutageKind.UNPLANNED and outage.works == Works.PLANT
    return request.user.has_perm("outages.hand_over_sheet") or (
        nobodys and request.user.has_perm("outages.act_for_call_centre")
    )


action = PageActions(_outage, sheet_page, lambda outage: reverse("outages:sheet", args=[outage.pk]))


@action(SEES, one_of=WRITERS, form=SheetForm)
def hand_over(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Hand the sheet over with the trunk road answered; items that the data lacks were typed."""
    if not _may_write(request, outage):
        raise PermissionDenied
    codes = [each["valve"] for each in sheets.draft_sheet(outage).valves]
    handing_over.hand_over(
        outage,
        on_trunk_road=told["on_trunk_road"],
        typed=SheetForm(request.POST).typed_valves(codes),
        by=acting(request),
        at=timezone.now(),
    )
    outage.refresh_from_db()
    return handed_over(outage)


def handed_over(outage: Outage) -> str:
    """Say whom the sheet is with now."""
    if outage.status == OutageStatus.AWAITING_LEADER:
        return gettext("Handed over: now the company leader decides.")
    if outage.status == OutageStatus.AWAITING_PERMIT:
        return gettext("Handed over: the call centre is told once the permit is granted.")
    return gettext("Handed over: the call centre has it, and the notice waits to be published.")


def _sheet(sheet_id: int) -> OutageSheet:
    return get_object_or_404(OutageSheet.objects.select_related("outage"), pk=sheet_id)


def _page_of(request: HttpRequest, sheet: OutageSheet, **more: Any) -> HttpResponse:
    return sheet_page(request, sheet.outage, **more)


on_sheet = PageActions(
    _sheet, _page_of, lambda sheet: reverse("outages:sheet", args=[sheet.outage_id])
)


@on_sheet(SEES, "outages.act_for_call_centre")
def read(request: HttpRequest, sheet: OutageSheet, _told: Told) -> str:
    """Record that the call centre has seen it."""
    sheets.read_sheet(sheet, by=acting(request), at=timezone.now())
    return gettext("Read, and on record.")


@require_safe
@never_cache
@may(SEES)
def posting(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show the notice that is posted on the street, on one A4 page to print."""
    outage = _outage(outage_id)
    context: dict[str, Any] = {"outage": outage, "utility": settings.UTILITY_NAME["zh-hans"]}
    context["may_post"] = not missing_before(outage, Gate.PUBLISH)
    try:
        context["texts"] = notices.preview_notice(outage, kind=NoticeKind.FIRST)
        context["fields"] = notices.notice_fields(outage, kind=NoticeKind.FIRST)
        context["points"] = list(outage.supply_points.filter(status="confirmed"))
    except REFUSALS as refused:
        context["error"] = in_words(refused)
    return render(request, "outages/duties/posting.html", context)
