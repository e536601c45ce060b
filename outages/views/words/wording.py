"""How cases and plans are worded on staff screens. Texts only; nothing is decided here."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from network.words import bore, local, material
from outages.models import BurstReport, IsolationPlan, Outage
from outages.workflow import OutageKind, OutageStatus, PlanStatus, ReportStatus

# Tones are those of the design board: danger, warn, busy, ok, planned, draft.
Chip = tuple[str, str | Promise]

REPORT_CHIPS: Final[dict[str, Chip]] = {
    ReportStatus.RECEIVED: ("warn", _("New report")),
    ReportStatus.ANSWERED: ("ok", _("Answered")),
    ReportStatus.INVALID: ("draft", _("Invalid")),
    ReportStatus.DUPLICATE: ("draft", _("Merged")),
    ReportStatus.ORDER_ISSUED: ("busy", _("Order issued")),
}
OUTAGE_CHIPS: Final[dict[str, Chip]] = {
    OutageStatus.DRAFT: ("draft", _("Draft")),
    OutageStatus.IMPACT_CONFIRMED: ("busy", _("Dispatched")),
    OutageStatus.AWAITING_LEADER: ("planned", _("Waiting for the leader")),
    OutageStatus.AWAITING_PERMIT: ("planned", _("Waiting for the permit")),
    OutageStatus.READY: ("planned", _("Ready to publish")),
    OutageStatus.PUBLISHED: ("planned", _("Published")),
    OutageStatus.IN_EFFECT: ("busy", _("Closing valves")),
    OutageStatus.RESTORING: ("ok", _("Opening valves")),
    OutageStatus.RESTORED: ("ok", _("Supply restored")),
    OutageStatus.CLOSED: ("draft", _("Closed")),
    OutageStatus.CANCELLED: ("draft", _("Cancelled")),
}
PLAN_CHIPS: Final[dict[str, Chip]] = {
    PlanStatus.COMPUTED: ("warn", _("Plan to approve")),
    PlanStatus.ADJUSTED: ("warn", _("Changed plan to approve")),
    PlanStatus.APPROVED: ("busy", _("Approved")),
    PlanStatus.EXECUTING: ("busy", _("Closing valves")),
    PlanStatus.ALL_CLOSED: ("busy", _("All valves closed")),
    PlanStatus.REOPENING: ("ok", _("Opening valves")),
    PlanStatus.REOPENED: ("ok", _("All valves open")),
    PlanStatus.SUPERSEDED: ("draft", _("Replaced")),
    PlanStatus.ABORTED: ("draft", _("Given up")),
}


def chip_of_outage(outage: Outage, plan: IsolationPlan | None) -> Chip:
    """Name where an outage stands: its own status, refined by how far the valves are."""
    if outage.status == OutageStatus.IN_EFFECT and plan is not None:
        if outage.repaired_at:
            return "busy", gettext("Repair done")
        if plan.status == PlanStatus.ALL_CLOSED:
            return "busy", pgettext("stage", "Repairing")
    if outage.kind == OutageKind.PLANNED and outage.status == OutageStatus.IMPACT_CONFIRMED:
        return "planned", gettext("Impact confirmed")
    return OUTAGE_CHIPS[outage.status]


def chip_of_report(report: BurstReport, plan: IsolationPlan | None) -> Chip:
    """Name where a report stands that has no outage yet."""
    if report.status == ReportStatus.RECEIVED and plan is not None:
        if not plan.is_isolatable:
            return "danger", gettext("Valves cannot stop it")
        return PLAN_CHIPS[plan.status]
    if report.status == ReportStatus.RECEIVED and report.geom and not report.pipe:
        return "draft", gettext("Choose the pipe")
    return REPORT_CHIPS[report.status]


def report_title(report: BurstReport) -> str:
    """Say where and what: 解放路 128 号 · DN400 球墨铸铁 · 爆管."""
    facts = report.pipe_facts
    street = local(facts.get("street") or "", facts.get("street_en") or "")
    pipe = f"{bore(facts.get('diameter_mm'))} {material(facts.get('material') or '')}"
    parts = [report.address or street or report.reference, pipe.strip()]
    return " · ".join(part for part in [*parts, report.get_kind_display()] if part)


def short_reference(report: BurstReport) -> str:
    """Return the end of a report's reference: enough to tell open ones apart, and to search by."""
    return f"R…{report.reference[-4:]}"


def outage_title(outage: Outage, report: BurstReport | None) -> str:
    """Say where and what an outage is, from its report if there is one."""
    if report is not None:
        return report_title(report)
    return f"{local(outage.place, outage.place_en)} · {outage.get_cause_display()}"


def default_place(report: BurstReport | None) -> tuple[str, str]:
    """Return the public's word for the place, Chinese and English: the street, no house number."""
    facts = report.pipe_facts if report else {}
    return str(facts.get("street") or ""), str(facts.get("street_en") or "")


ORDER_STATUSES: Final[dict[str, str | Promise]] = {
    "draft": _("draft"),
    "issued": _("issued"),
    "notified": _("told"),
    "accepted": _("accepted"),
    "en_route": _("en route"),
    "on_site": _("on site"),
    "in_progress": _("at work"),
    "result_entered": _("result entered"),
    "fed_back": _("reporters told"),
    "callback": _("call-back"),
    "archived": _("filed"),
    "void": _("taken back"),
}
