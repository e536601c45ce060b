"""Setting a policy value."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outages.forms.shape.moments import MomentField
from outages.policy.rows import MissingValue, PolicyKey
from outages.policy.values import COMPARATORS, BadValue, Kind, Value, printed, typed_text

# What is wrong with a value, by the codes of policy.values.
VALUE_WORDS = {
    "value_missing": _("This rule cannot be without a value."),
    "not_a_duration": _("Write a number and its unit: 5 min, 24 h, 5 days, 2 working days."),
    "not_a_number": _("Write a whole number."),
    "not_a_switch": _("Write on or off."),
    "not_a_comparator": _("Write more than (>) or at least (≥)."),
    "not_a_choice": _("Choose one of those offered."),
    "not_hours": _("Write two times of the day: 22:00-07:00."),
    "not_a_text": _("Write a text of at most 200 characters."),
    "out_of_range": _("This value is out of range."),
}


class PolicyForm(forms.Form):
    """A new value of one key, from when on, and on whose word."""

    value = forms.CharField(label=_("New value"), max_length=200)
    effective_from = MomentField(
        label=_("In force from"),
        required=False,
        future=True,
        help_text=_("Empty: from now on. What runs already keeps its value."),
    )
    source = forms.CharField(
        label=pgettext_lazy("rule", "Source"),
        max_length=200,
        help_text=_("The resolution or regulation, with date"),
    )
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, key: PolicyKey, current: Value, chinese: bool, **kwargs: Any):
        self.key = key
        super().__init__(*args, **kwargs)
        field = _value_field(key, chinese=chinese)
        field.label = _("New value")
        if isinstance(field, forms.MultipleChoiceField):
            field.initial = list(current) if isinstance(current, tuple) else []
        elif isinstance(current, bool):
            field.initial = "on" if current else "off"
        else:
            field.initial = typed_text(current)
        self.fields["value"] = field

    def clean_value(self) -> Value:
        """Return the value as code uses it."""
        told = self.cleaned_data["value"]
        try:
            return self.key.parse(",".join(told) if isinstance(told, list) else told)
        except (BadValue, MissingValue) as wrong:
            raise forms.ValidationError(VALUE_WORDS[wrong.code], code=wrong.code) from wrong


def _value_field(key: PolicyKey, *, chinese: bool) -> forms.Field:
    named = [(code, words.in_language(chinese=chinese)) for code, words in key.choices.items()]
    if key.kind is Kind.SEVERAL:
        return forms.MultipleChoiceField(
            choices=named, required=not key.may_be_unset, widget=forms.CheckboxSelectMultiple
        )
    if key.kind is Kind.CHOICE:
        return forms.ChoiceField(choices=named)
    if key.kind is Kind.COMPARATOR:
        return forms.ChoiceField(choices=[(c, printed(c, chinese=chinese)) for c in COMPARATORS])
    if key.kind is Kind.SWITCH:
        on_off = [("on", True), ("off", False)]
        return forms.ChoiceField(choices=[(c, printed(v, chinese=chinese)) for c, v in on_off])
    return forms.CharField(
        max_length=200,
        required=not key.may_be_unset,
        help_text=_HINTS.get(key.kind, ""),
    )


_HINTS = {
    Kind.DURATION: _("For example 5 min, 24 h, 5 days or 2 working days"),
    Kind.PERSONS: _("A whole number of persons"),
    Kind.PERCENT: _("0 to 100"),
    Kind.DAY_OF_MONTH: _("1 to 28"),
    Kind.HOURS: _("For example 22:00-07:00"),
}
