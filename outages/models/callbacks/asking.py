"""Users asked whether the work was done well: the draw, each attempt, what came of it."""

from datetime import date
from typing import Final

from django.db import models
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from outages.models.desk.reports import BurstReport
from outages.models.orders.work import WorkOrder
from outages.models.people import acting_person
from outages.models.publishing.inbound import InboundMessage
from outages.models.publishing.notices import Delivery
from outages.models.rules.departments import Department
from outages.policy.callbacks import OPEN_CALLBACKS, CallBackStatus
from outages.policy.sampling import seal_of

_OPEN = sorted(str(status) for status in OPEN_CALLBACKS)
# What a user is asked on the telephone and at the door; the last one is the verdict.
QUESTIONS = ("quality", "attitude", "engineering", "timeliness", "overall")


class CallBackChannel(TextChoices):
    """How a user is asked whether the work was done well, or answers unasked (the link)."""

    SMS = "sms", _("SMS")
    PHONE = "phone", _("telephone")
    VISIT = "visit", _("visit")
    LINK = "link", _("rating link")


# How users answer in writing: the verdict alone.
WRITTEN: Final = (CallBackChannel.SMS, CallBackChannel.LINK)


class CallBackTurn(TextChoices):
    """Why somebody telephones who was to be asked by SMS."""

    NO_MOBILE = "no_mobile", _("the number takes no SMS")
    NOT_DELIVERED = "not_delivered", _("the SMS did not arrive")
    DISSATISFIED = "dissatisfied", _("dissatisfied by SMS or link")
    NO_REPLY = "no_reply", _("no reply to the SMS")
    AFTER_VISIT = "after_visit", _("asked again after the visit")
    OPTED_OUT = "opted_out", _("wants no SMS")
    USER_CALLED = "user_called", _("called before the SMS went out")


class Verdict(TextChoices):
    SATISFIED = "satisfied", _("satisfied")
    UNSATISFIED = "unsatisfied", _("dissatisfied")


class TryResult(TextChoices):
    """How one attempt to ask a user ended."""

    REACHED = "reached", _("user reached")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    DECLINED = "declined", _("does not want to answer")


