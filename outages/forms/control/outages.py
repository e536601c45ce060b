"""What the control room says in the course of an outage."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.forms.control.plans import crews_for
from outages.forms.shape.moments import MomentField
from outages.forms.shape.named import CrewField
from outages.forms.shape.panel import PanelForm
from outages.models import Crew, IsolationPlan


class EstimateForm(PanelForm):
    """A new time for the water to be back. Both reasons are read by the public."""

    mark = "estimate"

    estimated_restoration_at = MomentField(label=_("Water back at about"), future=True)
    reason = forms.CharField(
        label=_("Reason for the public (Chinese)"),
        max_length=200,
        help_text=_("Goes out with the notice"),
    )
    reason_en = forms.CharField(
        label=_("Reason for the public (English)"), max_length=200, required=False
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput)


class RepairForm(PanelForm):
    """What was done to the pipe, where the crew has not said so itself."""

    mark = "repair"

    reason = forms.CharField(label=_("What was done"), max_length=200)


class FailedRepairForm(PanelForm):
    """The leak is back: what is seen, for the record, and the new time, for the public."""

    mark = "failed"

    found = forms.CharField(label=_("What is seen on site"), max_length=200)
    estimated_restoration_at = MomentField(label=_("Water back at about"), future=True)
    reason = forms.CharField(
        label=_("Reason for the public (Chinese)"),
        max_length=200,
        help_text=_("Goes out with the notice"),
    )
    reason_en = forms.CharField(
        label=_("Reason for the public (English)"), max_length=200, required=False
    )


class OrderForm(PanelForm):
    """Which crew is ordered out."""

    mark = "order"

    crew = CrewField(label=_("Crew to send"), queryset=Crew.objects.none())

    def __init__(self, *args: Any, plan: IsolationPlan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["crew"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = crews_for(plan)
        field.initial = field.queryset.first()
