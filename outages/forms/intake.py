"""A report as another system sends it, and a system that may send."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from outages.choices import (
    NETWORK_KINDS,
    Channel,
    IntakeScope,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Urgency,
)
from outages.forms.address_place import place_of_address
from outages.forms.panel import PanelForm
from outages.forms.phones import PhoneField
from outages.services.desk.reports import ReportFacts

# What another system has kept for longer is no report any more but a file.
OLDEST = timedelta(days=7)
# A clock that runs ahead a little is no reason to lose a report.
AHEAD = timedelta(minutes=2)


class ZonedMoment(forms.Field):
    """A time as ISO 8601 with its zone."""

    default_error_messages = {"invalid": _("A time in ISO 8601 with its zone is needed.")}

    def to_python(self, value: Any) -> datetime | None:
        """Read it; None for nothing."""
        if value in self.empty_values:
            return None
        try:
            at = parse_datetime(value) if isinstance(value, str) else None
            # At either end of the calendar there is no such time in UTC, which is what is kept.
            if at is not None and at.tzinfo is not None:
                at.astimezone(UTC)
        except (ValueError, OverflowError):
            at = None
        if at is None or at.tzinfo is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return at


class IntakeForm(forms.Form):
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
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    reported_at = ZonedMoment(required=False)
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
        """Neither in the future nor too old."""
        at: datetime | None = self.cleaned_data["reported_at"]
        now = timezone.now()
        if at is not None and at > now + AHEAD:
            raise forms.ValidationError(_("This is in the future."), code="future")
        if at is not None and at < now - OLDEST:
            raise forms.ValidationError(_("This is more than 7 days ago."), code="too_old")
        return None if at is None else min(at, now)

    def clean(self) -> dict[str, Any]:
        """Find the place of a fault."""
        data = super().clean() or {}
        if (data.get("lon") is None) != (data.get("lat") is None):
            self.add_error("lon", forms.ValidationError(_("Give both or none."), code="half"))
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


class IntakeClientForm(PanelForm):
    """Another system, what it may do, and the channels of its reports."""

    mark = "intake"

    name = forms.CharField(label=_("Name of the system"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=IntakeScope.choices,
        initial=[IntakeScope.REPORTS],
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels that it may name"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Whoever hands in reports names how they came in."""
        data = super().clean() or {}
        if IntakeScope.REPORTS not in data.get("scopes", []):
            return data | {"channels": []}
        if not data.get("channels"):
            self.add_error("channels", _("Choose at least one channel."))
        return data