class CallBackDraw(models.Model):
    """The draw of one calendar month: its seed, what the seed came to, how many were drawn.

    Seed and start never change (the database refuses it), so the draw can be repeated and proved.
    """

    month = models.DateField(unique=True)  # its first day
    seed = models.CharField(max_length=32)
    start = models.PositiveSmallIntegerField()  # 0 to 99
    drawn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["month"]
        constraints = [
            models.CheckConstraint(condition=Q(start__lt=100), name="start_of_the_draw"),
            models.CheckConstraint(condition=Q(month__day=1), name="draw_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"draw of {self.month:%Y-%m}"

    def is_over(self, today: date) -> bool:
        """Whether no lot falls by it any more, so that its seed may be read."""
        return self.month < today.replace(day=1)

    @property
    def seal(self) -> str:
        """What may be read of the seed before."""
        return seal_of(self.seed)


class CallBack(models.Model):
    """The one call-back of a finished order.

    `drawn_as` is how it was to be asked and never changes, `method` how it is asked now and
    `turned` why that differs. `verdict` is what the user says of the work, before anybody made
    good on it; `solved_at` when a dissatisfied user was satisfied after all. `follow_up` is the
    newest order that it gave rise to; the ones before follow the same order.
    """

    order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="callback")
    report = models.ForeignKey(BurstReport, on_delete=models.PROTECT, related_name="callbacks")
    # Who answered for the order when it was finished.
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="callbacks")
    is_complaint = models.BooleanField(default=False)
    draw = models.ForeignKey(
        CallBackDraw, null=True, blank=True, on_delete=models.PROTECT, related_name="callbacks"
    )
    number = models.PositiveIntegerField(null=True, blank=True)  # 0, 1, … in its month
    phone_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    drawn_as = models.CharField(max_length=5, choices=CallBackChannel.choices, blank=True)
    method = models.CharField(max_length=5, choices=CallBackChannel.choices, blank=True)
    turned = models.CharField(max_length=13, choices=CallBackTurn.choices, blank=True)
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CallBackStatus])
    completed_at = models.DateTimeField()  # the order's work, from which the limit counts
    created_at = models.DateTimeField()
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="callbacks"
    )
    tries = models.PositiveSmallIntegerField(default=0)  # on the telephone, in this round
    tried_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.ForeignKey(
        WorkOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="asked_by"
    )
    solved_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["completed_at", "pk"]
        permissions = [
            ("call_back", "Can call users back and record what they say"),
            ("view_callbacks", "Can see call-backs and their rates"),
            ("close_callback", "Can end a call-back whose user stays dissatisfied"),
        ]
        indexes = [
            models.Index(fields=["completed_at", "department"], name="callbacks_by_time"),
            models.Index(
                fields=["status"], name="callbacks_open", condition=Q(done_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="drawn_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, status__in=_OPEN)
                | (Q(done_at__isnull=False) & ~Q(status__in=_OPEN)),
                name="callback_done_or_open",
            ),
            models.CheckConstraint(
                condition=(Q(verdict="") & Q(answered_at__isnull=True))
                | (~Q(verdict="") & Q(answered_at__isnull=False)),
                name="callback_answered_at",
            ),
            models.CheckConstraint(
                condition=Q(is_complaint=False) | ~Q(drawn_as="sms"),
                name="complaint_called_by_phone",
            ),
            models.CheckConstraint(
                condition=Q(solved_at__isnull=True) | Q(verdict="unsatisfied"),
                name="solved_was_dissatisfied",
            ),
        ]

    def __str__(self) -> str:
        return f"call-back of {self.order_id}"


class CallBackTry(models.Model):
    """One attempt to ask, and what was answered. Append-only.

    The five questions are answered by whoever was reached on the telephone or at the door; an SMS
    or the rating link answers `overall` alone. `opinion` is in the user's own words.
    """

    callback = models.ForeignKey(CallBack, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    by = acting_person()
    method = models.CharField(max_length=5, choices=CallBackChannel.choices)
    result = models.CharField(max_length=12, choices=TryResult.choices)
    quality = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    attitude = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    engineering = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    timeliness = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    overall = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    opinion = models.CharField(max_length=500, blank=True)
    heard = models.ForeignKey(
        InboundMessage, null=True, blank=True, on_delete=models.PROTECT, related_name="tries"
    )

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "call-back tries"
        constraints = [
            models.CheckConstraint(
                condition=~Q(result="reached")
                | Q(method__in=["sms", "link"])
                | (
                    ~Q(quality="")
                    & ~Q(attitude="")
                    & ~Q(engineering="")
                    & ~Q(timeliness="")
                    & ~Q(overall="")
                ),
                name="all_five_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.result} of {self.callback_id}"


class Improvement(models.Model):
    """What a department took from an opinion and does better now. Append-only."""

    callback = models.ForeignKey(CallBack, on_delete=models.PROTECT, related_name="improvements")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = acting_person()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="improvement_says_what")]

    def __str__(self) -> str:
        return f"improvement after {self.callback_id}"


class Rectification(models.Model):
    """What supervision tells a department to put right by a day, and what was done."""

    callback = models.ForeignKey(CallBack, on_delete=models.PROTECT, related_name="rectifications")
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="rectifications"
    )
    what = models.CharField(max_length=500)
    ordered_at = models.DateTimeField()
    ordered_by = acting_person()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = acting_person()

    class Meta:
        ordering = ["due_at", "pk"]
        permissions = [("order_rectification", "Can tell a department to put something right")]
        indexes = [
            models.Index(
                fields=["due_at"], name="rectifications_open", condition=Q(done_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="rectification_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | ~Q(outcome=""), name="rectified_says_how"
            ),
        ]

    def __str__(self) -> str:
        return f"rectification after {self.callback_id}"

    @property
    def report_id(self) -> int:
        """The report that it is about, as events ask."""
        return self.callback.report_id
