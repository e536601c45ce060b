"""The project as an application: its checks, templates and static files."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from gisapp.accounts.apps import is_last_app
from gisapp.guards import raise_guards


class GisappConfig(AppConfig):
    """Registers the deployment checks when Django starts, raises the guards after migrations."""

    name = "gisapp"
    verbose_name = "Mainbreak"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from gisapp import checks  # noqa: F401

        post_migrate.connect(_raise_guards, dispatch_uid="gisapp.raise_guards")


def _raise_guards(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Raise what guards are missing, once, when every table is there."""
    if is_last_app(sender):
        raise_guards(using=using)
