"""What people fill in about an outage's duties, papers and messages."""

from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outages.choices import AnomalyKind, CallResult, OutageSeverity, SupplyPointKind
from outages.forms.moments import MomentField
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
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class TrunkRoadField(forms.TypedChoiceField):
    """Yes or no, and nothing chosen beforehand: it is asked, never guessed."""

    def __init__(self, **kwargs: Any) -> None:
        given = {
            "label": _("Works on a trunk road?"),
            "choices": YES_NO,
            "coerce": lambda value: value == "yes",
            "empty_value": None,
            "widget": forms.RadioSelect,
        }
        super().__init__(**{**given, **kwargs})


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


class SheetForm(forms.Form):
    """What the analysis cannot know, and what the network's data lacks."""

    on_trunk_road = TrunkRoadField()

    def typed_valves(self, codes: list[str]) -> dict[str, dict[str, Any]]:
        """Return what was typed of each valve, by its place in the list."""
        found: dict[str, dict[str, Any]] = {}
        for number, code in enumerate(codes):
            bore = str(self.data.get(f"bore-{number}", "")).strip()
            place = str(self.data.get(f"place-{number}", "")).strip()[:120]
            said: dict[str, Any] = {}
            if bore.isdecimal() and 0 < int(bore) < 5000:
                said["bore_mm"] = int(bore)
            if place:
                said["place"] = place
            if said:
                found[code] = said
        return found


class PermitApplyForm(forms.Form):
    """The papers are with the authority."""

    applied_at = MomentField(label=_("Applied for at"))
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)


class PermitDecideForm(forms.Form):
    """What the authority said."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("approved", _("Approved")), ("rejected", _("Rejected"))]
    )
    number = forms.CharField(label=_("Number of the permit"), max_length=60, required=False)
    decided_at = MomentField(label=_("Decided at"))
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)
    document = forms.FileField(
        label=_("Document (PDF or photo)"), required=False, help_text=_("At most 10 MB")
    )


class ApprovalForm(forms.Form):
    """The leader's word."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])
    comment = forms.CharField(label=_("Comment"), max_length=300, required=False)


class SeverityForm(forms.Form):
    """How bad it is, and why."""

    severity = forms.ChoiceField(label=_("Severity"), choices=OutageSeverity.choices)
    reason = forms.CharField(label=_("Why"), max_length=200)


class ExchangeForm(forms.Form):
    """The four items for the dispatch centre; valves are read off the plan."""

    leak_location = forms.CharField(label=_("Leak location"), max_length=200, required=False)
    pipe_diameter = forms.CharField(label=_("Pipe diameter"), max_length=60, required=False)
    affected_area = forms.CharField(label=_("Area affected"), max_length=300, required=False)
    expected_repair_at = MomentField(label=_("Expected repair time"), required=False)
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)


class AnswerForm(forms.Form):
    """A word from the dispatch centre."""

    text = forms.CharField(label=_("Message"), max_length=300)


class AnomalyForm(forms.Form):
    """What the dispatch centre sees."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(label=_("What"), choices=AnomalyKind.choices)
    place = forms.CharField(label=_("Where"), max_length=200)
    text = forms.CharField(
        label=_("What is seen"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    observed_at = MomentField(label=_("Seen at"), required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)


class SupplyPointForm(forms.Form):
    """A place to fetch water; with coordinates it is set by hand."""

    name = forms.CharField(label=_("Name for the public (Chinese)"), max_length=120)
    name_en = forms.CharField(
        label=_("Name for the public (English)"), max_length=120, required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=SupplyPointKind.choices)
    hours = forms.CharField(label=_("Opening hours"), max_length=60, required=False)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)


class SupplyConfirmForm(forms.Form):
    """A proposed place under the name that people know."""

    name = forms.CharField(max_length=120, required=False)
    hours = forms.CharField(max_length=60, required=False)
    kind = forms.ChoiceField(choices=SupplyPointKind.choices, required=False)


class PostponeForm(forms.Form):
    """Another time for planned works."""

    planned_start_at = MomentField(label=_("From"), future=True)
    planned_end_at = MomentField(label=_("Until"), future=True)
    reason = forms.CharField(label=_("Reason for the public (Chinese)"), max_length=200)
    reason_en = forms.CharField(
        label=_("Reason for the public (English)"), max_length=200, required=False
    )
