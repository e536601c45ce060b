"""What must be true of a deployment before it is trusted: checked at start, told with a remedy."""

from collections.abc import Sequence
from typing import Final

from django.apps import AppConfig
from django.conf import settings
from django.contrib.gis.gdal import gdal_version
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from gisapp.guards.application_role import held_rights, rights
from gisapp.guards.tables import missing_guards


@register(Tags.database)
def database_is_fit(
    databases: Sequence[str] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    """Refuse a database without PostGIS, or whose locale breaks search in Chinese text."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT datctype, pg_encoding_to_char(encoding),"
                " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis')"
                " FROM pg_database WHERE datname = current_database()"
            )
            ctype, encoding, has_postgis = cursor.fetchone()
        if not has_postgis:
            found.append(
                Error(
                    f"The server of database {alias!r} has no PostGIS.",
                    hint="Install postgresql-NN-postgis-3 on the database server.",
                    id="gisapp.E001",
                )
            )
        if encoding != "UTF8" or ctype in ("C", "POSIX"):
            found.append(
                Error(
                    f"Database {alias!r} has encoding {encoding} and LC_CTYPE {ctype}: "
                    "search in Chinese text would silently find nothing.",
                    hint="Make the cluster with initdb --encoding=UTF8 --locale=C.UTF-8.",
                    id="gisapp.E002",
                )
            )
    return found


@register(Tags.database)
def history_is_guarded(
    databases: Sequence[str] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    """Warn where a table that is kept can be rewritten: a guard was taken off or switched off."""
    return [
        Warning(
            f"Nothing refuses {guard.change} on {guard.table} in database {alias!r}.",
            hint="`manage migrate` raises the guard again (gisapp/guards/tables.py).",
            id="gisapp.W003",
        )
        for alias in databases or []
        for guard in missing_guards(using=alias)
    ]


@register(Tags.database)
def rights_are_as_listed(
    databases: Sequence[str] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    """Warn where the application may do more to a table than it needs, or less than it must."""
    found: list[CheckMessage] = []
    if settings.AS_OWNER:
        return found
    wanted = rights()
    for alias in databases or []:
        held = held_rights(using=alias)
        more = sorted(table for table, may in held.items() if may - wanted[table])
        less = sorted(table for table, may in held.items() if wanted[table] - may)
        if more:
            found.append(Warning(_told(alias, "more than it needs", more), hint=_APART, id=_MORE))
        if less:
            found.append(Warning(_told(alias, "less than it must", less), hint=_AGAIN, id=_LESS))
    return found


_MORE: Final = "gisapp.W004"
_LESS: Final = "gisapp.W005"
_APART: Final = (
    "Let DATABASE_URL name a role that does not own the tables, and OWNER_DATABASE_URL the one "
    "that does; then `manage grant_application` (docs/operations.md)."
)
_AGAIN: Final = (
    "`manage grant_application` gives it what it needs (gisapp/guards/application_role.py)."
)


def _told(alias: str, what: str, tables: list[str]) -> str:
    rest = f" and {len(tables) - 3} more" if len(tables) > 3 else ""
    return (
        f"The application's role may do {what} in database {alias!r}: "
        f"{', '.join(tables[:3])}{rest}."
    )


@register(Tags.security)
def gdal_can_block_the_network(
    app_configs: Sequence[AppConfig] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    """Warn where GeoDjango fell back to a system GDAL that cannot be kept off the network."""
    version = gdal_version().decode()
    if tuple(int(part) for part in version.split(".")[:2]) >= (3, 9):
        return []
    return [
        Warning(
            f"GDAL {version} is in use; before 3.9 it cannot be kept from reading files and URLs.",
            hint="Install pyogrio from its wheel, whose GDAL is used when it is present.",
            id="gisapp.W001",
        )
    ]


@register(Tags.security, deploy=True)
def links_are_reachable(
    app_configs: Sequence[AppConfig] | None = None, **_kwargs: object
) -> list[CheckMessage]:
    """Warn when messages would carry links that only this machine can open."""
    if "127.0.0.1" not in settings.PUBLIC_URL and "localhost" not in settings.PUBLIC_URL:
        return []
    return [
        Warning(
            f"PUBLIC_URL is {settings.PUBLIC_URL}: links in notices would lead nowhere.",
            hint="Set PUBLIC_URL to the address people use.",
            id="gisapp.W002",
        )
    ]
