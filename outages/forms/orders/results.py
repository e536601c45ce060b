"""How an order went, and what the user was told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import (
    ContactMethod,
    OrderOutcome,
    ResidualKind,
)
from outages.forms.shape.panel import PanelForm
from outages.models import WorkOrder


class OrderResultForm(PanelForm):
    """The result sheet of a department's order."""

    mark = "result"

    result = forms.CharField(
        label=_("Result"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    cause_found = forms.CharField(label=_("Cause found"), max_length=200, required=False)
    action_taken = forms.CharField(label=_("What was done"), max_length=300, required=False)
    materials = forms.CharField(label=_("Material used"), max_length=300, required=False)
    leak_check_passed = forms.BooleanField(label=_("Leak check made and passed"), required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=OrderOutcome.choices, initial=OrderOutcome.SOLVED
    )
    referred_to = forms.CharField(label=_("Referred to"), max_length=120, required=False)
    residual_kind = forms.ChoiceField(
        label=_("What is left"), choices=ResidualKind.choices, required=False
    )
    residual = forms.CharField(label=_("Describe what is left"), max_length=300, required=False)
    signed_by = forms.CharField(label=_("Signed by the user"), max_length=80, required=False)
    user_remark = forms.CharField(label=_("The user's remark"), max_length=300, required=False)

    def __init__(self, *args: Any, order: WorkOrder | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if order is not None and not order.category.needs_leak_check:
            del self.fields["leak_check_passed"]
            del self.fields["materials"]

    def clean(self) -> dict[str, Any]:
        """Say None for a check that was not asked for."""
        data = super().clean() or {}
        data["leak_check_passed"] = data.get("leak_check_passed") or None
        data.setdefault("materials", "")
        return data


class FeedbackForm(PanelForm):
    """What the user was told in the end."""

    mark = "feedback"

    told = forms.CharField(label=_("What the user was told"), max_length=300)
    method = forms.ChoiceField(
        label=_("How"), choices=ContactMethod.choices, widget=forms.RadioSelect,
        initial=ContactMethod.PHONE,
    )  # fmt: skip
