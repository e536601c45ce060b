"""A duty of an outage: done with evidence, called, not needed, asked for besides."""

from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outages.choices import CallResult
from outages.policy.matrix import Task
from outages.services.duties import Evidence
from outages.services.duties.asking import ASKABLE
from outages.services.duties.doing import may_act_for

ASKED_WORDS: Final[dict[Task, str | Promise]] = {
    Task.PHONE_ORGANISATIONS: _("Ring somebody"),
    Task.PORTAL: _("Notice on the city portal"),
    Task.NEWSPAPER: _("Notice in the newspapers"),
    Task.NOTIFY_BUREAU_SECTION: _("Notify the bureau's section"),
    Task.PHONE_PRODUCTION: _("Ring the production department"),
    Task.PHONE_LEADER: _("Ring the leader in charge"),
    Task.POSTING: _("Post the notice"),
}


class EvidenceForm(forms.Form):
    """What shows that a duty is done."""

    told_to = forms.CharField(label=_("Who was told"), max_length=80, required=False)
    evidence = forms.CharField(label=_("Remark, or issue and page"), max_length=300, required=False)
    evidence_url = forms.URLField(
        label=_("Address of the notice"), max_length=300, required=False, assume_scheme="https"
    )
    recording = forms.CharField(label=_("Number of the recording"), max_length=80, required=False)
    photo = forms.ImageField(label=_("Photo"), required=False)

    def clean(self) -> dict[str, Any]:
        """Put it into the shape that the service takes."""
        data = super().clean() or {}
        data["given"] = Evidence(
            told_to=data.get("told_to", ""),
            evidence=data.get("evidence", ""),
            evidence_url=data.get("evidence_url", ""),
            recording=data.get("recording", ""),
            photo=data.get("photo"),
        )
        return data


class CallForm(EvidenceForm):
    """How a call ended."""

    result = forms.ChoiceField(label=_("Result"), choices=CallResult.choices)


class WhyForm(forms.Form):
    """A reason, required."""

    reason = forms.CharField(label=_("Why"), max_length=200)


class AskForm(forms.Form):
    """A duty besides those of the matrix; offered are those of one's own departments."""

    task = forms.ChoiceField(
        label=_("What"), choices=[(task.value, task.value) for task in ASKABLE]
    )
    name = forms.CharField(label=_("Whom, or where"), max_length=74, required=False)

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [task for task, owner in ASKABLE.items() if may_act_for(owner, user)]
        self.fields["task"].choices = [(task.value, ASKED_WORDS[task]) for task in mine]  # type: ignore[attr-defined]
