"""More time asked and decided, and supervision asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import (
    EscalationReason,
)
from outages.forms.shape.moments import MomentField
from outages.forms.shape.panel import PanelForm


class ExtensionForm(PanelForm):
    """More time for one limit: which, until when, why, and what the user is told."""

    mark = "extension"

    key = forms.ChoiceField(label=_("Which limit"))
    wanted_until = MomentField(label=_("Until"), future=True)
    plan = forms.CharField(
        label=_("Plan, as the user is told it"),
        max_length=300,
        help_text=_("Whoever filed the report sees it on the public page: no names, no numbers."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(
        self, *args: Any, limits: list[tuple[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = limits or []  # type: ignore[attr-defined]


class DecisionForm(PanelForm):
    """Yes or no to an extension; a no says why."""

    mark = "decision"

    approve = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Approve")), ("no", _("Reject"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        empty_value=None,
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class EscalateForm(PanelForm):
    """Why supervision is asked."""

    mark = "escalate"

    reason = forms.ChoiceField(
        label=_("Reason"), choices=EscalationReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
