"""The card of one asset: a page of its own, or a few lines for a popup on the map."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.choices import Severity
from network.forms import SourceForm, ValveForm
from network.importer.findings import detail_of, mend_of, title_of
from network.models import CheckFinding, ImportRun, NetworkRevision, Pipe, Source, Valve
from network.selectors import current_revision
from network.selectors.risk import standing_of
from network.views.asset_facts import (
    MODELS,
    Asset,
    facts,
    headline,
    kind_of,
    place_of,
    source_attributes,
    where,
)
from network.views.asset_history import source_record, valve_record
from network.views.asset_words import KIND_LABELS
from network.views.burst_card import burst_card, feature
from network.views.check import TONES, tiles_address
from network.views.neighbours import neighbours

# A run that says something of the drawing in force.
TELLING = (ImportRun.Outcome.PUBLISHED, ImportRun.Outcome.CHECKED)


@require_safe
@never_cache
@permission_required("network.view_network", raise_exception=True)
def asset(request: HttpRequest, kind: str, asset_id: str) -> HttpResponse:
    """Show an asset of the current network; `?fragment=1` gives the popup of the map."""
    found, revision = asset_or_404(kind, asset_id)
    if request.GET.get("fragment"):
        return render(request, "network/_popup.html", {**_head(found), **_standing(request, found)})
    return render(request, "network/asset.html", card_context(request, found, revision))


def asset_or_404(kind: str, asset_id: str) -> tuple[Asset, NetworkRevision]:
    """Find an asset in the network in force; unknown kinds and ids are not found."""
    revision = current_revision()
    if kind not in MODELS or revision is None or "\x00" in asset_id:
        raise Http404
    found = MODELS[kind]._default_manager.filter(revision=revision, asset_id=asset_id).first()
    if found is None:
        raise Http404(
            gettext("There is no %(kind)s %(id)s in the network in force.")
            % {"kind": KIND_LABELS[kind], "id": asset_id}
        )
    return found, revision


def card_context(
    request: HttpRequest, found: Asset, revision: NetworkRevision, **more: Any
) -> dict[str, Any]:
    """Return everything that a card shows. `more` replaces parts: a form with its errors."""
    card = burst_card(revision, found) if isinstance(found, Pipe) else None
    place = place_of(found)
    return {
        **_head(found),
        **_standing(request, found),
        "revision": revision,
        "facts": facts(found, revision),
        "attributes": source_attributes(found),
        "neighbours": neighbours(found, revision),
        "findings": _findings(found, revision),
        "burst": card,
        "is_pipe": isinstance(found, Pipe),
        "standing": standing_of(revision, found) if isinstance(found, Pipe | Valve) else None,
        "drawing": card.drawing if card else None,
        "own_place": feature(found.geom, kind=kind_of(found), id=found.asset_id),
        "centre": (place.x, place.y),
        "tiles": tiles_address(),
        **more,
    }


def _head(found: Asset) -> dict[str, Any]:
    place = place_of(found)
    return {
        "kind": kind_of(found),
        "kind_label": KIND_LABELS[kind_of(found)],
        "asset": found,
        "headline": headline(found),
        "where": where(found),
        "at": f"{place.y:.6f},{place.x:.6f}",
    }


def _standing(request: HttpRequest, found: Asset) -> dict[str, Any]:
    """Return what is recorded of a valve or a source, and the form for who may record it."""
    if isinstance(found, Valve):
        record = valve_record(found, request.user)
        may = request.user.has_perm("network.operate_valves")
        return {
            "valve": record,
            "history": record.history,
            "form": ValveForm(record=record) if may else None,
        }
    if isinstance(found, Source):
        source = source_record(found)
        may = request.user.has_perm("network.operate_sources")
        return {
            "source": source,
            "history": source.history,
            "form": SourceForm() if may else None,
        }
    return {}


def _findings(found: Asset, revision: NetworkRevision) -> list[dict[str, Any]]:
    """Return what the last check of this drawing said of the asset."""
    run = ImportRun.objects.filter(revision=revision, outcome__in=TELLING).order_by("-pk").first()
    if run is None:
        return []
    kinds = [kind_of(found), "node"] if kind_of(found) == "junction" else [kind_of(found)]
    rows = CheckFinding.objects.filter(run=run, asset_kind__in=kinds, asset_id=found.asset_id)
    return [
        {
            "tone": TONES[Severity(row.severity)],
            "severity": Severity(row.severity).label,
            "title": title_of(row.code),
            "detail": detail_of(row.code, row.facts),
            "mend": mend_of(row.code),
            "run": run.pk,
            "code": row.code,
        }
        for row in rows.order_by("severity", "code")
    ]
