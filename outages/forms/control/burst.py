"""A burst put on the map: by a click, by a pipe's code, or by an address."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _

from network.choices import AreaKind
from network.models import Area, Customer, Pipe
from network.selectors import current_revision, nearest_pipe
from outages import selectors
from outages.choices import NETWORK_KIND_CHOICES, Channel, MeterSide, ReportKind
from outages.services.desk.reports import ReportFacts

ADDRESS_HITS = 6


class BurstForm(forms.Form):
    """Give a point, a pipe or an address; what is given first in this order counts.

    `hits` are the customers that an address fits when there are several: pick one as `customer`.
    """

    kind = forms.ChoiceField(
        label=_("What it is"), choices=NETWORK_KIND_CHOICES, initial=ReportKind.BURST
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        help_text=_("Street and number, compound or account"),
    )
    pipe = forms.CharField(
        label=_("Pipe code"),
        max_length=64,
        required=False,
        help_text=_("If you know it: its middle is taken as the place"),
    )
    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    customer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    meter_side = forms.ChoiceField(
        label=_("Side of the meter"),
        choices=MeterSide.choices,
        initial=MeterSide.BEFORE,
        required=False,
    )
    is_danger = forms.BooleanField(label=_("Danger to people or traffic"), required=False)
    description = forms.CharField(
        label=_("What is seen"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact_name = forms.CharField(label=_("Who reports it"), required=False, max_length=80)
    contact_phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # "none", or the key of the open report that it is the same as.
    duplicate_of = forms.RegexField(r"^(none|\d{1,18})$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hits: list[selectors.CustomerHit] = []
        # Sending the same form twice is one report.
        self.fields["client_key"].initial = uuid.uuid4

    def clean(self) -> dict[str, Any]:
        """Find the place, and refuse one where no burst of ours can be."""
        data = super().clean() or {}
        if self.errors:
            return data
        if not self._place(data):
            return data
        self._require_service_area(data)
        if not self.errors and not data.get("pipe"):
            self._require_near_pipe(data)
        return data

    def _place(self, data: dict[str, Any]) -> bool:
        """Fill `lon` and `lat`; say what is missing otherwise."""
        if data.get("lon") is not None and data.get("lat") is not None:
            return True
        point = self._of_pipe(data) or self._of_customer(data) or self._of_address(data)
        if point is None:
            if not self.errors and not self.hits:
                self.add_error(
                    None, _("Say where: click on the map, or give an address or a pipe.")
                )
            return False
        data["lon"], data["lat"] = point.x, point.y
        return True

    def _of_pipe(self, data: dict[str, Any]) -> Point | None:
        if not data.get("pipe"):
            return None
        row = Pipe.objects.filter(revision=current_revision(), asset_id=data["pipe"]).first()
        if row is None:
            self.add_error("pipe", _("There is no such pipe in the network."))
            return None
        middle = row.geom.interpolate_normalized(0.5)
        return Point(middle.x, middle.y, srid=4326)

    def _of_customer(self, data: dict[str, Any]) -> Point | None:
        if not data.get("customer"):
            return None
        row = Customer.objects.filter(revision=current_revision(), pk=data["customer"]).first()
        return row.geom if row else None

    def _of_address(self, data: dict[str, Any]) -> Point | None:
        """Take the one place that the address fits; several are offered to choose from."""
        text = data.get("address", "")
        if not text or self.errors:
            return None
        hits = selectors.search_customers(text, limit=ADDRESS_HITS)
        if not hits:
            self.add_error("address", _("No address fits. Click on the map instead."))
            return None
        exact = [hit for hit in hits if hit.customer.address == text]
        if len(hits) == 1 or len(exact) == 1:
            return (exact or hits)[0].customer.geom
        self.hits = hits
        self.add_error("address", _("Several addresses fit: choose one."))
        return None

    def _require_service_area(self, data: dict[str, Any]) -> None:
        here = Point(data["lon"], data["lat"], srid=4326)
        areas = Area.objects.filter(kind=AreaKind.SERVICE_AREA)
        if areas.exists() and not areas.filter(geom__intersects=here).exists():
            self.add_error(None, _("This is outside the service area: no main of ours is there."))

    def _require_near_pipe(self, data: dict[str, Any]) -> None:
        if nearest_pipe(data["lon"], data["lat"], settings.REPORT_SNAP_M) is None:
            text = _("No pipe within %(m)d m. Click nearer to the main, or name the pipe.")
            self.add_error(None, text % {"m": settings.REPORT_SNAP_M})

    def facts(self) -> ReportFacts:
        """Return what `report_burst` takes. Call it on a valid form."""
        data = self.cleaned_data
        return ReportFacts(
            lon=data["lon"],
            lat=data["lat"],
            kind=data["kind"],
            channel=Channel.MAP,
            meter_side=data["meter_side"] or MeterSide.BEFORE,
            address=data["address"],
            description=data["description"],
            is_danger=data["is_danger"],
            contact_name=data["contact_name"],
            contact_phone=data["contact_phone"],
            pipe=data["pipe"],
            client_key=data["client_key"],
        )
