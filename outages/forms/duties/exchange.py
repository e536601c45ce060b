"""What the two centres tell each other."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import AnomalyKind
from outages.forms.shape.moments import MomentField


class ExchangeForm(forms.Form):
    """The four items for the dispatch centre; valves are read off the plan."""

    leak_location = forms.CharField(label=_("Leak location"), max_length=200)
    pipe_diameter = forms.CharField(label=_("Pipe diameter"), max_length=60)
    affected_area = forms.CharField(label=_("Area affected"), max_length=300)
    expected_repair_at = MomentField(label=_("Expected repair time"))
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)


class AnswerForm(forms.Form):
    """A word from the dispatch centre."""

    text = forms.CharField(label=_("Message"), max_length=300)


class AnomalyForm(forms.Form):
    """What the dispatch centre sees."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(label=_("What"), choices=AnomalyKind.choices)
    place = forms.CharField(label=_("Where"), max_length=200)
    text = forms.CharField(
        label=_("What is seen"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    observed_at = MomentField(label=_("Seen at"), required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
