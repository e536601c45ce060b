"""What a member of the public tells us: where, what, and, if they like, who they are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gisapp.public_side.guard import filled_in_human_time
from layers.public.places import spot_in
from outages.choices import ReportKind
from outages.forms.shape.phones import PhoneField
from outages.models.callbacks.asking import Verdict

# In the words of who stands beside it, not of the utility.
PUBLIC_KINDS = [
    (ReportKind.BURST, _("Water gushes out of the ground")),
    (ReportKind.LEAK, _("A wet patch, water seeps")),
    (ReportKind.NO_WATER, _("No water at home")),
    (ReportKind.LOW_PRESSURE, _("Little pressure")),
    (ReportKind.WATER_QUALITY, _("Water looks or smells odd")),
    (ReportKind.OTHER, _("Something else")),
]
DEFECT_TEXT = _("This form was sent too quickly. Please look it over and send it again.")


class PublicReportForm(forms.Form):
    """A report from the public page. `website` is a trap: people never see it."""

    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Where is it?"),
        max_length=200,
        required=False,
        help_text=_("Street and number, or a crossing. Or set the pin on the map."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address", "enterkeyhint": "next"}),
    )
    kind = forms.ChoiceField(label=_("What is it?"), choices=PUBLIC_KINDS, widget=forms.RadioSelect)
    description = forms.CharField(
        label=_("What do you see?"),
        max_length=500,
        required=False,
        help_text=_("How much water, a road under water, a landmark nearby."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_danger = forms.BooleanField(
        label=_("It is dangerous: traffic, electricity, a hole in the road"), required=False
    )
    contact_name = forms.CharField(
        label=_("Your name"), max_length=80, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    contact_phone = PhoneField(
        label=_("Telephone, if we may ask back"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    website = forms.CharField(required=False, max_length=200)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        """Whether a machine filled in what no person can see."""
        return bool(self.data.get("website"))

    def clean(self) -> dict[str, Any]:
        """Find the place: the pin, else the address."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not filled_in_human_time(cleaned.get("shown", "")):
            raise forms.ValidationError(DEFECT_TEXT)
        if cleaned.get("lat") is not None and cleaned.get("lon") is not None:
            return cleaned
        if not cleaned.get("address", "").strip():
            self.add_error("address", _("Tell us where: an address, or the pin on the map."))
            return cleaned
        spot = spot_in(cleaned["address"])
        if spot is None:
            self.add_error(
                "address", _("We do not know this street. Please set the pin on the map.")
            )
            return cleaned
        return cleaned | {"lon": spot[0], "lat": spot[1]}


class RatingForm(forms.Form):
    """How the work was, in one word of two, and what else there is to say."""

    verdict = forms.ChoiceField(
        label=_("Are you satisfied with how it was dealt with?"),
        choices=[(Verdict.SATISFIED, _("Satisfied")), (Verdict.UNSATISFIED, _("Not satisfied"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What should we know?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
