"""What an import prints when it is done, and the full list of findings as a file."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from network.importer.findings import detail_of, mend_of, title_of
from network.models import CheckFinding, ImportRun
from network.topology.findings import BLOCKING, NOTE, WARNING

SHOWN_NOTES = 8
_ORDER = {BLOCKING: 0, WARNING: 1, NOTE: 2}


def report_lines(run: ImportRun) -> Iterator[str]:
    """Yield the report of a run: what was read, what was found, what came of it."""
    counts = run.counts
    if counts.get("read"):
        yield _("Read: %(layers)s") % {"layers": "; ".join(counts["read"])}
    if counts.get("ignored"):
        yield _("Not part of a network, left out: %(names)s") % {
            "names": ", ".join(counts["ignored"])
        }
    if counts.get("assets"):
        yield ", ".join(f"{name} {number:,}" for name, number in counts["assets"].items())
    yield from finding_lines(run)
    yield outcome_line(run)


def finding_lines(run: ImportRun) -> Iterator[str]:
    """Yield the findings of a run by code, worst first, each with its asset id.

    Blocking ones have a line each with what is wrong; of notes the first ids stand for all.
    """
    groups: dict[tuple[str, str], list[CheckFinding]] = defaultdict(list)
    for finding in run.findings.order_by("pk").iterator():
        groups[finding.severity, finding.code].append(finding)
    if not groups:
        yield _("Nothing was found wrong.")
        return
    for severity, code in sorted(groups, key=lambda key: (_ORDER[key[0]], key[1])):
        found = groups[severity, code]
        yield f"[{severity}] {code} ({len(found)}): {title_of(code)}"
        if severity == BLOCKING:
            yield from (f"    {_asset(each)}: {detail_of(code, each.facts)}" for each in found)
            yield f"    {mend_of(code)}"
            continue
        shown = found[:SHOWN_NOTES] if severity == NOTE else found
        more = f" … +{len(found) - len(shown)}" if len(found) > len(shown) else ""
        yield f"    {', '.join(map(_asset, shown))}{more}"
        yield f"    {detail_of(code, found[0].facts)} {mend_of(code)}"


def _asset(finding: CheckFinding) -> str:
    return f"{finding.asset_kind} {finding.asset_id}".strip()


def outcome_line(run: ImportRun) -> str:
    """Return what came of a run in one sentence."""
    if run.outcome == ImportRun.Outcome.PUBLISHED:
        return _("Published as revision %(revision)s.") % {"revision": run.revision}
    if run.outcome == ImportRun.Outcome.DRY_RUN:
        return _("Dry run: nothing was imported.")
    if run.outcome == ImportRun.Outcome.REFUSED:
        blocking = run.counts.get("severities", {}).get(BLOCKING, 0)
        return _("Nothing was imported: %(count)s findings are blocking.") % {"count": blocking}
    if run.outcome == ImportRun.Outcome.BROKEN_OFF:
        return _("Nothing was imported: the import was interrupted.")
    return _("Nothing was imported: %(error)s") % {"error": run.error}


def finding_rows(findings: Sequence[CheckFinding]) -> Iterator[dict[str, Any]]:
    """Yield findings as flat rows for programs and tables."""
    for finding in findings:
        yield {
            "severity": finding.severity,
            "code": finding.code,
            "kind": finding.asset_kind,
            "id": finding.asset_id,
            "lon": round(finding.geom.x, 7) if finding.geom else None,
            "lat": round(finding.geom.y, 7) if finding.geom else None,
            "detail": detail_of(finding.code, finding.facts),
            "mend": mend_of(finding.code),
            "facts": finding.facts,
        }


def write_findings(run: ImportRun, path: Path) -> None:
    """Write all findings of a run as CSV or, by the file's ending, JSON."""
    rows = list(finding_rows(list(run.findings.order_by("severity", "code", "pk"))))
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        names = ["severity", "code", "kind", "id", "lon", "lat", "detail", "mend"]
        table = csv.DictWriter(file, fieldnames=names, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
