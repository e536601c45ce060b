"""What a call agent types: who calls from where, and what they see."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import MeterSide, ReportKind
from outages.forms.address_place import place_of_address

KINDS = [
    (ReportKind.BURST, _("Gushing")),
    (ReportKind.LEAK, _("Seeping")),
    (ReportKind.NO_WATER, _("No water")),
    (ReportKind.LOW_PRESSURE, _("Low pressure")),
    (ReportKind.WATER_QUALITY, _("Water quality")),
    (ReportKind.OTHER, _("Other")),
]
METER_SIDES = [
    (MeterSide.BEFORE, _("Before the meter")),
    (MeterSide.AFTER, _("After the meter")),
    (MeterSide.UNKNOWN, _("Not clear")),
]
DANGERS = [
    ("traffic", _("Traffic at risk")),
    ("injured", _("Somebody is hurt")),
    ("electricity", _("Near electricity")),
    ("collapse", _("Road caves in")),
]


class DeskReportForm(forms.Form):
    """A report taken on the telephone. The place is the point, else the address."""

    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Place"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(label=_("Situation"), choices=KINDS, widget=forms.RadioSelect)
    meter_side = forms.ChoiceField(label=_("Meter"), choices=METER_SIDES, widget=forms.RadioSelect)
    landmark = forms.CharField(
        label=_("Landmark"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    contact_name = forms.CharField(
        label=_("Caller"), max_length=80, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    contact_phone = forms.RegexField(
        r"^\+?[\d\s()-]{6,20}$",
        label=_("Telephone"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"invalid": _("This is no telephone number.")},
    )
    dangers = forms.MultipleChoiceField(
        label=_("Danger"), choices=DANGERS, required=False, widget=forms.CheckboxSelectMultiple
    )
    description = forms.CharField(
        label=_("Details"), max_length=500, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    read_back = forms.BooleanField(
        label=_("Place and telephone read back to the caller"),
        error_messages={"required": _("Read place and telephone back first.")},
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Find the place of the report."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("lat") is not None and cleaned.get("lon") is not None:
            return cleaned
        place = place_of_address(cleaned.get("address", ""))
        if place is None:
            self.add_error("address", _("No such street: pick the place on the map."))
            return cleaned
        return cleaned | {"lat": place.lat, "lon": place.lon}

    def told(self) -> str:
        """Return what is kept as the description: the dangers in words, then the details."""
        labels = dict(DANGERS)
        dangers = [str(labels[value]) for value in self.cleaned_data["dangers"]]
        return " · ".join([*dangers, *filter(None, [self.cleaned_data["description"]])])


class CloseCallForm(forms.Form):
    """How a call ended that made no report."""

    outcome = forms.ChoiceField(
        choices=[("answered", "answered"), ("invalid", "invalid"), ("registered", "registered")]
    )
    note = forms.CharField(max_length=150, required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    address = forms.CharField(max_length=200, required=False)
    customer = forms.IntegerField(required=False)
    verdict = forms.CharField(max_length=100, required=False)
    client_key = forms.UUIDField()
