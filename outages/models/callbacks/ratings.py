"""The link by which a user rates the work: told once, used once."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from outages.models.callbacks.asking import CallBack, Verdict


class RatingLink(models.Model):
    """What the public side may know of a call-back: that it can be rated, until when, once.

    Only the token's digest is kept. The public's role reads and rates it through two functions of
    the database; a worker takes what was said. `words` stand here until then.
    """

    callback = models.OneToOneField(CallBack, on_delete=models.PROTECT, related_name="rating")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    verdict = models.CharField(max_length=11, choices=Verdict.choices, blank=True)
    words = models.CharField(max_length=300, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["rated_at"],
                name="ratings_waiting",
                condition=Q(rated_at__isnull=False, taken_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", rated_at__isnull=True)
                | Q(verdict__in=Verdict.values, rated_at__isnull=False),
                name="rated_says_how",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(rated_at__isnull=False),
                name="taken_was_rated",
            ),
        ]

    def __str__(self) -> str:
        return f"rating of call-back {self.callback_id}"

    @property
    def at(self) -> datetime:
        """When the user said it."""
        assert self.rated_at is not None, "asked of a link that was used"
        return self.rated_at
