"""What GIS editors see: what is wrong with the network, where, and how to mend it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from network.choices import Severity
from network.importer.findings import detail_of, mend_of, title_of
from network.importer.report import finding_rows
from network.models import CheckFinding, ImportRun, NetworkRevision
from network.selectors import current_revision
from network.selectors.import_runs import broken_off
from network.views.asset_facts import MODELS
from network.views.asset_words import KIND_LABELS

PER_PAGE = 50
RUNS_SHOWN = 12
TONES = {Severity.BLOCKING: "danger", Severity.WARNING: "warn", Severity.NOTE: "planned"}
ORDER = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.NOTE: 2}
OUTCOME_TONES = {
    ImportRun.Outcome.RUNNING: "busy",
    ImportRun.Outcome.PUBLISHED: "ok",
    ImportRun.Outcome.CHECKED: "ok",
    ImportRun.Outcome.REFUSED: "danger",
    ImportRun.Outcome.FAILED: "danger",
    ImportRun.Outcome.BROKEN_OFF: "danger",
    ImportRun.Outcome.DRY_RUN: "planned",
}


@dataclass(frozen=True)
class Group:
    """All findings of one kind in a run."""

    code: str
    severity: str
    count: int
    title: str
    tone: str
    is_chosen: bool


@dataclass(frozen=True)
class Row:
    """One finding, in words."""

    key: str
    number: int
    tone: str
    severity: str
    title: str
    asset: str
    card: str
    detail: str
    mend: str
    has_place: bool


@require_GET
@permission_required("network.view_network", raise_exception=True)
def check(request: HttpRequest) -> HttpResponse:
    """List a run's findings by severity and kind, each with its asset, its place and its cure."""
    runs = list(_runs())
    run = _chosen_run(request, runs)
    _tell_broken_off([*runs, *([run] if run else [])])
    if run is None:
        return render(request, "network/check.html", {"run": None, "runs": runs})
    code, severity = request.GET.get("code", ""), request.GET.get("severity", "")
    page = _page(request, _findings(run, code, severity))
    revision = current_revision()
    return render(
        request,
        "network/check.html",
        {
            "run": run,
            "run_tone": OUTCOME_TONES[ImportRun.Outcome(run.outcome)],
            "runs": [(each, OUTCOME_TONES[ImportRun.Outcome(each.outcome)]) for each in runs],
            "assets": _asset_counts(run),
            "groups": _groups(run, code, severity),
            "severities": _severities(run, severity),
            "code": code,
            "severity": severity,
            "page": page,
            "rows": [_row(finding, nth) for nth, finding in _numbered(page)],
            "places": _places(page),
            "centre": _centre(page, revision),
            "tiles": tiles_address(),
            "revision": revision,
            # Only what is in the drawing in force has a card.
            "in_force": revision is not None and run.revision_id == revision.pk,
        },
    )


@require_GET
@permission_required("network.view_network", raise_exception=True)
def check_findings(request: HttpRequest, run: int) -> HttpResponse:
    """Hand out all findings of a run for other programs."""
    found = get_object_or_404(ImportRun, pk=run)
    findings = list(found.findings.order_by("pk"))
    answer = JsonResponse(
        {"run": found.pk, "findings": list(finding_rows(findings))},
        json_dumps_params={"ensure_ascii": False, "allow_nan": False},
    )
    answer["Content-Disposition"] = f'attachment; filename="findings-{found.pk}.json"'
    return answer


def _runs() -> QuerySet[ImportRun]:
    return ImportRun.objects.select_related("revision").order_by("-pk")[:RUNS_SHOWN]


def _tell_broken_off(shown: list[ImportRun]) -> None:
    """Show runs whose process was killed as what they are; the next import puts it down."""
    gone = broken_off()
    for run in shown:
        if run.pk in gone:
            run.outcome = ImportRun.Outcome.BROKEN_OFF


