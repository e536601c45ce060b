"""One answer to one step of a plan: on a page, or out of a phone's queue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import CannotReason

MOST_TURNS = 2000


class StepForm(forms.Form):
    """One answer to one step. `result` is done, cannot or left_closed."""

    result = forms.ChoiceField(
        choices=[("done", "done"), ("cannot", "cannot"), ("left_closed", "left_closed")],
        required=False,
    )
    cannot_reason = forms.ChoiceField(choices=CannotReason.choices, required=False)
    client_key = forms.UUIDField()
    turns = forms.IntegerField(label=_("Turns"), min_value=0, max_value=MOST_TURNS, required=False)
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)
    photo = forms.FileField(label=_("Photo"), required=False)

    def clean(self) -> dict[str, Any]:
        """A reason means *cannot*, whichever button sent the form; a valve left shut needs one."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("cannot_reason"):
            cleaned["result"] = "cannot"
        result = cleaned.get("result")
        if result == "cannot" and not cleaned.get("cannot_reason"):
            self.add_error("cannot_reason", _("Choose why it cannot be done."))
        if result == "left_closed" and not cleaned.get("remark", "").strip():
            self.add_error("remark", _("Say why it stays closed."))
        if not result and not self.errors:
            self.add_error("result", _("Say whether it is done."))
        return cleaned


class QueuedStepForm(forms.Form):
    """One answer out of a phone's queue, as JSON."""

    operation = forms.IntegerField(min_value=1)
    client_key = forms.UUIDField()
    result = forms.ChoiceField(choices=[("done", "done"), ("cannot", "cannot")])
    cannot_reason = forms.ChoiceField(choices=CannotReason.choices, required=False)
    turns = forms.IntegerField(min_value=0, max_value=MOST_TURNS, required=False)
    remark = forms.CharField(max_length=300, required=False)
    done_at = forms.IntegerField(min_value=1)  # milliseconds since 1970, UTC

    def clean(self) -> dict[str, Any]:
        """What cannot be done needs its reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("result") == "cannot" and not cleaned.get("cannot_reason"):
            self.add_error("cannot_reason", _("Choose why it cannot be done."))
        return cleaned
