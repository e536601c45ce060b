"""What an asset hangs together with: the ways on from its card."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from network.choices import Operability, ValveState
from network.models import Hydrant, Junction, NetworkRevision, Pipe, PipeSplit, Source, Valve
from network.selectors import pipes_at, valve_conditions
from network.views.asset_facts import Asset, headline, where

MOST = 60


@dataclass(frozen=True)
class Neighbour:
    """One asset beside another; `chip` is (tone, text) where its state matters."""

    kind: str
    asset_id: str
    detail: str
    chip: tuple[str, str] | None = None


@dataclass(frozen=True)
class Neighbours:
    """Assets of one kind beside an asset; `more` says how many are not listed."""

    kind: str
    title: str
    rows: list[Neighbour]
    more: int


def neighbours(asset: Asset, revision: NetworkRevision) -> list[Neighbours]:
    """The pipes, valves, hydrants, sources and nodes beside an asset, as far as there are any."""
    nodes, pipes = _nodes(asset, revision), _pipes(asset, revision)
    beside = (
        Q(junction__in=nodes) & Q(pipe="") if isinstance(asset, Pipe) else Q(junction__in=nodes)
    )
    hangs = (beside | Q(pipe=asset.asset_id)) if isinstance(asset, Pipe) else beside
    groups = (
        ("pipe", gettext("Pipes"), Pipe.objects.filter(asset_id__in=pipes)),
        ("valve", gettext("Valves"), Valve.objects.filter(hangs)),
        ("hydrant", gettext("Hydrants"), Hydrant.objects.filter(hangs)),
        ("source", gettext("Sources"), Source.objects.filter(junction__in=nodes)),
        ("junction", gettext("Nodes"), Junction.objects.filter(asset_id__in=nodes)),
    )
    made = (
        _group(kind, title, rows.filter(revision=revision).exclude(pk=_own_pk(asset, kind)))
        for kind, title, rows in groups
    )
    return [group for group in made if group.rows]


def _own_pk(asset: Asset, kind: str) -> int:
    return asset.pk if type(asset).__name__.lower() == kind else 0


def _nodes(asset: Asset, revision: NetworkRevision) -> set[str]:
    if isinstance(asset, Junction):
        return {asset.asset_id}
    if isinstance(asset, Pipe):
        through = PipeSplit.objects.filter(revision=revision, pipe=asset.asset_id)
        return {asset.from_junction, asset.to_junction, *through.values_list("junction", flat=True)}
    return {asset.junction} - {""}


def _pipes(asset: Asset, revision: NetworkRevision) -> Iterable[str]:
    if isinstance(asset, Pipe):
        return set()
    if isinstance(asset, Valve):
        return pipes_at(revision, asset)
    found: set[str] = {asset.pipe} - {""} if isinstance(asset, Hydrant) else set()
    for node in _nodes(asset, revision):
        ends = Pipe.objects.filter(Q(from_junction=node) | Q(to_junction=node), revision=revision)
        through = PipeSplit.objects.filter(revision=revision, junction=node)
        found |= {*ends.values_list("asset_id", flat=True), *through.values_list("pipe", flat=True)}
    return found


def _group(kind: str, title: str, rows: QuerySet) -> Neighbours:
    ordered = rows.order_by("asset_id")
    shown = list(ordered[:MOST])
    chips = valve_chips(shown, ordered) if kind == "valve" else {}
    listed = [Neighbour(kind, row.asset_id, _detail(row), chips.get(row.asset_id)) for row in shown]
    return Neighbours(kind, title, listed, max(ordered.count() - MOST, 0))


def _detail(asset: Asset) -> str:
    return " · ".join(part for part in (headline(asset), where(asset)) if part)


def valve_chips(shown: list[Valve], rows: QuerySet[Valve]) -> dict[str, tuple[str, str]]:
    """Chips for the valves that stand out: closed, stuck, or not known."""
    ids = [valve.asset_id for valve in shown]
    conditions = valve_conditions(rows.filter(asset_id__in=ids))
    chips: dict[str, tuple[str, str]] = {}
    for valve, holds in conditions.items():
        if holds.operability in (Operability.INOPERABLE, Operability.INACCESSIBLE):
            chips[valve] = ("danger", str(Operability(holds.operability).label))
        elif holds.state != ValveState.OPEN:
            tone = "busy" if holds.state == ValveState.CLOSED else "warn"
            chips[valve] = (tone, str(ValveState(holds.state).label))
    return chips
