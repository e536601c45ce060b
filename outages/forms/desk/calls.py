"""How a call ended that made no report."""

from django import forms

from outages.choices import (
    Disposition,
)


class CloseCallForm(forms.Form):
    """How a call ended that made no report."""

    outcome = forms.ChoiceField(
        choices=[("answered", "answered"), ("invalid", "invalid"), ("registered", "registered")]
    )
    disposition = forms.ChoiceField(choices=Disposition.choices, required=False)
    note = forms.CharField(max_length=150, required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    address = forms.CharField(max_length=200, required=False)
    customer = forms.IntegerField(required=False)
    verdict = forms.CharField(max_length=100, required=False)
    client_key = forms.UUIDField()
