"""What is said about an order: to whom it goes, how it was told, how it went, why it changes."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from network.models import Hydrant, Pipe, Source, Valve
from network.selectors import current_revision
from outages.choices import (
    AssetKind,
    ContactMethod,
    EscalationReason,
    NotifyMethod,
    OrderOutcome,
    ResidualKind,
)
from outages.forms.moments import MomentField
from outages.forms.panel import PanelForm
from outages.models import Department, OrderCategory, OrderMilestone, WorkOrder

MILESTONE_CHARS = 80
ASSET_MODELS: dict[str, type[Pipe | Valve | Hydrant | Source]] = {
    AssetKind.PIPE: Pipe,
    AssetKind.VALVE: Valve,
    AssetKind.HYDRANT: Hydrant,
    AssetKind.SOURCE: Source,
}


class NamedField(forms.ModelChoiceField):
    """Records with a Chinese and an English name, shown in the page's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Name the record."""
        is_zh = (get_language() or "zh").startswith("zh")
        return str(obj.name if is_zh else obj.name_en or obj.name)


def _departments() -> QuerySet[Department]:
    return Department.objects.filter(takes_orders=True).order_by("pk")


class IssueForm(PanelForm):
    """An order for a report: what, to whom, and which asset it is about."""

    mark = "issue"

    category = NamedField(label=_("Category"), queryset=OrderCategory.objects.none())
    department = NamedField(label=_("Handling department"), queryset=Department.objects.none())
    task = forms.CharField(label=_("What is to be done"), max_length=300, required=False)
    asset = forms.CharField(
        label=_("Pipe, valve or hydrant"),
        max_length=64,
        required=False,
        help_text=_("Its code, where the order is about one"),
    )
    appointment_at = MomentField(label=_("Agreed with the user for"), required=False)

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["category"].queryset = OrderCategory.objects.all()  # type: ignore[attr-defined]
        self.fields["department"].queryset = _departments()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the asset that was named, and its place."""
        data = super().clean() or {}
        data |= {"asset_kind": "", "geom": None}
        code = (data.get("asset") or "").strip()
        if not code:
            return data
        found = _asset(code)
        if found is None:
            self.add_error("asset", _("There is no such asset in the network."))
            return data
        kind, row = found
        geom = row.geom.interpolate_normalized(0.5) if isinstance(row, Pipe) else row.geom
        return data | {"asset": row.asset_id, "asset_kind": kind, "geom": Point(*geom.coords[:2])}


def _asset(code: str) -> tuple[str, Pipe | Valve | Hydrant | Source] | None:
    revision = current_revision()
    for kind, model in ASSET_MODELS.items():
        row = model._default_manager.filter(revision=revision, asset_id=code).first()
        if row is not None:
            return kind, row
    return None


class NotifyForm(PanelForm):
    """How the department was told; whoever answers at this hour is proposed."""

    mark = "notify"

    method = forms.ChoiceField(
        label=_("Told by"), choices=NotifyMethod.choices, widget=forms.RadioSelect,
        initial=NotifyMethod.RECORDED_CALL,
    )  # fmt: skip
    callee = forms.CharField(label=_("Who answered"), max_length=80, required=False)
    recording = forms.CharField(label=_("Recording number"), max_length=80, required=False)


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


class TransferForm(PanelForm):
    """Which department answers for it from now on, and why."""

    mark = "transfer"

    to = NamedField(label=_("New department"), queryset=Department.objects.none())
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, order: WorkOrder | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = _departments()
        if order is not None:
            others = others.exclude(pk=order.department_id)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]


class UrgeForm(PanelForm):
    """A word to the department, if any."""

    mark = "urge"

    text = forms.CharField(label=_("Message"), max_length=300, required=False)


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


class TextForm(PanelForm):
    """One line that stays on record."""

    mark = "text"

    text = forms.CharField(label=_("Text"), max_length=300)


class ArrivalForm(PanelForm):
    """When the crew says that it will be there."""

    mark = "arrival"

    expected_at = MomentField(label=_("Expected on site"), future=True)
