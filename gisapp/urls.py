"""Every address of the application."""

from django.urls import URLPattern, URLResolver, path

from gisapp import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", health.live, name="health-live"),
    path("healthz/ready", health.ready, name="health-ready"),
]
