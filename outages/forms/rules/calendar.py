"""Naming days of the working calendar, one by one or as a list."""

import csv
import io
from datetime import date

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from outages.policy.calendar import DayKind, NamedDay

DAY_KINDS = (
    (DayKind.HOLIDAY.value, _("holiday")),
    (DayKind.MAKE_UP.value, _("worked weekend day")),
    (DayKind.ORDINARY.value, _("as its weekday says (takes an entry back)")),
)
# More than this is no calendar.
MOST_BYTES = 200_000


class DayForm(forms.Form):
    """One day of the calendar."""

    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=DAY_KINDS)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    source = forms.CharField(
        label=pgettext_lazy("rule", "Source"),
        max_length=200,
        help_text=_("The notice that says so"),
    )

    def named(self) -> list[NamedDay]:
        """Return the day as the calendar takes it."""
        told = self.cleaned_data
        return [NamedDay(told["day"], DayKind(told["kind"]), told["name"], told["source"])]


class DaysFileForm(forms.Form):
    """A CSV file of days: `day,kind,name,source`; kind is holiday, make_up or ordinary."""

    file = forms.FileField(
        label=_("CSV file"), help_text=_("Columns: day, kind (holiday or make_up), name, source")
    )

    def clean_file(self) -> list[NamedDay]:
        """Return the days of the file; every wrong line is told by its number."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large for a calendar."))
        try:
            text = uploaded.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not written in UTF-8.")) from error
        return days_of_csv(text)


def days_of_csv(text: str) -> list[NamedDay]:
    """Read days from CSV with a heading. Raises ValidationError naming each wrong line."""
    days: list[NamedDay] = []
    wrong: list[str] = []
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:  # a quotation mark that never ends
        raise forms.ValidationError(_("The file names no day.")) from error
    for number, row in enumerate(rows, start=2):
        try:
            days.append(
                NamedDay(
                    date.fromisoformat((row.get("day") or "").strip()),
                    DayKind((row.get("kind") or "").strip()),
                    (row.get("name") or "").strip(),
                    (row.get("source") or "").strip(),
                )
            )
        except ValueError:
            wrong.append(gettext("Line %(number)s holds no day and kind.") % {"number": number})
    if wrong:
        raise forms.ValidationError(wrong)
    if not days:
        raise forms.ValidationError(_("The file names no day."))
    return days
