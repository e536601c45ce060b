"""Every address of the outages: control room, call desk and crews, duties, rules and limits."""

from django.urls import URLPattern, URLResolver

from outages.urls import (
    callbacks,
    control_room,
    desk_and_field,
    duties,
    messages,
    monthly,
    privacy,
    rules,
    shifts,
    systems,
)

app_name = "outages"
urlpatterns: list[URLPattern | URLResolver] = [
    *callbacks.urlpatterns,
    *control_room.urlpatterns,
    *desk_and_field.urlpatterns,
    *duties.urlpatterns,
    *messages.urlpatterns,
    *monthly.urlpatterns,
    *privacy.urlpatterns,
    *rules.urlpatterns,
    *shifts.urlpatterns,
    *systems.urlpatterns,
]