def _chosen_run(request: HttpRequest, runs: list[ImportRun]) -> ImportRun | None:
    wanted = request.GET.get("run", "")
    if wanted:
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0
        return get_object_or_404(ImportRun.objects.select_related("revision"), pk=number)
    return runs[0] if runs else None


def _findings(run: ImportRun, code: str, severity: str) -> QuerySet[CheckFinding]:
    findings = run.findings.order_by("severity", "code", "pk")
    if code:
        findings = findings.filter(code=code)
    if severity:
        findings = findings.filter(severity=severity)
    return findings


def _page(request: HttpRequest, findings: QuerySet[CheckFinding]) -> Page[CheckFinding]:
    return Paginator(findings, PER_PAGE).get_page(request.GET.get("page"))


def _groups(run: ImportRun, code: str, severity: str) -> list[Group]:
    counted = run.findings.values("code", "severity").annotate(count=Count("pk"))
    groups = [
        Group(
            code=row["code"],
            severity=row["severity"],
            count=row["count"],
            title=title_of(row["code"]),
            tone=TONES[Severity(row["severity"])],
            is_chosen=row["code"] == code,
        )
        for row in counted
        if not severity or row["severity"] == severity
    ]
    return sorted(groups, key=lambda group: (ORDER[Severity(group.severity)], -group.count))


def _severities(run: ImportRun, chosen: str) -> list[dict[str, Any]]:
    counts = dict(
        run.findings.values_list("severity")
        .annotate(count=Count("pk"))
        .values_list("severity", "count")
    )
    return [
        {
            "value": severity.value,
            "label": severity.label,
            "count": counts.get(severity.value, 0),
            "tone": TONES[severity],
            "is_chosen": severity.value == chosen,
        }
        for severity in Severity
    ]


def _asset_counts(run: ImportRun) -> dict[str, Any]:
    counts = run.counts.get("assets") or {}
    return counts if isinstance(counts, dict) else {}


def _numbered(page: Page[CheckFinding]) -> list[tuple[int, CheckFinding]]:
    return list(enumerate(page.object_list, start=page.start_index()))


def _row(finding: CheckFinding, number: int) -> Row:
    return Row(
        key=f"f{finding.pk}",
        number=number,
        tone=TONES[Severity(finding.severity)],
        severity=str(Severity(finding.severity).label),
        title=title_of(finding.code),
        asset=f"{KIND_LABELS[finding.asset_kind]} {finding.asset_id}".strip(),
        card=_card(finding),
        detail=detail_of(finding.code, finding.facts),
        mend=mend_of(finding.code),
        has_place=finding.geom is not None,
    )


def _card(finding: CheckFinding) -> str:
    """Return the address of the asset's card; customers and the whole network have none."""
    kind = "junction" if finding.asset_kind == "node" else finding.asset_kind
    if kind not in MODELS or not finding.asset_id:
        return ""
    return reverse("network:asset", args=[kind, finding.asset_id])


def _places(page: Page[CheckFinding]) -> dict[str, Any]:
    """Return the page's findings as GeoJSON for the map beside the list."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [finding.geom.x, finding.geom.y]},
            "properties": {
                "id": f"f{finding.pk}",
                "number": number,
                "tone": TONES[Severity(finding.severity)],
                "title": f"{title_of(finding.code)}: {finding.asset_id}",
            },
        }
        for number, finding in _numbered(page)
        if finding.geom is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def _centre(page: Page[CheckFinding], revision: NetworkRevision | None) -> tuple[float, float]:
    for finding in page.object_list:
        if finding.geom is not None:
            return finding.geom.x, finding.geom.y
    if revision is not None and revision.extent is not None:
        middle = revision.extent.centroid
        return middle.x, middle.y
    return 0.0, 0.0


def tiles_address() -> str:
    """Return the tiles' address with its placeholders left open, "" where no tiles are served."""
    try:
        address = reverse("layers:tile", kwargs={"z": 0, "x": 0, "y": 0})
    except NoReverseMatch:
        return ""
    return address.replace("/0/0/0", "/{z}/{x}/{y}")
