"""What comes of an answer: put right, and done better from now on."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.forms.shape.moments import MomentField
from outages.forms.shape.panel import PanelForm


class ImprovementForm(PanelForm):
    """What the department does better now."""

    mark = "improvement"

    text = forms.CharField(
        label=_("What is done better now"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RectificationForm(PanelForm):
    """What is to be put right, and by when."""

    mark = "rectification"

    what = forms.CharField(
        label=_("What is to be put right"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    due_at = MomentField(
        label=_("By when"),
        required=False,
        future=True,
        help_text=_("Left empty, the policy's time holds"),
    )


class OutcomeForm(PanelForm):
    """What was done to put it right."""

    mark = "outcome"

    outcome = forms.CharField(label=_("What was done"), max_length=500)
