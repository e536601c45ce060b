"""Make the public's role and give it what it may have: to be run after each migration."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError

from gisapp.environment import env
from gisapp.public_side.grants import grant_public


class Command(BaseCommand):
    help = "Make the public side's database role (PUBLIC_DATABASE_URL) and grant what it may."

    def handle(self, **_options: Any) -> None:
        address = urlsplit(env.str("PUBLIC_DATABASE_URL", default=""))
        if not address.username or not address.password:
            msg = "PUBLIC_DATABASE_URL must be postgis://ROLE:PASSWORD@host:port/name"
            raise CommandError(msg)
        made = grant_public(unquote(address.username), unquote(address.password))
        self.stdout.write(f"{address.username}: {'made' if made else 'kept'}, rights set")
