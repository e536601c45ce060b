"""What is written down in a shift: the log, the self-check, a fault."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from outages.choices import LogKind, SelfCheckResult
from outages.forms.shape.panel import PanelForm

SELF_CHECK_ANSWERS: Final = [
    (result.value, result.label) for result in (SelfCheckResult.OK, SelfCheckResult.FAULT)
]
LOG_KINDS: Final = [(kind.value, kind.label) for kind in (LogKind.NOTE, LogKind.IMPORTANT)]


class LogForm(PanelForm):
    """An entry of the duty log."""

    mark = "log"

    text = forms.CharField(
        label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=LOG_KINDS, widget=forms.RadioSelect, initial=LogKind.NOTE
    )


class SelfCheckForm(PanelForm):
    """What the self-check of the telephone showed."""

    mark = "check"

    result = forms.ChoiceField(
        label=_("The telephone system"), choices=SELF_CHECK_ANSWERS, widget=forms.RadioSelect
    )
    symptom = forms.CharField(label=_("What is wrong"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A fault is described."""
        data = super().clean() or {}
        if data.get("result") == SelfCheckResult.FAULT and not (data.get("symptom") or "").strip():
            self.add_error("symptom", _("Say what is wrong."))
        return data


class FaultForm(PanelForm):
    """A fault of the telephone system that somebody noticed."""

    mark = "fault"

    symptom = forms.CharField(label=_("What is wrong"), max_length=300)
