"""The one database, and as whom this process signs in to it.

The owner of the tables migrates and grants (manage.py says which commands); whatever serves or
works is the application's role, which cannot alter them. Without an owner it is one and the same.
"""

from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

from gisapp.environment import env, positive_int, strict_bool

# Name, variable, default: milliseconds, 0 for none. The web sets a statement limit; imports must
# not have one.
LIMITS: Final = (
    ("statement_timeout", "DB_STATEMENT_TIMEOUT_MS", 0),
    ("lock_timeout", "DB_LOCK_TIMEOUT_MS", 10_000),
    ("idle_in_transaction_session_timeout", "DB_IDLE_TRANSACTION_TIMEOUT_MS", 300_000),
)


def databases(*, as_owner: bool) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES: signed in as the owner of the tables, or as the application."""
    limits = (f"-c {name}={env.int(variable, default=most)}" for name, variable, most in LIMITS)
    options: dict[str, Any] = {
        "application_name": env.str("PROCESS_NAME", default="mainbreak"),
        "options": " ".join(limits),
        # For the statements that ask to be prepared (network.selectors.compiled). Behind a pooler
        # that hands out one connection to many, switch it off.
        "prepare_threshold": 0 if strict_bool("DB_PREPARE", default=True) else None,
    }
    owner, application = _owner(), _application()  # both must make sense, whoever signs in
    login = owner if as_owner else application
    if strict_bool("DB_POOL", default=False):
        # For web processes only: Celery closes Django's pool at every task boundary.
        most = positive_int("DB_POOL_SIZE", default=8)
        options["pool"] = {"min_size": 1, "max_size": most, "timeout": 10}
    else:
        login["CONN_MAX_AGE"] = 60
    # After the database was restarted nobody is handed a connection that died with it.
    return {"default": {**login, "OPTIONS": options, "CONN_HEALTH_CHECKS": True}}


def application_login() -> tuple[str, str]:
    """Return role and password that `grant_application` makes."""
    login = _application()
    return login["USER"], login["PASSWORD"]


def _application() -> dict[str, Any]:
    return _postgis("DATABASE_URL", env.db_url("DATABASE_URL"))


def _owner() -> dict[str, Any]:
    if not env.str("OWNER_DATABASE_URL", default=""):
        return _application()
    return _postgis("OWNER_DATABASE_URL", env.db_url("OWNER_DATABASE_URL"))


def _postgis(name: str, login: dict[str, Any]) -> dict[str, Any]:
    if login["ENGINE"] != "django.contrib.gis.db.backends.postgis":
        msg = f"{name} must start with postgis://"
        raise ImproperlyConfigured(msg)
    return login
