from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutagesConfig(AppConfig):
    name = "outages"
    verbose_name = _("Outages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_ship_organisation, sender=self, dispatch_uid="outages.organisation")
        post_migrate.connect(_ship_shifts, sender=self, dispatch_uid="outages.shifts")
        from network.selectors import occupancy  # no models before ready()

        occupancy.ask(_persons_per_connection)


def _persons_per_connection() -> int:
    """Give the policy in force now."""
    from outages.selectors.rules import policy  # no models before ready()

    return policy.number("persons_per_connection", at=timezone.now())


def _ship_organisation(using: str, **_kwargs: object) -> None:
    """Make the departments and categories of the regulations where they are missing."""
    from outages.services.rules.departments import ship_organisation  # no models before ready()

    # Migrated back to before there were any, there is nothing to fill.
    if using == "default" and "outages_ordercategory" in (
        connections[using].introspection.table_names()
    ):
        ship_organisation()


def _ship_shifts(using: str, **_kwargs: object) -> None:
    """Make the shifts of the shipped patterns where they are missing."""
    from outages.services.shifts import ship_shifts  # no models before ready()

    if using == "default" and "outages_shifttemplate" in (
        connections[using].introspection.table_names()
    ):
        ship_shifts()
