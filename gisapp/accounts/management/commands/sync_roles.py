"""Renew the role groups from the table in `gisapp.accounts.roles`."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from gisapp.accounts.roles import ROLE_PERMISSIONS, sync_roles


class Command(BaseCommand):
    help = "Make the group of every role hold exactly the permissions of the role table."

    def handle(self, *args: object, **options: object) -> None:
        missing = sync_roles()
        self.stdout.write(f"{len(ROLE_PERMISSIONS)} roles in step with the table.")
        for name in sorted(missing):
            self.stderr.write(f"Permission {name} is declared by no model yet; left out.")
