"""What public pages show, read from the published files alone: no outage is queried."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from shapely.geometry.base import BaseGeometry

from layers.public.store import FORMAT, read_outages, read_pointer
from network.words import is_chinese

# The order of the list and the tone of the chip (ui board, status chip).
TONES = {"off": "danger", "returning": "ok", "planned": "planned", "restored": "ok"}
SWATCHES = {"off": "off", "returning": "returning", "planned": "planned", "restored": "returning"}
STATUS_WORDS = {
    "off": gettext_lazy("Off"),
    "returning": gettext_lazy("Coming back"),
    "planned": gettext_lazy("Planned"),
    "restored": gettext_lazy("Restored"),
}
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def public_day(at: datetime) -> str:
    """A day in full for the public: 11月23日（周一）, Mon 23 Nov."""
    local = timezone.localtime(at)
    if is_chinese():
        return f"{local.month}月{local.day}日（周{WEEKDAYS['zh'][local.weekday()]}）"
    return f"{WEEKDAYS['en'][local.weekday()]} {local.day} {MONTHS[local.month - 1]}"


@dataclass(frozen=True, slots=True)
class EarlierTime:
    """A promised time that was given up, and why."""

    eta: datetime | None
    changed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class WaterPlace:
    """Where to fetch water meanwhile; `kind` is standpipe or tanker."""

    name: str
    kind: str
    hours: str


@dataclass(frozen=True, slots=True)
class PublicOutage:
    """One outage in the reader's language. `homes` is a band, as published."""

    code: str
    kind: str
    status: str
    supply: str
    place: str
    cause: str
    remark: str
    advice: str
    starts_at: datetime | None
    ends_at: datetime | None
    eta: datetime | None
    earlier: tuple[EarlierTime, ...]
    water: tuple[WaterPlace, ...]
    restored_at: datetime | None
    updated_at: datetime | None
    homes: dict[str, int]
    area: dict[str, Any]

    @property
    def tone(self) -> str:
        return TONES[self.status]

    @property
    def swatch(self) -> str:
        """The sample of the area in the list and the legend."""
        return SWATCHES[self.status]

    @property
    def word(self) -> str:
        """What the chip says."""
        if self.status == "planned" and self.starts_at:
            local = timezone.localtime(self.starts_at)
            return f"{local:%m-%d}" if is_chinese() else f"{local.day} {MONTHS[local.month - 1]}"
        if self.status == "off":
            low = self.supply == "low_pressure"
            return gettext("Low pressure") if low else gettext("Repairing")
        return str(STATUS_WORDS[self.status])

    @property
    def window(self) -> str:
        """From when to when: the day once where both lie on one."""
        if self.starts_at is None:
            return ""
        dash = "—" if is_chinese() else "–"
        space = "" if is_chinese() else " "
        start = f"{public_day(self.starts_at)}{space}{timezone.localtime(self.starts_at):%H:%M}"
        if self.ends_at is None:
            return start
        end = timezone.localtime(self.ends_at)
        if end.date() == timezone.localtime(self.starts_at).date():
            return f"{start}{dash}{end:%H:%M}"
        return f"{start}{dash}{public_day(self.ends_at)}{space}{end:%H:%M}"

    @property
    def homes_text(self) -> str:
        """How many homes are concerned, as a band."""
        if "fewer_than" in self.homes:
            return gettext("fewer than %(count)d homes") % {"count": self.homes["fewer_than"]}
        if "to" in self.homes:
            band = {"low": f"{self.homes['from']:,}", "high": f"{self.homes['to']:,}"}
            return gettext("%(low)s to %(high)s homes") % band
        return gettext("more than %(count)s homes") % {"count": f"{self.homes['from']:,}"}

    @property
    def shape(self) -> BaseGeometry:
        """The area in EPSG:4326."""
        return shapely.geometry.shape(self.area)

    @property
    def link(self) -> str:
        """The anchor of this outage's row."""
        return f"outage-{self.code}"


@dataclass(frozen=True, slots=True)
class PublicState:
    """Everything a public page says, and how old it is."""

    generated_at: datetime | None
    valid_until: datetime | None
    outages: tuple[PublicOutage, ...]
    snapshot: str = ""
    centre: tuple[float, float] | None = None
    tiles: str = ""
    deepest_tile: int = 0

    def is_stale(self, at: datetime) -> bool:
        """Whether the data are older than they may be; also when there are none."""
        return self.valid_until is None or at > self.valid_until

    def of_status(self, *statuses: str) -> list[PublicOutage]:
        return [outage for outage in self.outages if outage.status in statuses]

    def find(self, code: str) -> PublicOutage | None:
        return next((outage for outage in self.outages if outage.code == code), None)


def read_state() -> PublicState:
    """The newest published state in the active language; an empty one where there is none."""
    nothing = PublicState(None, None, ())
    pointer = read_pointer()
    if pointer is None or pointer.get("format") != FORMAT:
        return nothing
    try:
        rows = read_outages(str(pointer["outages"]))
    except FileNotFoundError:
        # Copied by halves to another machine: nothing to show is better than an error.
        return nothing
    outages = sorted((_read(row) for row in rows), key=_order)
    return PublicState(
        generated_at=_instant(pointer["generated_at"]),
        valid_until=_instant(pointer["valid_until"]),
        outages=tuple(outages),
        snapshot=str(pointer["outages"]),
        centre=tuple(pointer["centre"]) if pointer.get("centre") else None,
        tiles=str(pointer.get("tiles", "")),
        deepest_tile=int(pointer.get("deepest_tile", 0)),
    )


def _order(outage: PublicOutage) -> tuple[int, str, str]:
    ranks = ("off", "returning", "planned", "restored")
    starts = outage.starts_at.isoformat() if outage.starts_at else ""
    return (ranks.index(outage.status), starts, outage.code)


def _read(row: dict[str, Any]) -> PublicOutage:
    language = "zh" if is_chinese() else "en"
    return PublicOutage(
        code=row["code"],
        kind=row["kind"],
        status=row["status"],
        supply=row["supply"],
        place=row["place"][language],
        cause=row["cause"][language],
        remark=row["remark"][language],
        advice=row["advice"][language],
        starts_at=_instant(row["starts_at"]),
        ends_at=_instant(row["ends_at"]),
        eta=_instant(row["eta"]),
        earlier=tuple(
            EarlierTime(
                _instant(each["eta"]), _instant(each["changed_at"]), each["reason"][language]
            )
            for each in row["earlier_etas"]
        ),
        # Files of an older release name none.
        water=tuple(
            WaterPlace(each["name"][language], each["kind"], each["hours"])
            for each in row.get("water", ())
        ),
        restored_at=_instant(row["restored_at"]),
        updated_at=_instant(row["updated_at"]),
        homes=row["customers"],
        area=row["area"],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
