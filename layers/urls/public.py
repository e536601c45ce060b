"""Addresses of the public pages and files, for `gisapp.public_side.urls` to take in."""

from django.urls import path

from layers.views import feeds, public

urlpatterns = [
    path("", public.outage_map, name="map"),
    path("outages/<str:code>/", public.outage_detail, name="outage"),
    path("current.json", public.pointer, name="current"),
    path("data/<str:name>", public.data_file, name="data"),
    path("feed.atom", feeds.OutageFeed(), name="feed"),
    path("alerts.atom", feeds.AlertFeed(), name="alerts"),
    path("alerts/<str:name>", feeds.alert_file, name="alert"),
    path("spoken.json", public.spoken, name="spoken"),
    path("planned.ics", feeds.planned_calendar, name="calendar"),
    path("data/<str:name>/<int:z>/<int:x>/<int:y>.mvt", public.tile_file, name="tile"),
]
