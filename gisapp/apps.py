"""The project as an application: its checks, templates and static files."""

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from gisapp.accounts.apps import is_last_app
from gisapp.guards.application_role import grant_new_tables
from gisapp.guards.tables import raise_guards


class GisappConfig(AppConfig):
    """Registers the deployment checks when Django starts, raises the guards after migrations."""

    name = "gisapp"
    verbose_name = "Mainbreak"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from gisapp import checks  # noqa: F401

        post_migrate.connect(_raise_guards, dispatch_uid="gisapp.raise_guards")
        post_migrate.connect(_grant_new_tables, dispatch_uid="gisapp.grant_new_tables")


def _raise_guards(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Raise what guards are missing, once, when every table is there."""
    if is_last_app(sender):
        raise_guards(using=using)


def _grant_new_tables(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Let the application's role have its part of what a migration made, once, at its end."""
    role, _password = settings.APPLICATION_LOGIN
    if is_last_app(sender) and role != connections[using].settings_dict["USER"]:
        grant_new_tables(role, using=using)
