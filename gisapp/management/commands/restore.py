"""Give a backup back into a new database, and say whether every row came back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gisapp.backups import MANIFEST, BackupFailed, restore


class Command(BaseCommand):
    help = "Restore a backup into a new database on the same server. Overwrites nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the backup's folder")
        parser.add_argument("--into", required=True, help="name of the new database")

    def handle(self, **options: Any) -> None:
        folder = options["folder"]
        if not (folder / MANIFEST).is_file():
            msg = f"{folder} is no finished backup: it has no {MANIFEST}"
            raise CommandError(msg)
        try:
            rows = restore(folder, into=options["into"])
        except BackupFailed as failed:
            raise CommandError(str(failed)) from failed
        self.stdout.write(f"{options['into']}: {sum(rows.values())} rows in {len(rows)} tables")
