"""What people tell us: taking a report, placing it, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from outages.choices import Channel, MeterSide, ReportKind
from outages.models import BurstReport
from outages.models.events import Actor


class PlaceRefused(Exception):
    """The place is no position on Earth (not finite, or outside -180..180 / -90..90)."""


class UnknownPipe(Exception):
    """The pipe that was picked by hand is not in the current network revision."""


class MergeRefused(Exception):
    """A report cannot be merged into itself, into a duplicate, or once an order is out."""


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """What the caller said. `lon`, `lat` in EPSG:4326 degrees; `pipe` only if picked by hand.

    `client_key` is made by whoever sends the form, so that sending it twice is one report.
    """

    lon: float
    lat: float
    kind: ReportKind | str = ReportKind.BURST
    channel: Channel | str = Channel.PHONE
    meter_side: MeterSide | str = MeterSide.UNKNOWN
    address: str = ""
    landmark: str = ""
    description: str = ""
    is_danger: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    occurred_at: datetime | None = None
    pipe: str = ""
    client_key: UUID | None = None


def report_burst(*, facts: ReportFacts, by: Actor, at: datetime) -> BurstReport:
    """Store a report, snapped to the nearest pipe within settings.REPORT_SNAP_M metres.

    A report far from any pipe is kept all the same, with `pipe` blank: planning then asks for
    one (`place_report`). Repeating a `client_key` returns the report already stored. A burst or
    leak before the meter gets a plan proposed on commit (tasks.plan_report).
    Raises PlaceRefused, UnknownPipe.
    """
    raise NotImplementedError


def place_report(
    report: BurstReport,
    *,
    by: Actor,
    at: datetime,
    lon: float | None = None,
    lat: float | None = None,
    pipe: str = "",
    reason: str = "",
) -> BurstReport:
    """Correct where a report is: a new point, another pipe, or both. Planned again on commit.

    Raises PlaceRefused, UnknownPipe, TransitionRefused (once an order is out).
    """
    raise NotImplementedError


def merge_report(
    report: BurstReport, *, into: BurstReport, by: Actor, at: datetime, reason: str = ""
) -> BurstReport:
    """Mark a report as a duplicate of `into`; it joins that report's outage, if there is one.

    Raises MergeRefused, TransitionRefused.
    """
    raise NotImplementedError


def unmerge_report(report: BurstReport, *, by: Actor, at: datetime, reason: str) -> BurstReport:
    """Take a duplicate out of its group again ("that is another burst")."""
    raise NotImplementedError


def answer_report(report: BurstReport, *, text: str, by: Actor, at: datetime) -> BurstReport:
    """Close a report with an answer to the caller (nothing to dig)."""
    raise NotImplementedError


def invalidate_report(report: BurstReport, *, reason: str, by: Actor, at: datetime) -> BurstReport:
    """Mark a report as noise; it stays on record. `reason` is required."""
    raise NotImplementedError


def reopen_report(report: BurstReport, *, reason: str, by: Actor, at: datetime) -> BurstReport:
    """Take an answered or invalid report up again."""
    raise NotImplementedError
