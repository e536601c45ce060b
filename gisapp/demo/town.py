"""Load the invented town of Qingjiang: its network, its surroundings and its people.

The generator in `fixtures` writes files; everything here reads them, the network through the same
importer as any utility's. Only this module knows all the apps that a town fills.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import shapely
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.gis.geos import GEOSGeometry, MultiLineString, MultiPolygon, Point
from django.db import transaction
from shapely.geometry import shape

from fixtures.town.__main__ import DEFAULT_SEED
from fixtures.town.build import build_town
from fixtures.town.write import write_town
from gisapp.accounts.roles import Role, sync_roles
from layers.models import BackgroundFeature
from layers.public.places import rebuild_places
from network.choices import OrganisationKind
from network.importer.progress import Progress
from network.importer.run import ImportOptions, ImportResult, import_network
from network.models import Area, Organisation, TrunkRoad
from network.selectors import current_revision
from outages.models import (
    Acceptor,
    Crew,
    Department,
    District,
    OrderCategory,
    RoutingEntry,
)
from outages.services.rules.departments import ship_organisation

SOURCE_NAME: Final = "demo town Qingjiang"

_ORGANISATION_KINDS: Final = {
    "compound": OrganisationKind.COMPOUND,
    "community": OrganisationKind.COMMUNITY,
    "enterprise": OrganisationKind.ENTERPRISE,
    "property_manager": OrganisationKind.PROPERTY,
    "fire": OrganisationKind.FIRE_SERVICE,
    "bureau": OrganisationKind.BUREAU,
    "hotline": OrganisationKind.BUREAU,
    "media": OrganisationKind.MEDIA,
}  # schools, hospitals, nursing homes and other public houses are institutions
# Layers of the town's background that the maps know by another name.
_BACKGROUND_KINDS: Final = {"area": "land"}


def is_loaded() -> bool:
    """Whether the network in force is the demo town's."""
    revision = current_revision()
    return revision is not None and revision.source_name == SOURCE_NAME


def load_town(folder: Path, progress: Progress, *, size: str = "town") -> ImportResult:
    """Generate the town into `folder` and load all of it; safe to repeat. `size` may be small.

    Areas come first, since the checks hold the network against the service area.
    """
    write_town(build_town(DEFAULT_SEED, size), folder)
    with transaction.atomic():
        _load_areas(folder)
        _load_organisations(folder)
        _load_background(folder)
        _load_crews(folder)
        _load_departments(folder)
        _load_users(folder)
    result = import_network(
        ImportOptions(path=str(folder), source_name=SOURCE_NAME), progress=progress
    )
    rebuild_places()
    return result


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def _features(folder: Path, name: str) -> Iterator[tuple[dict[str, Any], GEOSGeometry]]:
    """Yield properties and sound geometry in EPSG:4326."""
    for feature in _read(folder, f"{name}.geojson")["features"]:
        sound = shapely.make_valid(shape(feature["geometry"]))
        yield feature["properties"], GEOSGeometry(memoryview(sound.wkb), srid=4326)


def _load_areas(folder: Path) -> None:
    for properties, geom in _features(folder, "zones"):
        parts = geom if isinstance(geom, MultiPolygon) else MultiPolygon(geom, srid=4326)
        Area.objects.update_or_create(
            kind=properties["kind"],
            code=properties["code"],
            defaults={
                "name": properties["name"],
                "name_en": properties.get("name_en", ""),
                "geom": parts,
            },
        )


def _load_organisations(folder: Path) -> None:
    for properties, geom in _features(folder, "organisations"):
        kind = _ORGANISATION_KINDS.get(properties["kind"], OrganisationKind.INSTITUTION)
        Organisation.objects.update_or_create(
            code=properties["id"],
            defaults={
                "kind": kind,
                "name": properties["name"],
                "name_en": properties.get("name_en") or "",
                "phone": properties.get("phone") or "",
                "contact": properties.get("contact") or "",
                "address": properties.get("address") or "",
                "geom": geom,
            },
        )


def _load_background(folder: Path) -> None:
    BackgroundFeature.objects.all().delete()
    TrunkRoad.objects.all().delete()
    trunk_roads: dict[tuple[str, str], list[GEOSGeometry]] = {}
    features = []
    for properties, geom in _features(folder, "background"):
        layer = properties["layer"]
        name, name_en = properties.get("name") or "", properties.get("name_en") or ""
        if properties.get("trunk_road"):
            trunk_roads.setdefault((name, name_en), []).append(geom)
        features.append(
            BackgroundFeature(
                kind=_BACKGROUND_KINDS.get(layer, layer),
                klass=properties.get("class") or properties.get("kind") or "",
                name=name,
                name_en=name_en,
                width_m=properties.get("width_m"),
                geom=geom,
            )
        )
    BackgroundFeature.objects.bulk_create(features, batch_size=1000)
    for (name, name_en), lines in trunk_roads.items():
        geom = MultiLineString(lines, srid=4326)
        TrunkRoad.objects.create(name=name, name_en=name_en, geom=geom)


def _load_crews(folder: Path) -> None:
    for crew in _read(folder, "crews.json"):
        leaders = [member["name"] for member in crew["members"] if member["leader"]]
        Crew.objects.update_or_create(
            code=crew["code"],
            defaults={
                "name": crew["name"],
                "name_en": crew.get("name_en", ""),
                "leader": leaders[0] if leaders else "",
                "phone": crew["phone"],
                "base": Point(crew["lon"], crew["lat"], srid=4326),
            },
        )


def _load_departments(folder: Path) -> None:
    """Who answers in each department, the districts, and which crew repairs in which."""
    ship_organisation()
    told = _read(folder, "departments.json")
    for row in told["departments"]:
        Department.objects.filter(code=row["code"]).update(phone=row["phone"])
    for row in told["acceptors"]:
        Acceptor.objects.get_or_create(
            department=Department.objects.get(code=row["department"]),
            name=row["name"],
            defaults={
                "phone": row["phone"],
                "is_liaison": row.get("liaison", False),
                "from_hour": row.get("from"),
                "to_hour": row.get("to"),
            },
        )
    for properties, geom in _features(folder, "districts"):
        parts = geom if isinstance(geom, MultiPolygon) else MultiPolygon(geom, srid=4326)
        names = {"name": properties["name"], "name_en": properties["name_en"], "geom": parts}
        district, _made = District.objects.update_or_create(code=properties["code"], defaults=names)
        RoutingEntry.objects.get_or_create(
            category=OrderCategory.objects.get(code="pipe_repair"),
            district=district,
            department=Department.objects.get(code="engineering"),
            crew=Crew.objects.get(code=properties["crew"]),
        )


def _load_users(folder: Path) -> None:
    """The logins, one a role or more, all with the instance's demo password; none without one."""
    sync_roles()
    users = get_user_model()
    for row in _read(folder, "users.json"):
        user, _created = users.objects.get_or_create(username=row["username"])
        user.display_name = row["name"]
        user.department_code = row.get("department", "")
        user.crew_code = row.get("crew")
        user.is_staff = row["role"] == Role.ADMIN
        if settings.DEMO_PASSWORD:
            user.set_password(settings.DEMO_PASSWORD)
        else:
            user.set_unusable_password()
        user.save()
        user.groups.set([Group.objects.get(name=Role(row["role"]).value)])
