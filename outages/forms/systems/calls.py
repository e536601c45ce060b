"""What the telephone system sends."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.forms.systems.sent import PastMoment
from outages.services.desk.hotline import CallFacts


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
