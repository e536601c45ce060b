"""The accounts app: who signs in, and what each role may do."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "gisapp.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_sync_roles_after_last_app, dispatch_uid="accounts.sync_roles")


def is_last_app(sender: AppConfig) -> bool:
    """Whether nobody comes after this app: post_migrate fires once per app with models."""
    with_models = [config for config in apps.get_app_configs() if config.models_module is not None]
    return sender is with_models[-1]


def _sync_roles_after_last_app(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Renew the role groups once, after the last app has created its permissions."""
    # auth makes an app's permissions before others hear of it.
    if not is_last_app(sender):
        return
    from gisapp.accounts.roles import sync_roles  # models are not loaded when ready() runs

    sync_roles(using=using)
