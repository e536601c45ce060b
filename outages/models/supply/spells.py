"""Who was without water, from when until when. Derived from what was signed; see ADR 0015."""

from django.db import models
from django.db.models import F, Q

from outages.choices import SpellBasis
from outages.models.outages import Outage


class SupplySpell(models.Model):
    """One outage kept one customer dry from `off_at` until `on_at` (null: still).

    Not a record of its own: a worker derives it again whenever a step comes in, late ones too,
    so a row may be replaced. Without an outage (`basis` recorded) it follows from valves and
    sources recorded outside any.
    """

    customer = models.CharField(max_length=64)
    outage = models.ForeignKey(
        Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="supply_spells"
    )
    off_at = models.DateTimeField()
    on_at = models.DateTimeField(null=True, blank=True)
    basis = models.CharField(max_length=8, choices=SpellBasis.choices)

    class Meta:
        permissions = [("view_interruptions", "Can see how long customers had no water")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "outage", "basis", "off_at"],
                nulls_distinct=False,
                name="one_spell_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(on_at__isnull=True) | Q(on_at__gt=F("off_at")),
                name="spell_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(outage__isnull=True, basis="recorded")
                | (Q(outage__isnull=False) & ~Q(basis="recorded")),
                name="spell_of_an_outage_or_recorded",
            ),
        ]
        indexes = [
            models.Index(fields=["on_at", "off_at"], name="spells_by_time"),
            models.Index(fields=["off_at"], name="spells_running", condition=Q(on_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.off_at:%Y-%m-%d %H:%M} to {self.on_at or '-'}"


class SupplyMoment(models.Model):
    """A moment at which the network changed, as the spells were derived from it.

    `digest` is of everything but the time. The first moment that differs from what is signed by
    now is where deriving begins again.
    """

    at = models.DateTimeField(unique=True)
    digest = models.CharField(max_length=32)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.digest[:8]}"


class SupplyReckoning(models.Model):
    """The one row that is the lock of whoever derives, and says how far it has come."""

    reckoned_at = models.DateTimeField(null=True, blank=True)
    # How many rows there were of all that spells are derived from: equal counts, nothing to do.
    seen = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_supply_reckoning"),
        ]

    def __str__(self) -> str:
        return f"supply spells of {self.reckoned_at}"
