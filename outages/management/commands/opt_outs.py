"""Who wants no messages: the list as it stands, and one taken over from a provider."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from outages.choices import PERSONAL_CHANNELS, NoticeChannel
from outages.delivery.opt_outs import write_down
from outages.models import OptOut
from outages.policy.addresses import mobile_number
from outages.selectors.publishing.opt_outs import opted_out

_BATCH = 1_000


class Command(BaseCommand):
    """`opt_outs list` or `opt_outs take FILE --source WORDS`; CSV with `channel,address`."""

    help = "List who wants no messages, or take over a provider's list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """list | take FILE --source."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="CSV of every address that wants none now")
        take = acts.add_parser("take", help="note the addresses of a CSV file, all or none")
        take.add_argument("file", type=Path)
        take.add_argument("--source", required=True, help="where the list comes from")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do one of the two."""
        if options["act"] == "list":
            self._list()
        else:
            self._take(options["file"], source=options["source"])

    def _list(self) -> None:
        table = csv.writer(self.stdout)
        table.writerow(["channel", "address", "since", "reason"])
        newest = OptOut.objects.order_by("channel", "address", "-pk").distinct("channel", "address")
        for row in newest:
            if row.is_out:
                table.writerow([row.channel, row.address, row.at.isoformat(), row.reason])

    def _take(self, file: Path, *, source: str) -> None:
        wanted = list(dict.fromkeys(_read(file)))
        now = timezone.now()
        new = 0
        with transaction.atomic():
            for channel in PERSONAL_CHANNELS:
                mine = [address for each, address in wanted if each == channel]
                for start in range(0, len(mine), _BATCH):
                    batch = mine[start : start + _BATCH]
                    known = opted_out(channel, batch)
                    for address in batch:
                        if address not in known:
                            write_down(
                                channel=channel,
                                address=address,
                                is_out=True,
                                reason=source,
                                by=None,
                                at=now,
                            )
                            new += 1
        self.stdout.write(f"{len(wanted)} addresses, {new} of them new")


def _read(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (channel, address) of every line; a line that does not hold is named."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for number, line in enumerate(csv.DictReader(lines), start=2):
                channel, address = line.get("channel") or "", (line.get("address") or "").strip()
                if channel == NoticeChannel.SMS:
                    address = mobile_number(address)
                elif channel == NoticeChannel.EMAIL:
                    address = address.lower() if "@" in address else ""
                if channel not in PERSONAL_CHANNELS or not address:
                    msg = f"line {number}: no channel, or no address on it"
                    raise CommandError(msg)
                yield channel, address
    except OSError as error:
        msg = f"{file}: {error.strerror}"
        raise CommandError(msg) from error
