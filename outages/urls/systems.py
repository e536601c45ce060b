"""Addresses for other systems, each with its token, and the page that registers them."""

from django.urls import URLPattern, URLResolver, path

from outages.views.systems import calls, clients, exchange, reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("intake/", clients.client_list, name="intake"),
    path("intake/add", clients.add_client, name="intake-add"),
    path("intake/<int:client_id>/retire", clients.retire_client, name="intake-retire"),
    path("api/v1/reports", reports.hand_in, name="intake-hand-in"),
    path("api/v1/reports/<str:reference>", reports.report, name="intake-report"),
    path("api/v1/exchange", exchange.waiting, name="exchange-api"),
    path("api/v1/exchange/answers", exchange.answer, name="exchange-api-answer"),
    path("api/v1/exchange/<int:message_id>", exchange.message, name="exchange-api-message"),
    path("api/v1/exchange/<int:message_id>/read", exchange.read, name="exchange-api-read"),
    path("api/v1/anomalies", exchange.tell_anomaly, name="anomaly-api"),
    path("api/v1/anomalies/<int:anomaly_id>", exchange.anomaly, name="anomaly-api-one"),
    path("api/v1/calls", calls.tell_call, name="call-api"),
]
