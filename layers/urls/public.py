"""Addresses that need no login. A public process serves these alone."""

from django.urls import path

from layers.views import feeds, public, tiles

app_name = "public"

urlpatterns = [
    path("", public.outage_map, name="map"),
    path("outages/<str:code>/", public.outage_detail, name="outage"),
    path("current.json", public.pointer, name="current"),
    path("data/<str:name>", public.data_file, name="data"),
    path("feed.atom", feeds.OutageFeed(), name="feed"),
    path("planned.ics", feeds.planned_calendar, name="calendar"),
    path("tiles/<int:z>/<int:x>/<int:y>.mvt", tiles.public_tile, name="tile"),
]
