"""The hours of a pattern's shifts: a name and a beginning each, from when on, on whose word."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from outages.forms.shape.moments import MomentField
from outages.policy.keys import KEYS
from outages.policy.shifts import ShiftStart

MOST: Final = 6
_CLOCK: Final = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ShiftTimesForm(forms.Form):
    """Up to six shifts; an empty row is none. Each lasts until the next one begins."""

    pattern = forms.ChoiceField(label=_("Pattern"))
    effective_from = MomentField(
        label=_("In force from"),
        required=False,
        future=True,
        help_text=_("Empty: from now on. The shift on duty keeps its hours."),
    )
    source = forms.CharField(
        label=_("On whose word"),
        max_length=200,
        help_text=_("The resolution or regulation, with date"),
    )

    def __init__(self, *args: Any, chinese: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = KEYS["shift_pattern"].choices
        named = [(code, words.in_language(chinese=chinese)) for code, words in choices.items()]
        self.fields["pattern"].choices = named  # type: ignore[attr-defined]
        for number in range(1, MOST + 1):
            name = forms.CharField(label=_("Name (Chinese)"), max_length=40, required=False)
            name_en = forms.CharField(label=_("Name (English)"), max_length=40, required=False)
            starts = forms.TimeField(label=_("Begins"), required=False, widget=_CLOCK)
            self.fields |= {
                f"name_{number}": name, f"name_en_{number}": name_en, f"starts_{number}": starts
            }  # fmt: skip

    def rows(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        """Return the fields of each shift."""
        for number in range(1, MOST + 1):
            yield self[f"name_{number}"], self[f"name_en_{number}"], self[f"starts_{number}"]

    def clean(self) -> dict[str, Any]:
        """Collect the rows that say something; a shift has a name and a beginning."""
        data = super().clean() or {}
        found = []
        for number in range(1, MOST + 1):
            name, starts = data.get(f"name_{number}", ""), data.get(f"starts_{number}")
            if not name and starts is None:
                continue
            if not name or starts is None:
                wrong = f"starts_{number}" if name else f"name_{number}"
                self.add_error(wrong, _("A shift has a name and a beginning."))
                continue
            found.append(ShiftStart(name, data.get(f"name_en_{number}", ""), starts))
        if not found and not self.errors:
            self.add_error("name_1", _("Name at least one shift."))
        data["shifts"] = found
        return data
