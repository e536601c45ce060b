"""The exchange with the dispatch centre: messages both ways, anomalies, and what is unread."""

import csv
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.choices import ExchangeDirection
from outages.forms.duties.exchange import AnomalyForm, AnswerForm, ExchangeForm
from outages.models import Anomaly, ExchangeMessage, Outage
from outages.selectors.duties import unread_anomalies, untold_exchanges
from outages.services import exchange as services
from outages.views.exports.tables import safe_cell
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.page_actions import PageActions, Told
from outages.views.shape.screen import may
from outages.views.words.wording import chip_of_outage

MAY = ("outages.view_outages", "outages.exchange")
PER_PAGE = 30
# Who sent and read a message: people, or programs by their token.
WHO = ("sent_by", "read_by", "read_by_system", "intake__client")
COLUMNS = (
    "outage",
    "number",
    "sent_at",
    "status",
    "leak_location",
    "pipe_diameter",
    "valves",
    "affected_area",
    "persons",
    "expected_repair_at",
)


@require_safe
@never_cache
@may(*MAY)
def exchange(request: HttpRequest) -> HttpResponse:
    """Show what was exchanged, newest first, and what nobody took note of."""
    return page(request, None)


def page(
    request: HttpRequest,
    _case: object,
    *,
    status: int = 200,
    banner: Banner | None = None,
    filled: Form | None = None,
) -> HttpResponse:
    """Answer with the exchange."""
    rows = ExchangeMessage.objects.select_related("outage", *WHO)
    anomalies = Anomaly.objects.filter(acknowledged_at__isnull=False)
    form = (
        filled if isinstance(filled, AnomalyForm) else AnomalyForm(initial={"client_key": uuid4()})
    )
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "unread": list(unread_anomalies().select_related("told_by", "intake__client")),
        "known": anomalies.select_related("told_by", "intake__client", "acknowledged_by").order_by(
            "-received_at"
        )[:10],
        "untold": list(untold_exchanges()),
        "form": form,
        "side": _side(request),
        "banner": banner,
    }
    return render(request, "outages/duties/exchange.html", context, status=status)


def _side(request: HttpRequest) -> str:
    """On which side the reader sits: the direction of the messages that he reads."""
    at_dispatch = request.user.has_perm("outages.report_anomaly")
    at_desk = request.user.has_perm("outages.act_for_call_centre")
    if at_dispatch and not at_desk:
        return str(ExchangeDirection.TO_DISPATCH)
    return str(ExchangeDirection.TO_CALL_CENTRE)


# -- Of one outage ------------------------------------------------------------------------


def _outage(outage_id: int) -> Outage:
    return get_object_or_404(Outage, pk=outage_id)


@require_safe
@never_cache
@may(*MAY)
def of_outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Show the messages of an outage, and the next one filled in from its record."""
    return outage_page(request, _outage(outage_id))


def outage_page(
    request: HttpRequest,
    outage: Outage,
    *,
    status: int = 200,
    banner: Banner | None = None,
    filled: Form | None = None,
) -> HttpResponse:
    """Answer with an outage's messages."""
    facts = services.facts_of(outage)
    initial = {
        "leak_location": facts.leak_location,
        "pipe_diameter": facts.pipe_diameter,
        "affected_area": facts.affected_area,
        "expected_repair_at": facts.expected_repair_at,
    }
    form = filled if isinstance(filled, ExchangeForm) else ExchangeForm(initial=initial)
    if banner is not None and request.method == "POST" and filled is None:
        form = ExchangeForm(request.POST)
    context = {
        "outage": outage,
        "chip": chip_of_outage(outage, None),
        "messages_of": outage.exchanges.select_related(*WHO),
        "facts": facts,
        "form": form,
        "answer": AnswerForm(),
        "side": _side(request),
        "banner": banner,
    }
    return render(request, "outages/duties/exchange_outage.html", context, status=status)


