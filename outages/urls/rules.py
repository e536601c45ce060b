"""Addresses of the policy, the calendar, alerts and the limits that were overstepped."""

from django.urls import URLPattern, URLResolver, path

from outages.views.desk import intake_api
from outages.views.rules import alerts, breaches, intake, interruptions, policy

urlpatterns: list[URLPattern | URLResolver] = [
    path("policy/", policy.policy_page, name="policy"),
    path("policy/calendar/", policy.calendar_page, name="calendar"),
    path("policy/<slug:key>/", policy.policy_rule, name="policy-rule"),
    path("interruptions/", interruptions.interruption_page, name="interruptions"),
    path("breaches/", breaches.breach_page, name="breaches"),
    path("intake/", intake.client_list, name="intake"),
    path("intake/add", intake.add_client, name="intake-add"),
    path("intake/<int:client_id>/retire", intake.retire_client, name="intake-retire"),
    path("api/v1/reports", intake_api.hand_in, name="intake-hand-in"),
    path("api/v1/reports/<str:reference>", intake_api.report, name="intake-report"),
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/bell", alerts.bell, name="alerts-bell"),
    path("alerts/<int:alert_id>/seen", alerts.acknowledge_alert, name="alert-acknowledge"),
]
