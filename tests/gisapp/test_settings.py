"""Settings that refuse nonsense, and defaults that are safe without being told."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from gisapp import environment
from gisapp import settings as application

MINIMUM = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": "s" * 40,
    "DATABASE_URL": "postgis://u:p@127.0.0.1:1/n",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def load(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Evaluate an expression over freshly loaded settings `s`, with only this environment."""
    code = f"from gisapp import settings as s; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**MINIMUM, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_safe_when_told_nothing():
    told = load(
        "(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS > 0, s.BASEMAPS, s.GATEWAYS)"
    )
    assert told.stdout.strip() == "(False, True, True, True, True, [], {})", told.stderr


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"HTTPS": "yes please"}, "HTTPS"),
        ({"SNAP_TOLERANCE_M": "-1"}, "SNAP_TOLERANCE_M"),
        ({"SNAP_TOLERANCE_M": "nan"}, "SNAP_TOLERANCE_M"),
        ({"REPORT_SNAP_M": "inf"}, "REPORT_SNAP_M"),
        ({"REPORT_SNAP_M": "near"}, "REPORT_SNAP_M"),
        ({"IMPORT_MAX_BYTES": "lots"}, "IMPORT_MAX_BYTES"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL"),
        ({"OWNER_DATABASE_URL": "sqlite:///x"}, "OWNER_DATABASE_URL"),
        ({"BACKUP_KEY": "short"}, "BACKUP_KEY"),
        ({"PUBLIC_MINIMUM_COUNT": "0"}, "PUBLIC_MINIMUM_COUNT"),
        ({"NOTICE_AUTO_PUBLISH_UNPLANNED": "sometimes"}, "NOTICE_AUTO_PUBLISH_UNPLANNED"),
        ({"BASEMAPS": '[{"name": "plain", "url": "http://tiles.example"}]'}, "BASEMAPS"),
    ],
)
def test_nonsense_stops_the_start_and_is_named(environment, named):
    told = load("'started'", **environment)
    assert told.returncode != 0
    assert "ImproperlyConfigured" in told.stderr
    assert named in told.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("environment", "user"),
    [
        ({}, "u"),
        ({"OWNER_DATABASE_URL": "postgis://owner:o@127.0.0.1:1/n"}, "u"),
        ({"OWNER_DATABASE_URL": "postgis://owner:o@127.0.0.1:1/n", "AS_OWNER": "true"}, "owner"),
        # A container that is not told of an owner is nobody else than the application.
        ({"OWNER_DATABASE_URL": "", "AS_OWNER": "true"}, "u"),
    ],
)
def test_only_who_says_so_is_the_owner_of_the_tables(environment, user):
    told = load("s.DATABASES['default']['USER'], s.APPLICATION_LOGIN", **environment)
    assert told.stdout.strip() == f"{user} ('u', 'p')", told.stderr


def test_a_secret_can_come_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("f" * 50 + "\n")
    assert load("s.SECRET_KEY", SECRET_KEY="", SECRET_KEY_FILE=str(file)).stdout.strip() == "f" * 50


def test_basemap_hosts_are_the_only_strangers_in_the_policy():
    basemaps = [
        {"name": "a", "url": "https://t{s}.tiles.example/{z}/{x}/{y}?k=1"},
        {"name": "b", "url": "https://maps.example:8443/{z}/{x}/{y}"},
    ]
    assert environment.basemap_sources(basemaps) == [
        "https://*.tiles.example",
        "https://maps.example:8443",
    ]
    assert application.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"] == [
        "'self'",
        application.NONCE,
    ]
    with pytest.raises(ImproperlyConfigured):
        environment.basemap_sources([{"name": "c", "url": "//tiles.example"}])
