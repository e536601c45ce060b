"""The facts of one asset as rows of a card: label and value, with units."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.formats import number_format
from django.utils.translation import gettext

from network.choices import AreaKind, Flow, LinkKind
from network.models import Area, Customer, Hydrant, Junction, NetworkRevision, Pipe, Source, Valve
from network.views.asset_words import SOURCE_KINDS, VALVE_KINDS, word
from network.words import GROUNDS, bore, local, material

Asset = Pipe | Valve | Hydrant | Source | Junction
MODELS: dict[str, type[Asset]] = {
    "pipe": Pipe,
    "valve": Valve,
    "hydrant": Hydrant,
    "source": Source,
    "junction": Junction,
}
AREAS_SHOWN = (AreaKind.PRESSURE_ZONE, AreaKind.DMA, AreaKind.DISTRICT)
NOTHING = {"", "nan", "nat", "none", "null"}


@dataclass(frozen=True)
class Fact:
    """One row of a card; `kind` and `asset_id` make the value a link to another card."""

    label: str
    value: str
    kind: str = ""
    asset_id: str = ""


def kind_of(asset: Asset) -> str:
    """Name an asset's kind as addresses do: pipe, valve, hydrant, source, junction."""
    return type(asset).__name__.lower()


def place_of(asset: Asset) -> Point:
    """The point at which an asset is shown (EPSG:4326): of a pipe, its middle."""
    if isinstance(asset, Pipe):
        middle: Point = asset.geom.interpolate_normalized(0.5)
        middle.srid = asset.geom.srid
        return middle
    return asset.geom


def where(asset: Asset) -> str:
    """Say in words where an asset is; nothing where the source says nothing."""
    if isinstance(asset, Pipe):
        return local(asset.street, asset.street_en)
    if isinstance(asset, Source):
        return local(asset.name, asset.name_en)
    if isinstance(asset, Valve | Hydrant):
        return local(asset.location, asset.location_en)
    return ""


def headline(asset: Asset) -> str:
    """Say in a line what an asset is: DN400 球墨铸铁, DN300 butterfly valve."""
    if isinstance(asset, Pipe):
        kind = "" if asset.kind == LinkKind.PIPE else asset.get_kind_display()
        parts = [bore(asset.diameter_mm), material(asset.material), kind]
    elif isinstance(asset, Valve):
        parts = [bore(asset.bore_mm), word(VALVE_KINDS, asset.kind)]
    elif isinstance(asset, Source):
        parts = [word(SOURCE_KINDS, asset.kind)]
    else:
        parts = []
    return " ".join(str(part) for part in parts if part)


def facts(asset: Asset, revision: NetworkRevision) -> list[Fact]:
    """Every known fact of an asset; what the source left out is left out."""
    rows: Iterator[tuple[Any, ...]]
    if isinstance(asset, Pipe):
        rows = _of_pipe(asset, revision)
    elif isinstance(asset, Valve):
        rows = _of_valve(asset)
    elif isinstance(asset, Source):
        rows = _of_source(asset)
    elif isinstance(asset, Hydrant):
        rows = _standing(asset)
    else:
        rows = _of_junction(asset)
    known = [Fact(label, str(value), *link) for label, value, *link in rows if value]
    return [*known, *_areas(asset)]


def _of_pipe(pipe: Pipe, revision: NetworkRevision) -> Iterator[tuple[Any, ...]]:
    yield gettext("Street"), local(pipe.street, pipe.street_en)
    yield gettext("What it is"), pipe.get_kind_display()
    yield gettext("Diameter"), f"{bore(pipe.diameter_mm)}" if pipe.diameter_mm else ""
    yield gettext("Material"), material(pipe.material)
    yield gettext("Length"), _metres(pipe.length_m)
    yield gettext("Role"), pipe.get_role_display() if pipe.role else ""
    yield gettext("Status"), pipe.get_status_display()
    yield (
        gettext("Flow"),
        "" if pipe.flow == Flow.BOTH and pipe.kind == LinkKind.PIPE else pipe.get_flow_display(),
    )
    yield gettext("Year laid"), pipe.year_laid
    yield gettext("Trunk road"), gettext("yes, works have duties of their own") * pipe.on_trunk_road
    yield gettext("From node"), pipe.from_junction, "junction", pipe.from_junction
    yield gettext("To node"), pipe.to_junction, "junction", pipe.to_junction
    customers = Customer.objects.filter(revision=revision, pipe=pipe.asset_id).count()
    yield gettext("Customers connected"), number_format(customers, force_grouping=True)


def _of_valve(valve: Valve) -> Iterator[tuple[Any, ...]]:
    yield gettext("What it is"), word(VALVE_KINDS, valve.kind)
    yield gettext("Bore"), bore(valve.bore_mm)
    yield gettext("Stands"), valve.get_placement_display()
    yield from _standing(valve)
    yield (
        gettext("Isolates"),
        gettext("yes") if valve.isolates else gettext("no, closing it cuts nothing"),
    )
    if valve.flow_to_pipe:
        yield gettext("Passes water only to"), valve.flow_to_pipe, "pipe", valve.flow_to_pipe
    if valve.isolates:
        yield gettext("Turns to close"), valve.turns_to_close
        yield (
            gettext("Closes"),
            gettext("turned clockwise")
            if valve.closes_clockwise
            else gettext("turned anticlockwise"),
        )
    yield gettext("Ground"), word(GROUNDS, valve.ground)
    yield gettext("Chamber"), valve.chamber


def _of_source(source: Source) -> Iterator[tuple[Any, ...]]:
    yield gettext("What it is"), word(SOURCE_KINDS, source.kind)
    yield gettext("Node"), source.junction, "junction", source.junction
    for pipe in source.inlet_pipes:
        yield gettext("Filled through"), pipe, "pipe", pipe


def _of_junction(junction: Junction) -> Iterator[tuple[Any, ...]]:
    if junction.elevation_m is not None:
        yield gettext("Elevation"), gettext("%(m).1f m") % {"m": junction.elevation_m}
    yield gettext("Made by"), gettext("snapping, not by the source") * junction.is_generated


def _standing(asset: Valve | Hydrant) -> Iterator[tuple[Any, ...]]:
    yield gettext("On pipe"), asset.pipe, "pipe", asset.pipe
    yield gettext("At node"), asset.junction, "junction", asset.junction


def _areas(asset: Asset) -> list[Fact]:
    found = Area.objects.filter(kind__in=AREAS_SHOWN, geom__intersects=place_of(asset))
    return [
        Fact(str(AreaKind(area.kind).label).capitalize(), local(area.name, area.name_en))
        for area in found.order_by("kind", "code")
    ]


def _metres(length_m: float) -> str:
    written = number_format(length_m, decimal_pos=1, force_grouping=True)
    return gettext("%(length)s m") % {"length": written}


def source_attributes(asset: Asset) -> list[tuple[str, str]]:
    """What the source file said beyond the known fields, in its own words."""
    return [
        (name, str(value))
        for name, value in asset.attributes.items()
        if str(value).strip().lower() not in NOTHING and not isinstance(value, bool | dict | list)
    ]
