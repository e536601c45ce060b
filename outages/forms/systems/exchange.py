"""What the dispatch centre's program and monitoring send."""

from datetime import datetime

from django import forms

from outages.choices import AnomalyKind
from outages.forms.systems.sent import OutageCodeField, PastMoment, PointForm
from outages.services.systems.exchange import AnomalyFacts


class AnswerSentForm(forms.Form):
    """A word of the dispatch centre about an outage."""

    outage = OutageCodeField(max_length=40)
    text = forms.CharField(max_length=300)


class AnomalySentForm(PointForm):
    """Something out of order in the network's operation."""

    kind = forms.ChoiceField(choices=AnomalyKind.choices)
    place = forms.CharField(max_length=200)
    text = forms.CharField(max_length=500)
    observed_at = PastMoment(required=False)
    outage = OutageCodeField(max_length=40, required=False)

    def facts(self, *, at: datetime) -> AnomalyFacts:
        """Return the anomaly; call it once the form holds."""
        told = self.cleaned_data
        lon, lat = told["lon"], told["lat"]
        return AnomalyFacts(
            kind=told["kind"],
            place=told["place"],
            text=told["text"],
            observed_at=min(told["observed_at"] or at, at),
            at_place=None if lon is None or lat is None else (lon, lat),
            outage=told["outage"],
        )
