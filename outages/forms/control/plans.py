"""Changing and approving a plan."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.contrib.gis.db.models.functions import Distance
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network.models import Source, Valve
from outages.choices import Cause
from outages.forms.shape.codes import require_known, typed_codes
from outages.forms.shape.moments import MomentField
from outages.forms.shape.named import CrewField, name_of
from outages.forms.shape.panel import PanelForm
from outages.forms.shape.yes_no import TrunkRoadField
from outages.models import Crew, IsolationPlan
from outages.planning import WhatIf
from outages.selectors.shifts.rosters import with_roster

# What a dispatcher may assume of one valve, sent as `choice=inoperable:V-0417`.
VALVE_CHOICES: Final = ("inoperable", "removed", "added", "opened")


def crews_for(plan: IsolationPlan | None) -> QuerySet[Crew]:
    """Return the crews that may be sent: on the roster now before others, then the nearest."""
    crews = with_roster(Crew.objects.filter(is_on_duty=True), at=timezone.now())
    if plan is None or plan.burst_point is None:
        return crews.order_by("-is_on_roster", "code")
    away = Distance("base", plan.burst_point)
    return crews.annotate(away=away).order_by("-is_on_roster", "away", "code")


class ApproveForm(PanelForm):
    """What a dispatcher says when approving: until when, who goes, why, and the public's words."""

    mark = "approve"

    estimated_restoration_at = MomentField(label=_("Water back at about"), future=True)
    crew = CrewField(label=_("Crew to send"), queryset=Crew.objects.none())
    cause = forms.ChoiceField(label=_("Cause"), choices=Cause.choices, initial=Cause.BURST)
    on_trunk_road = TrunkRoadField(required=False)
    place = forms.CharField(label=_("Place for the public (Chinese)"), max_length=200)
    place_en = forms.CharField(
        label=_("Place for the public (English)"), max_length=200, required=False
    )
    reason = forms.CharField(
        label=_("Why approve it although valves alone do not stop the water"),
        max_length=200,
        required=False,
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: IsolationPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        crews = crews_for(plan)
        field = self.fields["crew"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = crews
        field.initial = crews.first()
        if plan.is_isolatable:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True

    @property
    def crew_label(self) -> str:
        """Name of the crew that was chosen."""
        crew = self.cleaned_data.get("crew")
        return name_of(crew) if crew else ""


class WhatIfForm(PanelForm):
    """Assumptions about valves and sources, the whole list each time.

    `choice` repeats: inoperable, removed, added or opened, a colon, the valve. `stuck`, `add` and
    `open_to_feed` take codes typed in; `inactive_source` repeats. `what_if` is the result of a
    valid form.
    """

    mark = "what-if"

    stuck = forms.CharField(
        label=_("Valves that cannot be turned"),
        required=False,
        help_text=_("Codes, with blanks or commas between"),
    )
    add = forms.CharField(
        label=_("Valves to close as well"),
        required=False,
        help_text=_("Codes, with blanks or commas between"),
    )
    open_to_feed = forms.CharField(
        label=_("Closed valves to open, to feed those cut off"),
        required=False,
        help_text=_("Codes, with blanks or commas between"),
    )
    reason = forms.CharField(label=_("Reason for the change"), max_length=200)

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choices = data.getlist("choice") if data is not None else []
        self.sources = data.getlist("inactive_source") if data is not None else []
        self.what_if = WhatIf()

    def clean(self) -> dict[str, Any]:
        """Sort the codes by what is assumed of them, and refuse unknown ones by name."""
        data = super().clean() or {}
        lists: dict[str, set[str]] = {name: set() for name in VALVE_CHOICES}
        for pair in self.choices:
            name, _colon, valve = pair.partition(":")
            if name in lists and valve:
                lists[name].add(valve)
        lists["inoperable"].update(typed_codes(data.get("stuck", "")))
        lists["added"] |= set(typed_codes(data.get("add", ""))) - lists["inoperable"]
        lists["opened"].update(typed_codes(data.get("open_to_feed", "")))
        self._refuse_unknown(Valve, set().union(*lists.values()))
        self._refuse_unknown(Source, set(self.sources))
        self.what_if = WhatIf.of(**lists, inactive_sources=self.sources)
        return data

    def _refuse_unknown(self, model: type[Valve] | type[Source], codes: Iterable[str]) -> None:
        try:
            require_known(model, sorted(codes))
        except forms.ValidationError as unknown:
            self.add_error(None, unknown)
