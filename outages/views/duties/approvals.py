"""The leaders' page: what is asked, whom it concerns, yes or no. Made for a phone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.forms.duties.papers import ApprovalForm
from outages.models import LeaderApproval
from outages.selectors.duties import decided_approvals, open_approvals
from outages.services.orders.extension import waiting_for
from outages.services.papers import approvals as services
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.page_actions import PageActions, Told
from outages.views.shape.screen import may

MAY = ("outages.view_outages", "outages.approve_outage")
PAST_SHOWN = 10


@require_safe
@never_cache
@may(*MAY)
def approvals(request: HttpRequest) -> HttpResponse:
    """List what waits for the leader, and what was decided last."""
    return list_page(request, None)


def list_page(
    request: HttpRequest,
    _case: LeaderApproval | None,
    *,
    status: int = 200,
    banner: Banner | None = None,
    filled: Any = None,
) -> HttpResponse:
    """Answer with the list."""
    context = {
        "waiting": list(open_approvals()),
        "extensions": waiting_for(acting(request)),
        "past": list(decided_approvals()[:PAST_SHOWN]),
        "banner": banner,
        "filled": filled,
    }
    return render(request, "outages/duties/approvals.html", context, status=status)


def _approval(approval_id: int) -> LeaderApproval:
    rows = LeaderApproval.objects.select_related("outage", "sheet")
    return get_object_or_404(rows, pk=approval_id)


action = PageActions(_approval, list_page, lambda _approval: reverse("outages:approvals"))


@action(*MAY, form=ApprovalForm)
def decide(request: HttpRequest, approval: LeaderApproval, told: Told) -> str:
    """Approve the plan, or send it back with a reason."""
    by, at = acting(request), timezone.now()
    if told["decision"] == "approve":
        services.approve_outage(approval, comment=told["comment"], by=by, at=at)
        return gettext("Approved: %(code)s goes on.") % {"code": approval.outage.code}
    services.reject_outage(approval, comment=told["comment"], by=by, at=at)
    return gettext("Sent back with your reason.")
