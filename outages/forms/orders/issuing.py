"""An order for a report: what, to whom, how they were told, and who takes it over."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from network.models import Hydrant, Pipe, Source, Valve
from network.selectors import current_revision
from outages.choices import (
    AssetKind,
    NotifyMethod,
)
from outages.forms.shape.moments import MomentField
from outages.forms.shape.named import NamedField
from outages.forms.shape.panel import PanelForm
from outages.models import Department, OrderCategory, WorkOrder

ASSET_MODELS: dict[str, type[Pipe | Valve | Hydrant | Source]] = {
    AssetKind.PIPE: Pipe,
    AssetKind.VALVE: Valve,
    AssetKind.HYDRANT: Hydrant,
    AssetKind.SOURCE: Source,
}


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
