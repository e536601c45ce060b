"""Planned works: which pipes, when, why, and what the public reads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from network.models import Pipe
from outages.choices import Cause, Supply, Works
from outages.forms.shape.codes import require_known, typed_codes
from outages.forms.shape.moments import MomentField
from outages.forms.shape.yes_no import TrunkRoadField


class PlannedForm(forms.Form):
    """A window and the pipes to work on. `pipes` becomes a list of codes."""

    pipes = forms.CharField(
        label=_("Pipes to work on"),
        help_text=_("Codes, with blanks or commas between; or pick them on the map"),
    )
    planned_start_at = MomentField(label=_("From"), future=True)
    planned_end_at = MomentField(label=_("Until"), future=True)
    cause = forms.ChoiceField(label=_("Cause"), choices=Cause.choices, initial=Cause.RENEWAL)
    works = forms.ChoiceField(label=_("Kind of works"), choices=Works.choices)
    supply = forms.ChoiceField(label=_("Supply meanwhile"), choices=Supply.choices)
    on_trunk_road = TrunkRoadField(required=False)
    place = forms.CharField(label=_("Place for the public (Chinese)"), max_length=200)
    place_en = forms.CharField(
        label=_("Place for the public (English)"), max_length=200, required=False
    )
    remark_public = forms.CharField(
        label=_("Remark for the public (Chinese)"), max_length=200, required=False
    )
    remark_public_en = forms.CharField(
        label=_("Remark for the public (English)"), max_length=200, required=False
    )

    def clean_pipes(self) -> list[str]:
        """Return the codes, each known to the network."""
        codes = typed_codes(self.cleaned_data["pipes"])
        require_known(Pipe, codes)
        return codes

    def clean(self) -> dict[str, Any]:
        """Refuse works that end before they begin."""
        data = super().clean() or {}
        start, end = data.get("planned_start_at"), data.get("planned_end_at")
        if start and end and end <= start:
            self.add_error("planned_end_at", _("The works end before they begin."))
        return data
