"""The crews' roster."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from outages.forms.shape.moments import MomentField
from outages.forms.shape.named import CrewField
from outages.forms.shape.panel import PanelForm
from outages.models import Crew


class DutyForm(PanelForm):
    """A crew on the roster."""

    mark = "duty"

    crew = CrewField(label=_("Crew"), queryset=Crew.objects.none())
    starts_at = MomentField(label=_("On duty from"))
    ends_at = MomentField(label=_("Until"), future=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        crews = Crew.objects.filter(is_on_duty=True).order_by("code")
        self.fields["crew"].queryset = crews  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        data = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must come after the start."))
        return data
