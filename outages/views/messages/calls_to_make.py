"""The telephone list of an outage: whom to ring next, what to say, how it ended."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.words import local
from outages.choices import CallResult, DutyAbout, NoticeKind
from outages.forms.duties.doing import CallForm
from outages.models import Outage, OutageTask
from outages.selectors.duties import calls_of
from outages.services import duties as services
from outages.services.duties.doing import PHONE_TASKS
from outages.services.publishing import notices
from outages.services.publishing.notices import AudienceRefused, MissingNoticeField
from outages.views.duties.rows import DutyRow, rows_of, urgency
from outages.views.duties.screens import called_again
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.page_actions import PageActions, Told
from outages.views.shape.screen import may

# Which notice's words are read out for which news.
_KINDS: Final = {
    DutyAbout.CORRECTION: NoticeKind.CORRECTION,
    DutyAbout.ALL_CLEAR: NoticeKind.ALL_CLEAR,
    DutyAbout.CANCELLATION: NoticeKind.CANCELLATION,
}
MAY = ("outages.view_outages", "outages.act_for_call_centre")


@require_safe
@never_cache
@may(*MAY)
def calls(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show the next call in large with what to say, and the rest as a list."""
    return page(request, get_object_or_404(Outage, pk=outage_id))


def page(
    request: HttpRequest,
    outage: Outage,
    *,
    status: int = 200,
    banner: Banner | None = None,
    filled: Any = None,
) -> HttpResponse:
    """Answer with the list; the call chosen by `?call=` is the one in large."""
    rows = sorted(rows_of(calls_of(outage, PHONE_TASKS), request.user), key=urgency)
    waiting = [row for row in rows if row.is_open and row.may_act]
    asked = request.GET.get("call", "")
    current = next((row for row in waiting if str(row.duty.pk) == asked), None)
    current = current or next(iter(waiting), None)
    context = {
        "outage": outage,
        "current": current,
        "waiting": waiting,
        "over": [row for row in rows if not row.is_open],
        "script": script_of(outage, current) if current else "",
        "form": filled or CallForm(),
        "banner": banner,
        "results": CallResult,
    }
    return render(request, "outages/duties/calls.html", context, status=status)


def script_of(outage: Outage, row: DutyRow) -> str:
    """What to say: the notice's own words, so that everybody hears the same."""
    later = NoticeKind.UPDATE if row.duty.round else NoticeKind.FIRST
    kind = _KINDS.get(DutyAbout(row.duty.about), later)
    try:
        said = notices.preview_notice(outage, kind=kind)
    except (MissingNoticeField, AudienceRefused):
        return gettext("The notice lacks something: read the facts from the outage.")
    return local(said.text_zh, said.text_en)


def _duty(duty_id: int) -> OutageTask:
    return get_object_or_404(OutageTask.objects.select_related("outage"), pk=duty_id)


def _page_of(request: HttpRequest, duty: OutageTask, **more: Any) -> HttpResponse:
    return page(request, duty.outage, **more)


action = PageActions(_duty, _page_of, lambda duty: reverse("outages:calls", args=[duty.outage_id]))


@action(*MAY, form=CallForm)
def record(request: HttpRequest, duty: OutageTask, told: Told) -> str:
    """Record how the call ended, and go on to the next."""
    services.record_call(
        duty, result=told["result"], given=told["given"], by=acting(request), at=timezone.now()
    )
    if told["result"] == CallResult.NO_ANSWER:
        return called_again(OutageTask.objects.get(pk=duty.pk))
    return gettext("The call is on record.")
