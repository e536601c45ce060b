"""Where people fetch water meanwhile."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import SupplyPointKind


class SupplyPointForm(forms.Form):
    """A place to fetch water; with coordinates it is set by hand."""

    name = forms.CharField(label=_("Name for the public (Chinese)"), max_length=120)
    name_en = forms.CharField(
        label=_("Name for the public (English)"), max_length=120, required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=SupplyPointKind.choices)
    hours = forms.CharField(label=_("Opening hours"), max_length=60, required=False)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)


class SupplyConfirmForm(forms.Form):
    """A proposed place under the name that people know."""

    name = forms.CharField(max_length=120, required=False)
    hours = forms.CharField(max_length=60, required=False)
    kind = forms.ChoiceField(choices=SupplyPointKind.choices, required=False)
