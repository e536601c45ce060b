"""The call desk: one box to find the caller, the verdict in large, a script, a form."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from network import selectors as network
from network.models import Customer
from network.words import local
from outages import selectors
from outages.choices import (
    ISOLATION_KINDS,
    NETWORK_KINDS,
    Channel,
    Disposition,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Urgency,
)
from outages.forms.desk.calls import CloseCallForm
from outages.forms.desk.contact import DeskReportForm
from outages.models import BurstReport
from outages.selectors.desk.address_place import place_of_address
from outages.services.desk import calls, disclosures, reports
from outages.services.rules.reasons import ReasonMissing
from outages.views.desk.answer import answer
from outages.views.privacy.reveal import reveal, told_why
from outages.views.shape.actor import acting
from outages.workflow import ReportStatus, TransitionRefused

MOST_HITS = 12
may_enquire = permission_required("outages.enquire", raise_exception=True)
may_report = permission_required(("outages.enquire", "outages.report_burst"), raise_exception=True)
may_see_customers = permission_required(
    ("outages.enquire", "outages.view_customers"), raise_exception=True
)


@may_enquire
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The whole desk. `q` is what was typed, `c` the customer chosen, or `lat` and `lon`."""
    return _page(request)


def _page(
    request: HttpRequest, *, status: int = 200, form: DeskReportForm | None = None, **more: Any
) -> HttpResponse:
    typed = request.GET.get("q", "").strip()[:80]
    hits = selectors.search_customers(typed, limit=MOST_HITS) if len(typed) > 1 else []
    place = _place(request) or _place_told(form)
    customer = _customer(request) or _customer_told(form)
    if customer is None and place is None and len(hits) == 1:
        customer = hits[0].customer
    context = _frame(request) | {
        "typed": typed,
        "hits": hits,
        "customer": customer,
        "place": place,
        **_answered(customer, place),
    }
    context["form"] = form or DeskReportForm(initial=_initial(customer, place, typed))
    if form is None and (customer or place):
        context["duplicates"] = _near(context["form"].initial)
    if customer is not None and form is None:
        context["same_caller"] = selectors.open_reports_of_caller(
            phone=customer.phone,
            customer=customer.asset_id,
            reader=request.user,
            at=timezone.now(),
        )
    return render(request, "outages/desk/desk.html", context | more, status=status)


def _frame(request: HttpRequest) -> dict[str, Any]:
    centre: tuple[float, float] = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]  # type: ignore[assignment]
    return {
        "tiles": reverse("layers:tile", args=[0, 0, 0]).replace("0/0/0.mvt", "{z}/{x}/{y}.mvt"),
        "centre_lat": centre[0],
        "centre_lon": centre[1],
        "close_key": uuid4(),
        "now": timezone.now(),
        "sees_customers": request.user.has_perm("outages.view_customers"),
        "may_ask_why": request.user.has_perms(["outages.view_outages", "outages.view_customers"]),
        "may_report": request.user.has_perm("outages.report_burst"),
        "made": _just_made(request),
        "dispositions": Disposition.choices,
    }


def _just_made(request: HttpRequest) -> BurstReport | None:
    """Return the report that this call has made, named in the address."""
    reference = request.GET.get("made", "")
    if not reference:
        return None
    return BurstReport.objects.select_related("duplicate_of").filter(reference=reference).first()


def _customer(request: HttpRequest) -> Customer | None:
    chosen = request.GET.get("c", "")
    revision = network.current_revision()
    if not chosen.isdecimal() or revision is None:
        return None
    return Customer.objects.filter(revision=revision, pk=int(chosen)).first()


def _customer_told(form: DeskReportForm | None) -> Customer | None:
    """Return whose call a form was about that has to be put right: the call goes on."""
    told = form.data.get("customer", "") if form is not None else ""
    if not told:
        return None
    return Customer.objects.filter(revision=network.current_revision(), asset_id=told).first()


def _place_told(form: DeskReportForm | None) -> tuple[float, float] | None:
    """Return the (longitude, latitude) of such a form."""
    told = form.cleaned_data if form is not None else {}
    lon, lat = told.get("lon"), told.get("lat")
    return None if lon is None or lat is None else (lon, lat)


