"""What happened, in order. Append-only: the database refuses update and delete."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from outages.workflow import Refused

# Who acts: a user (AUTH_USER_MODEL, which lies above this app and cannot be named here), or
# None where the system acts by itself.
Actor = Any

# The word that events use for each kind of record.
SUBJECTS = {
    "BurstReport": "report",
    "IsolationPlan": "plan",
    "Outage": "outage",
    "WorkOrder": "order",
    "OutageNotice": "notice",
    "ValveOperation": "operation",
    "Delivery": "delivery",
    "CallNote": "call",
    "HotlineCall": "hotline",
    "Deadline": "deadline",
    "Alert": "alert",
    "PolicyValue": "policy",
    "CalendarDay": "calendar",
    "OutageTask": "duty",
    "Permit": "permit",
    "LeaderApproval": "approval",
    "OutageSheet": "sheet",
    "ExchangeMessage": "exchange",
    "Anomaly": "anomaly",
    "SupplyPoint": "supply",
    "Department": "department",
    "Acceptor": "acceptor",
    "RoutingEntry": "route",
    "ChannelState": "channel",
    "InboundMessage": "inbound",
    "ProviderState": "provider",
    "OptOut": "opt_out",
    "WebhookSubscriber": "webhook",
    "IntakeClient": "intake",
    "Shift": "shift",
    "ShiftPlan": "shift_hours",
    "SelfCheck": "self_check",
    "CrewDuty": "crew_duty",
    "CallBack": "call_back",
    "CallBackDraw": "draw",
    "Rectification": "rectify",
    "Disclosure": "disclosure",
    "MonthlyReport": "monthly",
    "ActionItem": "action",
}


class EventLog(models.Manager["Event"]):
    """Events are appended, never changed."""

    def append(
        self,
        subject: models.Model,
        verb: str,
        *,
        by: Actor,
        at: datetime,
        old: str = "",
        new: str = "",
        reason: str = "",
        **facts: Any,
    ) -> "Event":
        """Append one fact about `subject`, in the caller's transaction.

        The report and the outage that it belongs to are read off the subject. `facts` must be
        JSON and hold no personal data: ids, numbers, codes.
        """
        outage_id, report_id = belongs_to(subject)
        return self.create(
            at=at,
            by=by,
            subject=word_for(subject),
            subject_id=subject.pk,
            outage_id=outage_id,
            report_id=report_id,
            verb=verb,
            old=str(old),
            new=str(new),
            reason=reason[:300],
            facts=facts,
        )

    def append_refusal(
        self,
        subject: models.Model,
        verb: str,
        refused: Refused,
        *,
        by: Actor,
        at: datetime,
        new: str = "",
    ) -> "Event":
        """Append that something could not be done: its code and facts, for whoever words them."""
        return self.append(
            subject,
            verb,
            by=by,
            at=at,
            new=new or refused.code,
            reason=str(refused),
            code=refused.code,
            refused=refused.facts,
        )


def word_for(subject: models.Model) -> str:
    """Return the word that events use for the kind of a record."""
    return SUBJECTS[type(subject).__name__]


def belongs_to(subject: models.Model) -> tuple[int | None, int | None]:
    """Return (outage id, report id) of a record, through its plan or notice if need be."""
    name = word_for(subject)
    if name == "operation":
        subject = subject.plan  # type: ignore[attr-defined]
    elif name == "delivery":
        # A message that is no notice belongs to nothing here.
        subject = subject.notice or subject  # type: ignore[attr-defined]
    outage = subject.pk if name == "outage" else getattr(subject, "outage_id", None)
    report = subject.pk if name == "report" else getattr(subject, "report_id", None)
    return outage, report


class Event(models.Model):
    """One fact: who did what to which record, when, from what, to what, and why."""

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=12)  # one of SUBJECTS
    subject_id = models.BigIntegerField()
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    report = models.ForeignKey(
        "outages.BurstReport",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    verb = models.CharField(max_length=40)
    old = models.CharField(max_length=40, blank=True)
    new = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    objects = EventLog()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="events_of_subject"),
            # The duty log reads a shift, the public's stages what moved of late.
            models.Index(fields=["at"], name="events_by_time"),
            # A phone's key is looked up at every tap.
            models.Index(
                KT("facts__client_key"), name="events_by_key", condition=Q(subject="operation")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id}"
