"""Publishing: what is off becomes a file, and the pointer moves to it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction

from layers.public.alerts import AlertMessage, alert_messages
from layers.public.areas import current_cells
from layers.public.background import background_tiles, background_version, town_centre
from layers.public.places import places_version, rebuild_places
from layers.public.projection import project, published_outages
from layers.public.store import (
    FORMAT,
    public_folder,
    read_pointer,
    remove_outdated,
    write_immutable,
    write_once,
    write_pointer,
    write_tiles,
)
from network.selectors.locks import alone

log = structlog.get_logger(__name__)

# After this the data count as old and pages say so.
VALID_FOR: Final = timedelta(minutes=5)
# Two publishers at once would race for the pointer; the number is ours alone.
LOCK: Final = 5_201_977


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication made. `changed` tells whether people now see something else."""

    outages_file: str
    outages: int
    changed: bool


def publish_public_snapshot(at: datetime) -> Published:
    """Write the public files as of `at` and move the pointer to them.

    Safe to repeat and to run from several processes; an unchanged state only renews the
    pointer's time. Raises what the database or the file system raises: the pointer then stays
    where it was and its age tells.
    """
    with alone(LOCK, wait=True):
        before = read_pointer() or {}
        # Whole and outermost: nobody reads of what is not committed, or never will be.
        with transaction.atomic(durable=True):
            projected = _projected(published_outages(at))
            outages_file = write_immutable("outages", {"format": FORMAT, "outages": projected})
            messages = alert_messages({each["code"]: each["area"] for each in projected}, at=at)
            alerts_file = _write_alerts(messages)
            pointer = {
                "format": FORMAT,
                "generated_at": _stamp(at),
                "valid_until": _stamp(at + VALID_FOR),
                "outages": outages_file,
                "alerts": alerts_file,
                "counts": dict(Counter(outage["status"] for outage in projected)),
                **_background(before),
                **_places(before),
            }
        write_pointer(pointer)
    in_use = {outages_file, alerts_file, str(pointer["tiles"])}
    remove_outdated(in_use | {each.file for each in messages})
    changed = before.get("outages") != outages_file
    return Published(outages_file=outages_file, outages=len(projected), changed=changed)


def _write_alerts(messages: list[AlertMessage]) -> str:
    """Write each message once, then the list of them; return the list's name."""
    for message in messages:
        write_once(message.file, message.xml)
    listed = [
        {
            "file": message.file,
            "identifier": message.identifier,
            "sent": _stamp(message.sent),
            "kind": message.kind,
            "title": {"zh": message.title_zh, "en": message.title_en},
        }
        for message in messages
    ]
    return write_immutable("alerts", {"format": FORMAT, "alerts": listed})


def _projected(outages: list[Any]) -> list[dict[str, Any]]:
    """Each outage's public fields. One that cannot be projected is left out and logged."""
    projected = []
    cells = current_cells()
    for outage in outages:
        try:
            projected.append(project(outage, cells))
        except ValueError as error:
            log.error("outage_not_public", outage=outage.code, reason=str(error))
    return projected


def _background(before: dict[str, Any]) -> dict[str, Any]:
    version = background_version()
    name, centre = str(before.get("tiles", "")), before.get("centre")
    deepest = before.get("deepest_tile", 0)
    if before.get("background_version") != version or not (public_folder() / name).is_dir():
        tiles = background_tiles()
        name, centre = write_tiles(tiles), town_centre()
        deepest = max((int(address.partition("/")[0]) for address in tiles), default=0)
    return {
        "tiles": name,
        "deepest_tile": deepest,
        "background_version": version,
        "centre": centre,
    }


def _places(before: dict[str, Any]) -> dict[str, str]:
    version = places_version()
    if before.get("places_version") != version:
        rebuild_places()
    return {"places_version": version}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
