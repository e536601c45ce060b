"""Addresses of the policy, the calendar, alerts and the limits that were overstepped."""

from django.urls import URLPattern, URLResolver, path

from outages.views.rules import alerts, breaches, hotline, interruptions, policy

urlpatterns: list[URLPattern | URLResolver] = [
    path("policy/", policy.policy_page, name="policy"),
    path("policy/calendar/", policy.calendar_page, name="calendar"),
    path("policy/<slug:key>/", policy.policy_rule, name="policy-rule"),
    path("interruptions/", interruptions.interruption_page, name="interruptions"),
    path("hotline/", hotline.hotline_page, name="hotline"),
    path("breaches/", breaches.breach_page, name="breaches"),
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/bell", alerts.bell, name="alerts-bell"),
    path("alerts/<int:alert_id>/seen", alerts.acknowledge_alert, name="alert-acknowledge"),
]
