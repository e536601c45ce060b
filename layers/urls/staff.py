"""Addresses of the staff map's data and of plans as documents."""

from django.urls import path

from layers.views import features, plans, tiles

app_name = "layers"

urlpatterns = [
    path("tiles/<int:z>/<int:x>/<int:y>.mvt", tiles.staff_tile, name="tile"),
    path("network.geojson", features.network, name="network"),
    path("risk.geojson", features.risk, name="risk"),
    path("heat.geojson", features.heat, name="heat"),
    path("outages.geojson", features.outages, name="outages"),
    path("reports.geojson", features.reports, name="reports"),
    path("plans/<int:plan_id>.geojson", plans.overlay, name="plan-overlay"),
    path("plans/<int:plan_id>/pressure.geojson", plans.pressure, name="plan-pressure"),
    path("plans/<int:plan_id>/map.html", plans.offline_map, name="plan-map"),
    path("plans/<int:plan_id>/picture.svg", plans.picture, name="plan-picture"),
    path("plans/<int:plan_id>/print/", plans.sheet, name="plan-print"),
    path("plans/<int:plan_id>/latest/", plans.latest, name="plan-latest"),
]
