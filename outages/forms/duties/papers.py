"""The papers of an outage: sheet, permit, the leader's word."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outages.forms.shape.moments import MomentField
from outages.forms.shape.yes_no import TrunkRoadField


class SheetForm(forms.Form):
    """What the analysis cannot know, and what the network's data lacks."""

    on_trunk_road = TrunkRoadField()

    def typed_valves(self, codes: list[str]) -> dict[str, dict[str, Any]]:
        """Return what was typed of each valve, by its place in the list."""
        found: dict[str, dict[str, Any]] = {}
        for number, code in enumerate(codes):
            bore = str(self.data.get(f"bore-{number}", "")).strip()
            place = str(self.data.get(f"place-{number}", "")).strip()[:120]
            said: dict[str, Any] = {}
            if bore.isdecimal() and 0 < int(bore) < 5000:
                said["bore_mm"] = int(bore)
            if place:
                said["place"] = place
            if said:
                found[code] = said
        return found


class PermitApplyForm(forms.Form):
    """The papers are with the authority."""

    applied_at = MomentField(label=_("Applied for at"))
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)


class PermitDecideForm(forms.Form):
    """What the authority said."""

    decision = forms.ChoiceField(
        label=pgettext_lazy("permit", "Decision"),
        choices=[("approved", _("Approved")), ("rejected", _("Rejected"))],
    )
    number = forms.CharField(label=_("Number of the permit"), max_length=60, required=False)
    decided_at = MomentField(label=_("Decided at"))
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)
    document = forms.FileField(
        label=_("Document (PDF or photo)"), required=False, help_text=_("At most 10 MB")
    )


class ApprovalForm(forms.Form):
    """The leader's word."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])
    comment = forms.CharField(
        label=pgettext_lazy("leader", "Comment"), max_length=300, required=False
    )
