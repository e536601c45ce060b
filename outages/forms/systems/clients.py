"""Another system, and what it may do."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import (
    Channel,
    IntakeScope,
)
from outages.forms.shape.panel import PanelForm


class IntakeClientForm(PanelForm):
    """Another system, what it may do, and the channels of its reports."""

    mark = "intake"

    name = forms.CharField(label=_("Name of the system"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=IntakeScope.choices,
        initial=[IntakeScope.REPORTS],
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels that it may name"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Whoever hands in reports names how they came in."""
        data = super().clean() or {}
        if IntakeScope.REPORTS not in data.get("scopes", []):
            return data | {"channels": []}
        if not data.get("channels"):
            self.add_error("channels", _("Choose at least one channel."))
        return data
