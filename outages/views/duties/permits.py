"""The permit's record: applied for, decided, its document."""

from pathlib import PurePath

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.forms.duties.papers import PermitApplyForm, PermitDecideForm
from outages.models import Outage, OutageTask, Permit
from outages.services.papers import permits
from outages.views.duties.screens import SEES, on_outage
from outages.views.shape.actor import acting
from outages.views.shape.page_actions import Told
from outages.views.shape.screen import may


@on_outage(SEES, "outages.hand_over_sheet", form=PermitApplyForm)
def apply(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Record that the papers are with the authority."""
    permits.apply_for_permit(outage, by=acting(request), at=timezone.now(), **told)
    return gettext("On record: applied for.")


@on_outage(SEES, "outages.hand_over_sheet", form=PermitDecideForm)
def decide(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Record what the authority said."""
    approved = told.pop("decision") == "approved"
    permits.decide_permit(outage, approved=approved, by=acting(request), at=timezone.now(), **told)
    if approved:
        return gettext("The permit is on record: the gate is open.")
    return gettext("On record: rejected. It may be applied for again.")


@require_safe
@never_cache
@may(SEES)
def document(_request: HttpRequest, outage_id: int) -> FileResponse:
    """Hand out the document, to be saved: it is never shown in our pages."""
    permit = get_object_or_404(Permit, outage_id=outage_id)
    if not permit.document or not permit.document.name:
        raise Http404
    name = f"permit-{permit.outage.code}{PurePath(permit.document.name).suffix}"
    answer = FileResponse(permit.document.open("rb"), as_attachment=True, filename=name)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@require_safe
@never_cache
@may(SEES)
def photo(_request: HttpRequest, duty_id: int) -> FileResponse:
    """Show the photo that proves a duty; made anew on arrival, it is a picture and nothing else."""
    duty = get_object_or_404(OutageTask, pk=duty_id)
    if not duty.photo:
        raise Http404
    return FileResponse(duty.photo.open("rb"), content_type="image/jpeg")
