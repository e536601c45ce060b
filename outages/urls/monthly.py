"""Addresses of the monthly report."""

from django.urls import URLPattern, URLResolver, path

from outages.views.monthly import screens

urlpatterns: list[URLPattern | URLResolver] = [
    path("monthly/", screens.monthly_list, name="monthly"),
    path("monthly/running", screens.monthly_running, name="monthly-running"),
    path("monthly/draft", screens.monthly_draft, name="monthly-draft"),
    path("monthly/<int:key>/", screens.monthly_report, name="monthly-report"),
    path("monthly/<int:key>/print", screens.monthly_print, name="monthly-print"),
    *[
        path(f"monthly/<int:key>/{slug}", view, name=f"monthly-{slug}")
        for slug, view in screens.REPORT_ACT_VIEWS.items()
    ],
    path("monthly/actions/<int:key>/close", screens.close_action, name="monthly-action-close"),
]
