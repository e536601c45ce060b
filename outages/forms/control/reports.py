"""What becomes of a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.forms.shape.panel import PanelForm
from outages.models import BurstReport


class AnswerForm(PanelForm):
    """What the caller was told; the report is closed by it."""

    mark = "answer"

    text = forms.CharField(label=_("What the caller was told"), max_length=200)


class MergeForm(PanelForm):
    """The report that this one is a duplicate of, by its reference."""

    mark = "merge"

    into = forms.CharField(label=_("Reference of the other report"), max_length=20)

    def clean_into(self) -> BurstReport:
        """Return the other report."""
        wanted = self.cleaned_data["into"].strip().upper()
        found = BurstReport.objects.filter(reference=wanted).first()
        if found is None:
            raise forms.ValidationError(_("There is no report with this reference."))
        return found


class PlaceForm(PanelForm):
    """Where the report really is: a point, a pipe, or both."""

    mark = "place"

    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    pipe = forms.CharField(label=_("Pipe code"), max_length=64, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for at least one of them."""
        data = super().clean() or {}
        if not data.get("pipe") and (data.get("lon") is None or data.get("lat") is None):
            raise forms.ValidationError(_("Click on the map, or name the pipe."))
        return data
