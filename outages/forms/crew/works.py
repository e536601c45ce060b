"""What a crew says of the works: a node done, the repair, the leak back, the result."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NodeForm(forms.Form):
    """A node of the works done. `done_at` is the phone's, in milliseconds."""

    done_at = forms.IntegerField(min_value=1, required=False)


class RepairForm(forms.Form):
    """What was wrong with the pipe, what was done, and that it holds."""

    cause_found = forms.CharField(label=_("What was wrong"), max_length=200)
    action_taken = forms.CharField(
        label=_("What was done"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    leak_check_passed = forms.BooleanField(
        label=_("Under pressure and checked: it does not leak"),
        error_messages={"required": _("The repair counts as done once the leak check has passed.")},
    )


class LeakBackForm(forms.Form):
    """The repair does not hold: what the crew sees."""

    found = forms.CharField(
        label=_("What you see"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class ResultForm(forms.Form):
    """How it went, for the record."""

    result = forms.CharField(
        label=_("Result"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
