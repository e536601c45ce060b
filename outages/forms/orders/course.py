"""What is said of an order on its way: accepted, urged, under way, its milestones."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import (
    ContactMethod,
)
from outages.forms.shape.moments import MomentField
from outages.forms.shape.panel import PanelForm
from outages.models import OrderMilestone, WorkOrder

MILESTONE_CHARS = 80


class AcceptForm(PanelForm):
    """Who handles it, by name."""

    mark = "accept"

    assignee = forms.CharField(label=_("Who handles it"), max_length=80)


class ContactForm(PanelForm):
    """The user was contacted, or nobody was met."""

    mark = "contact"

    method = forms.ChoiceField(
        label=_("How"), choices=ContactMethod.choices, widget=forms.RadioSelect,
        initial=ContactMethod.PHONE,
    )  # fmt: skip
    missed = forms.BooleanField(label=_("Nobody answered or was met"), required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class UrgeForm(PanelForm):
    """A word to the department, if any."""

    mark = "urge"

    text = forms.CharField(label=_("Message"), max_length=300, required=False)


class MilestonesForm(PanelForm):
    """The nodes of pipe works that are still to come, one a line."""

    mark = "milestones"

    names = forms.CharField(
        label=_("Milestones, one a line"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the order of the works; added after those that stand"),
    )

    def clean_names(self) -> list[str]:
        """Return the lines that say something, each as long as a milestone may be."""
        names = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if any(len(name) > MILESTONE_CHARS for name in names):
            raise forms.ValidationError(_("One of them is too long: 80 characters at most."))
        return names


class MilestoneForm(PanelForm):
    """Which node is done."""

    mark = "milestone"

    milestone = forms.ModelChoiceField(
        label=_("Milestone"), queryset=OrderMilestone.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, order: WorkOrder | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if order is not None:
            waiting = order.milestones.filter(done_at=None)
            self.fields["milestone"].queryset = waiting  # type: ignore[attr-defined]


class ArrivalForm(PanelForm):
    """When the crew says that it will be there."""

    mark = "arrival"

    expected_at = MomentField(label=_("Expected on site"), future=True)
