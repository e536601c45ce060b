"""Whether a customer wants messages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import PERSONAL_CHANNELS


class WishForm(forms.Form):
    """Whether a customer wants messages on a channel, and how one knows."""

    channel = forms.ChoiceField(choices=[(each.value, each.label) for each in PERSONAL_CHANNELS])
    is_out = forms.TypedChoiceField(
        choices=[("yes", "out"), ("no", "in")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
