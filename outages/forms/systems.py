"""What the dispatch centre's program, monitoring and the telephone system send."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outages.choices import AnomalyKind
from outages.forms.intake import AHEAD, OLDEST, ZonedMoment
from outages.models import Outage
from outages.services.desk.hotline import CallFacts
from outages.services.systems.exchange import AnomalyFacts


class PastMoment(ZonedMoment):
    """A time that was, at most 7 days ago; a clock that runs ahead a little is now."""

    def to_python(self, value: Any) -> datetime | None:
        """Read it and keep it within bounds."""
        at = super().to_python(value)
        now = timezone.now()
        if at is not None and at > now + AHEAD:
            raise forms.ValidationError(_("This is in the future."), code="future")
        if at is not None and at < now - OLDEST:
            raise forms.ValidationError(_("This is more than 7 days ago."), code="too_old")
        return at


class OutageCodeField(forms.CharField):
    """The code of an outage, as messages name it."""

    def clean(self, value: Any) -> Any:
        """Find it; None for nothing."""
        code = super().clean(value)
        if not code:
            return None
        outage = Outage.objects.filter(code=code).first()
        if outage is None:
            raise forms.ValidationError(_("There is no such outage."), code="outage_unknown")
        return outage


class AnswerSentForm(forms.Form):
    """A word of the dispatch centre about an outage."""

    outage = OutageCodeField(max_length=40)
    text = forms.CharField(max_length=300)


class AnomalySentForm(forms.Form):
    """Something out of order in the network's operation."""

    kind = forms.ChoiceField(choices=AnomalyKind.choices)
    place = forms.CharField(max_length=200)
    text = forms.CharField(max_length=500)
    observed_at = PastMoment(required=False)
    outage = OutageCodeField(max_length=40, required=False)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none."""
        data = super().clean() or {}
        if (data.get("lon") is None) != (data.get("lat") is None):
            self.add_error("lon", forms.ValidationError(_("Give both or none."), code="half"))
        return data

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


class CallSentForm(forms.Form):
    """A call: rung, then answered or given up."""

    ring_at = PastMoment()
    answer_at = PastMoment(required=False)
    ended_at = PastMoment(required=False)
    rings = forms.IntegerField(min_value=0, max_value=999, required=False)
    agent = forms.CharField(max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """Either answered or given up, and not before the first ring."""
        data = super().clean() or {}
        answered, ended = data.get("answer_at"), data.get("ended_at")
        if not self.errors and (answered is None) == (ended is None):
            said = _("Give the answer or the end, one of the two.")
            self.add_error("answer_at", forms.ValidationError(said, code="one_of_two"))
        over, ring_at = answered or ended, data.get("ring_at")
        if over is not None and ring_at is not None and over < ring_at:
            name = "answer_at" if answered else "ended_at"
            said = _("This is before the first ring.")
            self.add_error(name, forms.ValidationError(said, code="before_ring"))
        return data

    def facts(self) -> CallFacts:
        """Return the call; call it once the form holds."""
        return CallFacts(**self.cleaned_data)
