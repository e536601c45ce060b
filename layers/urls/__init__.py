"""Addresses of the maps, each group under its own prefix."""

from django.urls import include, path

urlpatterns = [
    path("layers/", include("layers.urls.staff")),
    path("public/", include("layers.urls.public")),
]
