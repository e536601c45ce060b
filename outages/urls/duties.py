"""Addresses of duties, sheets, permits, approvals and the exchange."""

from django.urls import URLPattern, URLResolver, path

from outages.views.duties import approvals, exchange, permits, sheets
from outages.views.duties import screens as duties
from outages.views.messages import calls_to_make

urlpatterns: list[URLPattern | URLResolver] = [
    path("duties/", duties.duty_list, name="duties"),
    path("duties/<int:duty_id>/done", duties.duty_done, name="duty-done"),
    path("duties/<int:duty_id>/call", duties.duty_call, name="duty-call"),
    path("duties/<int:duty_id>/failed", duties.duty_failed, name="duty-failed"),
    path("duties/<int:duty_id>/again", duties.duty_again, name="duty-again"),
    path("duties/<int:duty_id>/phone", duties.phone, name="duty-phone"),
    path("duties/<int:duty_id>/photo", permits.photo, name="duty-photo"),
    path("duties/<int:duty_id>/called", calls_to_make.record, name="call-record"),
    path("outages/<int:outage_id>/duties/", duties.outage_duties, name="duties-of"),
    path("outages/<int:outage_id>/duties/ask", duties.ask, name="duty-ask"),
    path("outages/<int:outage_id>/severity", duties.set_severity, name="outage-severity"),
    path("outages/<int:outage_id>/postpone", duties.postpone, name="outage-postpone"),
    path("outages/<int:outage_id>/calls/", calls_to_make.calls, name="calls"),
    path("outages/<int:outage_id>/sheet/", sheets.sheet, name="sheet"),
    path("outages/<int:outage_id>/sheet/hand-over", sheets.hand_over, name="sheet-hand-over"),
    path("sheets/<int:sheet_id>/read", sheets.read, name="sheet-read"),
    path("outages/<int:outage_id>/posting", sheets.posting, name="posting"),
    path("outages/<int:outage_id>/permit/apply", permits.apply, name="permit-apply"),
    path("outages/<int:outage_id>/permit/decide", permits.decide, name="permit-decide"),
    path("outages/<int:outage_id>/permit/document", permits.document, name="permit-document"),
    path("outages/<int:outage_id>/water/propose", duties.propose_points, name="water-propose"),
    path("outages/<int:outage_id>/water", duties.add_point, name="water-add"),
    path("water/<int:point_id>/confirm", duties.confirm_point, name="water-confirm"),
    path("water/<int:point_id>/withdraw", duties.withdraw_point, name="water-withdraw"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:approval_id>", approvals.decide, name="approval-decide"),
    path("exchange/", exchange.exchange, name="exchange"),
    path("exchange/export.csv", exchange.export, name="exchange-export"),
    path("exchange/anomalies", exchange.tell_anomaly, name="anomaly-tell"),
    path("exchange/anomalies/<int:anomaly_id>", exchange.acknowledge, name="anomaly-acknowledge"),
    path("exchange/messages/<int:message_id>/read", exchange.read, name="exchange-read"),
    path("outages/<int:outage_id>/exchange/", exchange.of_outage, name="exchange-outage"),
    path("outages/<int:outage_id>/exchange/send", exchange.send, name="exchange-send"),
    path("outages/<int:outage_id>/exchange/answer", exchange.answer, name="exchange-answer"),
]
