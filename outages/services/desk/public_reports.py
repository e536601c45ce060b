"""Reports of the public: filed by a process that sees no table, taken by one that does.

The public side calls two functions of the database (migration 0006). What it files waits in the
letter box until `take_public_reports`, run every few seconds, makes burst reports of it; from then
on it is a report like any other, under the reference that its sender was told.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from django.db import connection, transaction
from django.db.models import Q

from outages.choices import Channel, ReportKind
from outages.models import BurstReport, Event, PublicReport
from outages.services.desk import reports
from outages.workflow import OutageStatus, ReportStatus, WorkOrderStatus

log = structlog.get_logger(__name__)

# After this long nobody asks any more how a report goes on.
FOLLOWED_FOR = timedelta(days=60)
MOST_AT_ONCE = 200
# So long a settled one is looked at again after anything happened to it; the stages are written
# every half minute, so this is how long that may fail without anybody noticing.
MOVED_WITHIN = timedelta(hours=12)
_MOVING = ("report", "order", "outage")

Stage = PublicReport.Stage
GOING_ON = (Stage.RECEIVED, Stage.WORKING)
# Telephones, accounts, identity cards; years and house numbers are shorter.
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}")


@dataclass(frozen=True, kw_only=True)
class PublicFacts:
    """What the form holds; `lon`, `lat` in EPSG:4326 degrees."""

    lon: float
    lat: float
    kind: str
    address: str
    description: str
    is_danger: bool
    contact_name: str
    contact_phone: str


@dataclass(frozen=True)
class FiledReport:
    """What its sender may see of a report."""

    reference: str
    kind: str
    address: str
    received_at: datetime
    stage: str

    @property
    def kind_text(self) -> str:
        """The kind in the reader's language."""
        return str(ReportKind(self.kind).label)


def file_report(facts: PublicFacts, *, form_key: UUID, at: datetime) -> str:
    """Put a report into the letter box and return its reference.

    The same words under one `form_key` are one report; other words are another.
    """
    told = "|".join(str(getattr(facts, name)) for name in sorted(PublicFacts.__annotations__))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT file_public_report(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                uuid5(form_key, told),
                reports.new_reference(at),
                facts.kind,
                facts.lon,
                facts.lat,
                facts.address,
                facts.description,
                facts.is_danger,
                facts.contact_name,
                facts.contact_phone,
            ],
        )
        return str(cursor.fetchone()[0])


def filed_report(reference: str) -> FiledReport | None:
    """What may be seen of the report with this reference; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, address, received_at, stage FROM public_report_status(%s)", [reference]
        )
        row = cursor.fetchone()
    return FiledReport(reference, *row) if row else None


@dataclass(frozen=True)
class TrackedPlan:
    """What the reporter was promised where it takes longer: how it goes on, and until when."""

    text: str
    until: datetime
    told_at: datetime


def tracked_plan(reference: str) -> TrackedPlan | None:
    """The plan of the newest extension that was granted; None where nothing waits for one.

    Numbers as long as a telephone's are blotted out: a clerk may have written one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT plan, until, told FROM public_report_plan(%s)", [reference])
        row = cursor.fetchone()
    return TrackedPlan(_LONG_NUMBER.sub("…", row[0]), row[1], row[2]) if row else None


def take_public_reports() -> int:
    """Make burst reports of what waits in the letter box; return how many.

    Safe to run from several processes and to repeat. One that fails is logged, waits on, and
    holds nobody up.
    """
    waiting = PublicReport.objects.filter(report__isnull=True).order_by("received_at")
    return sum(_take(key) for key in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _take(key: UUID) -> int:
    try:
        with transaction.atomic():
            rows = PublicReport.objects.select_for_update(skip_locked=True)
            filed = rows.filter(pk=key, report__isnull=True).first()
            if filed is None:
                return 0
            filed.report = reports.report_burst(facts=_facts(filed), by=None, at=filed.received_at)
            # They stand in the burst report now; here nobody needs them any more.
            filed.description = filed.contact_name = filed.contact_phone = ""
            filed.save()
    except Exception as error:  # whatever it is, the next one must be taken
        log.error("public_report_not_taken", key=str(key), error=type(error).__name__)
        return 0
    return 1


def _facts(filed: PublicReport) -> reports.ReportFacts:
    return reports.ReportFacts(
        lon=filed.geom.x,
        lat=filed.geom.y,
        kind=filed.kind,
        channel=Channel.PUBLIC_FORM,
        address=filed.address,
        description=filed.description,
        is_danger=filed.is_danger,
        contact_name=filed.contact_name,
        contact_phone=filed.contact_phone,
        client_key=filed.client_key,
        reference=filed.reference,
    )


def update_stages(at: datetime) -> int:
    """Write down how far the public's reports have come; return how many changed."""
    lately = PublicReport.objects.filter(
        report__isnull=False, received_at__gte=at - FOLLOWED_FOR
    ).select_related("report__outage", "report__duplicate_of__outage")
    followed = lately.filter(stage__in=GOING_ON) | lately.filter(_moved(at))
    followed = followed.prefetch_related("report__work_orders")
    changed = []
    for filed in followed.iterator(chunk_size=500):
        assert filed.report is not None
        stage = stage_of(filed.report)
        if stage != filed.stage:
            filed.stage = stage
            changed.append(filed)
    PublicReport.objects.bulk_update(changed, ["stage"], batch_size=500)
    return len(changed)


def _moved(at: datetime) -> Q:
    """Say which reports had news in the last hours: one that was done may have been taken up again.

    Everything of 60 days, each half minute, would be read for the few that moved.
    """
    news = Event.objects.filter(at__gte=at - MOVED_WITHIN, subject__in=_MOVING)
    reports = news.filter(report__isnull=False).values("report")
    outages = news.filter(outage__isnull=False).values("outage")
    return (
        Q(report__in=reports)
        | Q(report__duplicate_of__in=reports)
        | Q(report__outage__in=outages)
        | Q(report__duplicate_of__outage__in=outages)
    )


def stage_of(made: BurstReport) -> Stage:
    """Return how far it is, coarsely; a duplicate is as far as the report that it joined."""
    if made.status == ReportStatus.DUPLICATE and made.duplicate_of is not None:
        return stage_of(made.duplicate_of)
    outage = made.outage
    if outage and outage.status in (OutageStatus.RESTORED, OutageStatus.CLOSED):
        return Stage.DONE
    if outage is None and _is_worked_off(made):
        return Stage.DONE
    if outage or made.status == ReportStatus.ORDER_ISSUED:
        return Stage.WORKING
    if made.status in (ReportStatus.ANSWERED, ReportStatus.INVALID):
        return Stage.ANSWERED
    return Stage.RECEIVED


def _is_worked_off(made: BurstReport) -> bool:
    """Whether a department has finished every order for it that was not taken back."""
    orders = [each for each in made.work_orders.all() if each.status != WorkOrderStatus.VOID]
    return bool(orders) and all(each.finished_at is not None for each in orders)