def _place(request: HttpRequest) -> tuple[float, float] | None:
    """Return (longitude, latitude) of a click, None if there was none on Earth."""
    try:
        lon, lat = float(request.GET["lon"]), float(request.GET["lat"])
    except (KeyError, ValueError):
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _answered(customer: Customer | None, place: tuple[float, float] | None) -> dict[str, Any]:
    now = timezone.now()
    if customer is not None:
        verdict = selectors.verdict_for_customer(customer, at=now)
        return {
            "answer": answer(verdict, now=now),
            "masked_phone": selectors.mask_phone(customer.phone),
            "where": local(customer.address, customer.address_en) or customer.account,
        }
    if place is not None:
        verdict = selectors.verdict_at(lon=place[0], lat=place[1], at=now)
        near = network.nearest_pipe(*place, within_m=settings.REPORT_SNAP_M)
        where = local(near.street, near.street_en) if near else ""
        return {"answer": answer(verdict, now=now), "where": where or _("Point on the map")}
    return {"answer": None, "where": ""}


def _initial(
    customer: Customer | None, place: tuple[float, float] | None, typed: str
) -> dict[str, Any]:
    """Fill in what is known already: nothing is asked twice."""
    initial: dict[str, Any] = {
        "client_key": uuid4(),
        "kind": ReportKind.BURST,
        "meter_side": MeterSide.BEFORE,
    }
    if customer is not None:
        initial |= {"address": customer.address, "contact_name": customer.name}
        initial |= {"customer": customer.asset_id}
        initial |= {"lon": customer.geom.x, "lat": customer.geom.y}
    elif place is not None:
        near = network.nearest_pipe(*place, within_m=settings.REPORT_SNAP_M)
        initial |= {"lon": place[0], "lat": place[1], "address": near.street if near else ""}
    elif typed and not typed.isdecimal():
        initial["address"] = typed
    return initial


def _near(
    told: dict[str, Any], *, but: BurstReport | None = None
) -> list[selectors.DuplicateCandidate]:
    """Return open reports near what the form says, nearest first; `but` is no duplicate of it."""
    lon, lat = told.get("lon"), told.get("lat")
    if lon is None or lat is None:
        return []
    near = network.nearest_pipe(lon, lat, within_m=settings.REPORT_SNAP_M)
    found = selectors.duplicate_candidates(
        lon=lon,
        lat=lat,
        at=timezone.now(),
        pipe=near.pipe if near else "",
        exclude=but.pk if but else None,
    )
    return list(found)[:2]


@may_report
@never_cache
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """The offer above the form while the agent types: open reports near this address."""
    place = _place(request)
    if place is None and (found := place_of_address(request.GET.get("address", ""))):
        place = (found.lon, found.lat)
    told = {"lon": place[0], "lat": place[1]} if place else {}
    context = {"duplicates": _near(told), "new_place": place} | _frame(request)
    return render(request, "outages/desk/_duplicates.html", context)


@may_report
@require_POST
def take_report(request: HttpRequest) -> HttpResponse:
    """Store the report; merged at once where the agent said that it is the same burst."""
    form = DeskReportForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    told, facts = form.cleaned_data, _facts(form)
    # Sent twice, the form is no duplicate of what it made itself.
    before = reports.told_before(facts)
    decided = request.POST.get("duplicate_of", "")
    near = _near(told, but=before) if told["kind"] in NETWORK_KINDS else []
    same = selectors.open_reports_of_caller(
        phone=told["contact_phone"],
        customer=told["customer"],
        reader=request.user,
        at=timezone.now(),
        exclude=before.pk if before else None,
    )
    if (near or same) and not decided:
        problem = _("There is a report nearby: say whether it is the same.")
        if not near:
            problem = _("This caller has an open case: say whether it is about the same.")
        return _page(
            request, status=409, form=form, duplicates=near, same_caller=same, problem=problem
        )
    now = timezone.now()
    made = reports.report_burst(facts=facts, by=acting(request), at=now)
    if decided.isdecimal():
        _merge(request, made, int(decided))
    elif told["answer"] and made.status == ReportStatus.RECEIVED:
        reports.answer_report(made, text=told["answer"], by=acting(request), at=now)
        messages.success(request, _("%(reference)s is answered.") % {"reference": made.reference})
    else:
        messages.success(
            request, _("Report %(reference)s is registered.") % {"reference": made.reference}
        )
        if made.kind not in ISOLATION_KINDS:
            # The control room makes a plan of a burst; the rest is ordered from its case.
            return redirect("outages:case", reference=made.reference)
    return redirect(f"{reverse('outages:desk')}?made={made.reference}")


