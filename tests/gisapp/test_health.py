"""Liveness and readiness, as a front server and an orchestrator ask for them."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.test import Client

from gisapp import health


def test_liveness_needs_no_database(client: Client):
    # No `db` fixture: a query would fail the test.
    answer = client.get("/healthz/live")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_working_instance_is_ready(client: Client, db: None):
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok"})


def test_readiness_names_a_redis_that_is_away(client: Client, db: None, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "redis": "away"})


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    class Away:
        def cursor(self):
            raise OperationalError("the server closed the connection")

    monkeypatch.setattr(health, "connection", Away())
    return None


def test_readiness_names_a_database_that_is_away(client: Client, database_away: None):
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == "away"


def test_health_cannot_be_changed(client: Client):
    assert client.post("/healthz/live").status_code == 405
