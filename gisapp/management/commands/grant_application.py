"""Make the application's role and give it what it may have: to be run after each migration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from gisapp.guards.application_role import close_functions, grant_application, rights


class Command(BaseCommand):
    help = "Make the database role that the product runs as (DATABASE_URL) and grant what it may."

    def handle(self, **_options: Any) -> None:
        role, password = settings.APPLICATION_LOGIN
        if not role or not password or role == connection.settings_dict["USER"]:
            msg = (
                "DATABASE_URL must name the application's role and its password, and "
                "OWNER_DATABASE_URL another one, who owns the tables."
            )
            raise CommandError(msg)
        close_functions()
        made = grant_application(role, password)
        self.stdout.write(f"{role}: {'made' if made else 'kept'}, rights on {len(rights())} tables")
