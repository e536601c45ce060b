"""Give a backup back into a new database, and say whether everything came back."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gisapp.backups import MANIFEST, Restored, drill, restore
from gisapp.backups.database_tools import BackupFailed


class Command(BaseCommand):
    help = (
        "Restore a backup: its rows into a new database on the same server, its photos and papers "
        "to where they belong. Overwrites nothing. With --drill, only try whether it would."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=_finished, help="the backup's folder")
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--into", help="name of the new database")
        way.add_argument("--drill", action="store_true", help="leave nothing behind")

    def handle(self, **options: Any) -> None:
        into = options["into"] or f"drill_{timezone.now():%Y%m%d%H%M%S}"
        try:
            came = (drill if options["drill"] else restore)(options["folder"], into=into)
        except BackupFailed as failed:
            raise CommandError(str(failed)) from failed
        self._tell(came, "drill" if options["drill"] else into, puts=not options["drill"])

    def _tell(self, came: Restored, what: str, *, puts: bool) -> None:
        media = came.media
        self.stdout.write(f"{what}: {sum(came.rows.values())} rows in {len(came.rows)} tables")
        self.stdout.write(
            f"media: {media.missing} files {'put back' if puts else 'would be put back'}, "
            f"{media.same} were there"
        )
        if media.differing:
            msg = (
                f"{len(media.differing)} files in the media folder are not those of the backup and "
                f"were left as they are: {', '.join(media.differing[:5])}"
            )
            raise CommandError(msg)


def _finished(text: str) -> Path:
    folder = Path(text)
    if not (folder / MANIFEST).is_file():
        msg = f"{folder} is no finished backup: it has no {MANIFEST}"
        raise argparse.ArgumentTypeError(msg)
    return folder
