"""Channels switched and tried, and the programs that listen."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