on_outage = PageActions(
    _outage, outage_page, lambda outage: reverse("outages:exchange-outage", args=[outage.pk])
)


@on_outage(*MAY, "outages.act_for_call_centre", form=ExchangeForm)
def send(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Send a message to the dispatch centre by hand."""
    facts = services.Facts(
        leak_location=told["leak_location"],
        pipe_diameter=told["pipe_diameter"],
        affected_area=told["affected_area"],
        expected_repair_at=told["expected_repair_at"],
        valve_states=services.facts_of(outage).valve_states,
    )
    sent = services.send_exchange(
        outage, facts=facts, remark=told["remark"], by=acting(request), at=timezone.now()
    )
    return gettext("Sent.") if sent else gettext("Exactly this was sent already.")


@on_outage(*MAY, "outages.report_anomaly", form=AnswerForm)
def answer(request: HttpRequest, outage: Outage, told: Told) -> str:
    """Answer from the dispatch centre."""
    services.answer_exchange(outage, text=told["text"], by=acting(request), at=timezone.now())
    return gettext("Sent.")


def _message(message_id: int) -> ExchangeMessage:
    return get_object_or_404(ExchangeMessage.objects.select_related("outage"), pk=message_id)


on_message = PageActions(_message, page, lambda _message: reverse("outages:exchange"))


@on_message(*MAY)
def read(request: HttpRequest, message: ExchangeMessage, _told: Told) -> str:
    """Record that the other side has seen it."""
    services.read_exchange(message, by=acting(request), at=timezone.now())
    return gettext("Read, and on record.")


# -- Anomalies ------------------------------------------------------------------------------


@require_POST
@may("outages.view_outages", "outages.report_anomaly")
def tell_anomaly(request: HttpRequest) -> HttpResponse:
    """Take an anomaly from the form; programs have an address of their own (docs/exchange.md)."""
    form = AnomalyForm(request.POST)
    if not form.is_valid():
        return page(request, None, status=422, filled=form)
    _store(request, form.cleaned_data)
    messages.success(request, gettext("Told: the call centre sees it at once."))
    return redirect("outages:exchange")


def _store(request: HttpRequest, told: Told) -> Anomaly:
    at = timezone.now()
    lon, lat = told["lon"], told["lat"]
    key: UUID = told["client_key"]
    return services.report_anomaly(
        kind=told["kind"],
        place=told["place"],
        text=told["text"],
        observed_at=told["observed_at"] or at,
        client_key=key,
        at_place=(lon, lat) if lon is not None and lat is not None else None,
        by=acting(request),
        at=at,
    )


def _anomaly(anomaly_id: int) -> Anomaly:
    return get_object_or_404(Anomaly, pk=anomaly_id)


on_anomaly = PageActions(_anomaly, page, lambda _anomaly: reverse("outages:exchange"))


@on_anomaly(*MAY, "outages.act_for_call_centre")
def acknowledge(request: HttpRequest, anomaly: Anomaly, _told: Told) -> str:
    """Record which agent has taken note."""
    services.acknowledge_anomaly(anomaly, by=acting(request), at=timezone.now())
    return gettext("Taken note of.")


@require_safe
@never_cache
@may(*MAY)
def export(_request: HttpRequest) -> HttpResponse:
    """Hand out all messages to the dispatch centre as CSV, for the business system."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="exchange.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    rows = ExchangeMessage.objects.filter(direction=ExchangeDirection.TO_DISPATCH)
    for row in rows.select_related("outage").order_by("sent_at", "pk"):
        writer.writerow(
            [
                row.outage.code,
                row.number,
                row.sent_at.isoformat(timespec="seconds"),
                row.outage_status,
                *map(safe_cell, (row.leak_location, row.pipe_diameter, row.valve_text)),
                safe_cell(row.affected_area),
                row.persons,
                row.expected_repair_at.isoformat(timespec="seconds")
                if row.expected_repair_at
                else "",
            ]
        )
    return response
