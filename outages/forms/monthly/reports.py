"""What is written into the monthly report: comments, corrections, actions and their outcome."""

from datetime import date
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outages.choices import ActionResult, MonthlySection
from outages.forms.shape.named import NamedField
from outages.forms.shape.panel import PanelForm
from outages.models import Department

LONGEST_COMMENT: Final = 4000


class CommentForm(PanelForm):
    """A section's comment; an empty one takes back what stood there."""

    mark = "comment"

    section = forms.ChoiceField(choices=MonthlySection.choices, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_COMMENT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CorrectForm(PanelForm):
    """Why another version is needed."""

    mark = "correct"

    reason = forms.CharField(label=_("What is put right, and why"), max_length=300)


class ActionForm(PanelForm):
    """What a department is to do about a topic, who there, by which day."""

    mark = "action"

    topic = forms.CharField(label=_("Topic"), max_length=160)
    task = forms.CharField(
        label=_("What is to be done"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    department = NamedField(label=_("Department"), queryset=Department.objects.order_by("code"))
    owner = forms.CharField(label=_("Who answers for it"), max_length=80)
    due_on = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_due_on(self) -> date:
        """A day to come."""
        day: date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError(_("This day is over."), code="past")
        return day


class OutcomeForm(PanelForm):
    """What came of an action."""

    mark = "outcome"

    result = forms.ChoiceField(
        label=_("Result"), choices=ActionResult.choices, widget=forms.RadioSelect
    )
    outcome = forms.CharField(
        label=_("What came of it"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
