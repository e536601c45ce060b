"""What an agent says of a case: its marks, its triage, calls promised and made."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import Disposition, Triage, Urgency
from outages.forms.shape.moments import MomentField
from outages.forms.shape.panel import PanelForm


class MarksForm(PanelForm):
    """The flags of a report, as they shall be."""

    mark = "marks"

    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Urgency.choices, widget=forms.RadioSelect
    )
    is_complaint = forms.BooleanField(label=_("Complaint"), required=False)
    is_major = forms.BooleanField(label=_("Large social impact"), required=False)
    with_media = forms.BooleanField(label=_("Press or regulator involved"), required=False)
    is_confidential = forms.BooleanField(
        label=_("Confidential: protect who told us"), required=False
    )


class TriageForm(PanelForm):
    """Whose fault it is."""

    mark = "triage"

    triage = forms.ChoiceField(
        label=_("Whose fault"), choices=Triage.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed where it differs from the side of the meter"),
    )


class PromiseForm(PanelForm):
    """A call that is promised."""

    mark = "promise"

    text = forms.CharField(label=_("What about"), max_length=300)
    due_at = MomentField(label=_("Call by"), required=False, future=True)


class CallMadeForm(PanelForm):
    """What came of a call that was owed."""

    mark = "call"

    call = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.CharField(label=_("What came of it"), max_length=300)


class InvalidForm(PanelForm):
    """Why a call makes no order."""

    mark = "invalid"

    disposition = forms.ChoiceField(
        label=_("What it was"), choices=Disposition.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Note"), max_length=200)
