"""Deciding on deliveries whose fate is unknown."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ResolveForm(forms.Form):
    """Did it arrive? Sending once more may tell somebody twice, so a person decides."""

    arrived = forms.TypedChoiceField(
        label=_("What became of it"),
        choices=[("yes", _("It arrived")), ("no", _("Send it once more"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("How do you know"), max_length=200)


class ResolveAllForm(ResolveForm):
    """The same for all messages of a channel: as many as were shown."""

    count = forms.IntegerField(min_value=1)


class SeenForm(forms.Form):
    """How many it was shown to go to: if that has changed, it is looked at again."""

    customers = forms.IntegerField(min_value=0)
    messages = forms.IntegerField(min_value=0)


class WithheldForm(forms.Form):
    """The place of an outage in the public's words, where it was what a notice lacked."""

    place = forms.CharField(max_length=200, required=False)
    place_en = forms.CharField(max_length=200, required=False)
