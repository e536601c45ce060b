"""Back the data up now, or list the backups that there are."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gisapp.backups import Backup, back_up, backups
from gisapp.backups.database_tools import BackupFailed


class Command(BaseCommand):
    help = "Back up the database and the media into a folder of their own (BACKUP_DIR)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="only say which there are")

    def handle(self, **options: Any) -> None:
        if options["list"]:
            for each in backups():
                self.stdout.write(_told(each))
            return
        try:
            made = back_up(at=timezone.now())
        except (BackupFailed, OSError) as failed:
            raise CommandError(str(failed)) from failed
        self.stdout.write(_told(made))


def _told(each: Backup) -> str:
    size_mb = each.size_bytes / 1_000_000
    key = f"key {each.key}" if each.key else "not encrypted"
    return f"{each.folder}: {sum(each.rows.values())} rows, {size_mb:.1f} MB, {key}"
