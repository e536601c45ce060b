"""Every address of the outages: the control room's, then the call desk's and the crews'."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver

from outages.urls import control_room

app_name = "outages"
urlpatterns: list[URLPattern | URLResolver] = [*control_room.urlpatterns]

if find_spec("outages.urls.desk_and_field"):
    from outages.urls import desk_and_field

    urlpatterns += desk_and_field.urlpatterns
