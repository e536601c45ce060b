"""Addresses of the desk's shifts and the crews' roster."""

from django.urls import URLPattern, URLResolver, path

from outages.views.shifts import roster, times
from outages.views.shifts import screens as shifts

urlpatterns: list[URLPattern | URLResolver] = [
    path("shift/", shifts.shift_now, name="shift"),
    path("shift/open", shifts.shift_open, name="shift-open"),
    path("shift/items/<int:item_id>/told", shifts.item_told, name="shift-item-told"),
    path("shifts/hours/", times.times, name="shift-times"),
    path("shifts/hours/set", times.set_times, name="shift-times-set"),
    path("shifts/", shifts.shift_list, name="shifts"),
    path("shifts/<int:key>/", shifts.shift_record, name="shift-record"),
    *[
        path(f"shifts/<int:key>/{slug}", view, name=f"shift-{slug}")
        for slug, view in shifts.SHIFT_ACT_VIEWS.items()
    ],
    path("roster/", roster.roster, name="roster"),
    path("roster/add", roster.duty_add, name="roster-add"),
    path("roster/<int:duty_id>/void", roster.duty_void, name="roster-void"),
]
