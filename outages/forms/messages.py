"""Forms of the telephone list, of evidence, of channels and of the programs that listen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import CallResult, EvidenceKind


class CallForm(forms.Form):
    """How a call ended."""

    result = forms.ChoiceField(
        label=_("How did the call end"), choices=CallResult.choices, widget=forms.RadioSelect
    )
    spoke_with = forms.CharField(label=_("Spoke with"), max_length=80, required=False)
    recording = forms.CharField(label=_("Number of the recording"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class EvidenceForm(forms.Form):
    """What shows that it was done: an address, or a picture."""

    kind = forms.ChoiceField(
        label=_("What shows it"),
        choices=[
            (kind.value, kind.label) for kind in EvidenceKind if kind != EvidenceKind.RECORDING
        ],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(label=_("Address or reference"), max_length=300, required=False)
    file = forms.FileField(label=_("Picture"), required=False)


class SwitchForm(forms.Form):
    """Why something is switched off or on."""

    on = forms.TypedChoiceField(
        choices=[("yes", "on"), ("no", "off")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class TestMessageForm(forms.Form):
    """Where a test message goes."""

    __test__ = False
    address = forms.CharField(label=_("Your number or address"), max_length=120)


class SubscriberForm(forms.Form):
    """A program that wants to hear of notices."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.URLField(label=_("Address (https)"), max_length=300, assume_scheme="https")
