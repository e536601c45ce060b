"""Every address of the public process: pages, published files, the report form, nothing else."""

from django.urls import include, path
from django.views.generic import RedirectView

from gisapp import health, views
from gisapp.public_side import ratings
from gisapp.public_side import views as reports
from layers.urls import public

_REPORTS = [
    path("report/", reports.report, name="report"),
    path("reports/<str:reference>/<str:token>/", reports.status, name="report-status"),
    path("reports/<str:reference>/<str:token>/rating", ratings.rate_report, name="rate-report"),
    path("rate/<str:token>/", ratings.rate, name="rate"),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="public:map"), name="home"),
    path("public/", include(([*public.urlpatterns, *_REPORTS], "public"))),
    path("public/language", views.switch_language, name="switch-language"),
    path("public/theme", views.switch_theme, name="switch-theme"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz/live", health.live, name="health-live"),
]

handler400 = "gisapp.views.bad_request"
handler403 = "gisapp.views.forbidden"
handler404 = "gisapp.views.not_found"
handler500 = "gisapp.views.server_error"
