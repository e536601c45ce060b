"""A plant or a pump that stops: which, when, and what the public reads."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network.models import Source
from network.selectors import current_revision
from outages.choices import Cause, Supply
from outages.forms.shape.moments import MomentField


class PlantForm(forms.Form):
    """What both kinds share. `sources` becomes a list of codes."""

    sources = forms.MultipleChoiceField(
        label=_("Plant or pump"), widget=forms.CheckboxSelectMultiple
    )
    cause = forms.ChoiceField(label=_("Cause"), choices=Cause.choices)
    supply = forms.ChoiceField(label=_("Supply meanwhile"), choices=Supply.choices)
    place = forms.CharField(label=_("Place for the public (Chinese)"), max_length=200)
    place_en = forms.CharField(
        label=_("Place for the public (English)"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"cause": Cause.EQUIPMENT, **(kwargs.get("initial") or {})}
        super().__init__(*args, **{**kwargs, "initial": initial})
        rows = Source.objects.filter(revision=current_revision(), is_active=True)
        self.fields["sources"].choices = [  # type: ignore[attr-defined]
            (row.asset_id, f"{row.name or row.asset_id} · {row.asset_id}")
            for row in rows.order_by("name", "asset_id")
        ]


class StoppedPlantForm(PlantForm):
    """It stands still already."""

    stopped_at = MomentField(label=_("Stopped at"))
    estimated_restoration_at = MomentField(label=_("Water back at about"), future=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"stopped_at": timezone.now()}
        super().__init__(*args, **{**kwargs, "initial": {**initial, **kwargs.get("initial", {})}})


class PlannedPlantForm(PlantForm):
    """It will stop, from and until."""

    planned_start_at = MomentField(label=_("From"), future=True)
    planned_end_at = MomentField(label=_("Until"), future=True)
    remark_public = forms.CharField(
        label=_("Remark for the public (Chinese)"), max_length=200, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse works that end before they begin."""
        data = super().clean() or {}
        start, end = data.get("planned_start_at"), data.get("planned_end_at")
        if start and end and end <= start:
            self.add_error("planned_end_at", _("The works end before they begin."))
        return data
