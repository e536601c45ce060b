"""Addresses of what is masked: a customer's file, and the log of who looked."""

from django.urls import URLPattern, URLResolver, path

from outages.views.privacy import access_log, customer_file, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/<str:asset_id>/", customer_file.customer_file, name="customer-file"),
    path("customers/<str:asset_id>/open", customer_file.open_file, name="customer-file-open"),
    path("customers/<str:asset_id>/wish", wishes.note_wish, name="customer-wish"),
    path("access-log/", access_log.access_log, name="access-log"),
]
