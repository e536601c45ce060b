"""What a call agent types: who calls from where, and what they see or want."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network.models import Customer
from network.selectors import current_revision
from outages.choices import (
    ANSWERABLE_KINDS,
    NETWORK_KINDS,
    Channel,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Triage,
    Urgency,
)
from outages.forms.shape.moments import MomentField
from outages.forms.shape.phones import PhoneField
from outages.policy.addresses import written_phone
from outages.selectors.desk.address_place import place_of_address
from outages.services.desk.marking import MarkRefused, require_triage, triage_by_meter

KINDS = [
    (ReportKind.BURST, _("Gushing")),
    (ReportKind.LEAK, _("Seeping")),
    (ReportKind.NO_WATER, _("No water")),
    (ReportKind.LOW_PRESSURE, _("Low pressure")),
    (ReportKind.WATER_QUALITY, _("Water quality")),
    (ReportKind.OTHER, _("Other fault")),
    (ReportKind.CHARGES, _("Charges")),
    (ReportKind.METERING, _("Metering")),
    (ReportKind.WORKMANSHIP, _("Workmanship")),
    (ReportKind.CONDUCT, _("Conduct of staff")),
    (ReportKind.CONSULTATION, _("Question")),
    (ReportKind.SUGGESTION, _("Suggestion")),
    (ReportKind.PRAISE, _("Praise")),
]
# The diameters that callers know, or that a landmark tells; 0 is "not known".
DIAMETERS = [
    ("", _("not known")),
    *[(n, f"DN{n}") for n in (15, 25, 50, 100, 150, 200, 300, 400, 600, 800)],
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
    """A contact as the agent takes it down. The place is the point, else the address.

    Only faults of the network need a place. What is answered at once says with which words; a
    fault on the customer's side says how the caller was guided.
    """

    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Place"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Situation"), choices=KINDS, widget=forms.RadioSelect)
    meter_side = forms.ChoiceField(
        label=_("Meter"), choices=METER_SIDES, required=False, widget=forms.RadioSelect
    )
    told_diameter_mm = forms.TypedChoiceField(
        label=_("Pipe size"), choices=DIAMETERS, coerce=int, required=False, empty_value=None
    )
    triage = forms.ChoiceField(
        label=_("Whose fault"),
        choices=[("", _("by the meter")), *Triage.choices],
        required=False,
    )
    triage_reason = forms.CharField(label=_("Why so"), max_length=200, required=False)
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=[("", _("as usual")), *Urgency.choices], required=False
    )
    is_complaint = forms.BooleanField(label=_("Complaint"), required=False)
    is_confidential = forms.BooleanField(
        label=_("Confidential: protect who told us"), required=False
    )
    with_media = forms.BooleanField(label=_("Press or regulator involved"), required=False)
    channel = forms.ChoiceField(
        label=_("Came by"), choices=Channel.choices, initial=Channel.PHONE, required=False
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=SpokenLanguage.choices, required=False,
        initial=SpokenLanguage.MANDARIN,
    )  # fmt: skip
    answer = forms.CharField(
        label=_("Answered"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("What you told the caller, where that was all it needed"),
    )  # fmt: skip
    received_at = MomentField(label=_("Received at"), required=False)
    entry_reason = forms.CharField(label=_("Why later"), max_length=200, required=False)
    customer = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    landmark = forms.CharField(
        label=_("Landmark"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    contact_name = forms.CharField(
        label=_("Caller"), max_length=80, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    contact_phone = PhoneField(
        label=_("Telephone"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    # The number of the customer's file holds, which the agent need not see in full.
    phone_on_file = forms.BooleanField(required=False)
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
        """Find the place of a fault, and hold what was said together."""
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind", "")
        self._check_phone(cleaned)
        self._check_words(cleaned, kind)
        self._check_entry(cleaned)
        if kind in NETWORK_KINDS:
            self._check_triage(cleaned)
            return self._placed(cleaned)
        if not cleaned.get("address") and kind not in ANSWERABLE_KINDS and "kind" in cleaned:
            self.add_error("address", _("Say where, in words: an address is enough."))
        return cleaned | {"triage": "", "triage_reason": "", "meter_side": MeterSide.UNKNOWN}

    def _check_phone(self, cleaned: dict[str, Any]) -> None:
        """What was typed holds, else the number of the file; without either nobody can call."""
        if cleaned.get("contact_phone") or "contact_phone" in self.errors:
            return
        if cleaned.get("phone_on_file"):
            cleaned["contact_phone"] = phone_on_file(cleaned.get("customer", ""))
        if not cleaned.get("contact_phone"):
            self.add_error("contact_phone", _("Ask for a number to call back."))

    def _check_words(self, cleaned: dict[str, Any], kind: str) -> None:
        is_told = cleaned.get("description") or cleaned.get("answer")
        if kind and kind not in NETWORK_KINDS and not is_told:
            self.add_error("description", _("Write down what it is about."))

    def _check_entry(self, cleaned: dict[str, Any]) -> None:
        received: datetime | None = cleaned.get("received_at")
        if received is None:
            return
        if received > timezone.now():
            self.add_error("received_at", _("This time has not come yet."))
        elif not cleaned.get("entry_reason"):
            self.add_error("entry_reason", _("Say why it is entered later."))

    def _check_triage(self, cleaned: dict[str, Any]) -> None:
        side = cleaned.get("meter_side") or MeterSide.UNKNOWN
        triage = cleaned.get("triage") or triage_by_meter(side)
        cleaned |= {"meter_side": side, "triage": triage}
        try:
            require_triage(side, triage, cleaned.get("triage_reason", ""))
        except MarkRefused:
            self.add_error("triage_reason", _("Say why it differs from the side of the meter."))
        guided = triage == Triage.CUSTOMER_SIDE
        if guided and not cleaned.get("answer"):
            self.add_error("answer", _("Say how you guided the caller."))
        if cleaned.get("answer") and not guided:
            self.add_error("answer", _("A fault that may be ours gets an order, not an answer."))

    def _placed(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        if cleaned.get("lat") is not None and cleaned.get("lon") is not None:
            if not cleaned.get("address"):
                self.add_error("address", _("Say where, in words: an address is enough."))
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


def phone_on_file(asset_id: str) -> str:
    """Return the number of a customer in the network in force; empty where there is none."""
    rows = Customer.objects.filter(revision=current_revision(), asset_id=asset_id)
    return written_phone(rows.values_list("phone", flat=True).first() or "")