def _merge(request: HttpRequest, made: BurstReport, into_id: int) -> None:
    into = BurstReport.objects.filter(pk=into_id).first()
    try:
        if into is None:
            raise Http404
        if made.duplicate_of_id != into.pk:
            reports.merge_report(made, into=into, by=acting(request), at=timezone.now())
    except (Http404, reports.MergeRefused, TransitionRefused):
        text = _("Registered as %(reference)s, but not merged: the other report was closed.")
        messages.error(request, text % {"reference": made.reference})
        return
    messages.success(request, _("Merged into %(reference)s.") % {"reference": into.reference})


def _facts(form: DeskReportForm) -> reports.ReportFacts:
    told = form.cleaned_data
    return reports.ReportFacts(
        description=form.told(),
        is_danger=bool(told["dangers"]),
        channel=told["channel"] or Channel.PHONE,
        language=told["language"] or SpokenLanguage.MANDARIN,
        urgency=told["urgency"] or (Urgency.URGENT if told["dangers"] else ""),
        **{name: told[name] for name in _AS_TOLD},
    )


_AS_TOLD = (
    "lon",
    "lat",
    "kind",
    "meter_side",
    "told_diameter_mm",
    "triage",
    "triage_reason",
    "is_complaint",
    "is_confidential",
    "with_media",
    "address",
    "landmark",
    "contact_name",
    "contact_phone",
    "customer",
    "received_at",
    "entry_reason",
    "client_key",
    "read_back",
)


@may_report
@require_POST
def close_call(request: HttpRequest) -> HttpResponse:
    """File the call and stand ready for the next.

    An answered enquiry is kept as a report, and as a note of the call where it named no place.
    """
    form = CloseCallForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, problem=_("Say how the call ended."))
    told = form.cleaned_data
    if told["outcome"] == "registered":
        return redirect("outages:desk")
    if told["lat"] is None or told["lon"] is None:
        try:
            calls.log_call(
                outcome=told["outcome"],
                asked=told["note"],
                client_key=told["client_key"],
                by=acting(request),
                at=timezone.now(),
            )
        except ReasonMissing:
            problem = _("Find the caller's place, or note what was asked.")
            return _page(request, status=422, problem=problem)
    else:
        _file(request, told)
    messages.success(request, _("The call is filed."))
    return redirect("outages:desk")


def _file(request: HttpRequest, told: dict[str, Any]) -> None:
    now = timezone.now()
    customer = Customer.objects.filter(pk=told["customer"]).first() if told["customer"] else None
    facts = reports.ReportFacts(
        lon=told["lon"],
        lat=told["lat"],
        kind=ReportKind.NO_WATER,
        channel=Channel.PHONE,
        address=told["address"],
        contact_name=customer.name if customer else "",
        contact_phone=customer.phone if customer else "",
        customer=customer.asset_id if customer else "",
        client_key=told["client_key"],
    )
    made = reports.report_burst(facts=facts, by=acting(request), at=now)
    text = " · ".join(filter(None, [told["verdict"], told["note"]]))
    try:
        if told["outcome"] == "answered":
            reports.answer_report(made, text=text or _("answered"), by=acting(request), at=now)
        else:
            reports.invalidate_report(
                made,
                reason=text or _("invalid call"),
                disposition=told["disposition"],
                by=acting(request),
                at=now,
            )
    except TransitionRefused:
        # Sent twice: the first one has filed it.
        return


@may_see_customers
@require_POST
def show_phone(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show a number for half a minute; who saw whose, and why, is on record."""
    customer = get_object_or_404(Customer, pk=customer_id)
    return reveal(
        request,
        lambda: disclosures.show_customer_phone(
            customer, why=told_why(request), by=acting(request), at=timezone.now()
        ),
        whose=customer.name or customer.account,
        back=f"{reverse('outages:desk')}?c={customer.pk}",
    )
