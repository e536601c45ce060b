"""Every address of the outages: the control room's, then the call desk's and the crews'."""

from django.urls import URLPattern, URLResolver

from outages.urls import control_room, desk_and_field, duties, rules

app_name = "outages"
urlpatterns: list[URLPattern | URLResolver] = [
    *control_room.urlpatterns,
    *desk_and_field.urlpatterns,
    *duties.urlpatterns,
    *rules.urlpatterns,
]
