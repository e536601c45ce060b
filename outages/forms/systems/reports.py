"""A report as another system sends it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outages.choices import (
    NETWORK_KINDS,
    Channel,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Urgency,
)
from outages.forms.shape.phones import PhoneField
from outages.forms.systems.sent import PastMoment, PointForm, ZonedMoment
from outages.selectors.desk.address_place import place_of_address
from outages.services.desk.reports import ReportFacts


class IntakeForm(PointForm):
    """The fields of docs/intake.md. A network fault has a point, or an address on a known street.

    `reported_at` is when the other system heard of it: every clock runs from then.
    """

    kind = forms.ChoiceField(choices=ReportKind.choices)
    channel = forms.ChoiceField(choices=Channel.choices)
    address = forms.CharField(max_length=200)
    contact_phone = PhoneField()
    contact_name = forms.CharField(max_length=80, required=False)
    description = forms.CharField(max_length=2000, required=False)
    landmark = forms.CharField(max_length=200, required=False)
    reported_at = PastMoment(required=False)
    occurred_at = ZonedMoment(required=False)
    meter_side = forms.ChoiceField(choices=MeterSide.choices, required=False)
    urgency = forms.ChoiceField(choices=Urgency.choices, required=False)
    is_danger = forms.BooleanField(required=False)
    is_complaint = forms.BooleanField(required=False)
    is_confidential = forms.BooleanField(required=False)
    with_media = forms.BooleanField(required=False)
    language = forms.ChoiceField(choices=SpokenLanguage.choices, required=False)
    customer = forms.CharField(max_length=64, required=False)

    def clean_reported_at(self) -> datetime | None:
        """A clock that runs ahead a little is now."""
        at: datetime | None = self.cleaned_data["reported_at"]
        return None if at is None else min(at, timezone.now())

    def clean(self) -> dict[str, Any]:
        """Find the place of a fault."""
        data = super().clean()
        if data.get("kind") not in NETWORK_KINDS or data.get("lon") is not None:
            return data
        place = place_of_address(data.get("address", ""))
        if place is None:
            said = _("A fault needs a point, or an address on a known street.")
            self.add_error("address", forms.ValidationError(said, code="place_unknown"))
            return data
        return data | {"lon": place.lon, "lat": place.lat}

    def facts(self, *, sender: str) -> ReportFacts:
        """Return the report; call it once the form holds."""
        data = dict(self.cleaned_data)
        reported_at = data.pop("reported_at")
        data["meter_side"] = data["meter_side"] or MeterSide.UNKNOWN
        data["language"] = data["language"] or SpokenLanguage.MANDARIN
        late = {} if reported_at is None else {"received_at": reported_at, "entry_reason": sender}
        return ReportFacts(**data, **late)
