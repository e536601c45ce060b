"""Deployment checks against the real database server, with databases made wrong on purpose."""

import pytest
from django.core.checks import run_checks
from django.db import connection, connections

from gisapp import checks


def test_the_instances_own_database_is_fit(db: None):
    assert checks.database_is_fit(databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_a_locale_that_breaks_chinese_search_is_refused(settings):
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS mainbreak_wrong_locale")
        cursor.execute(
            "CREATE DATABASE mainbreak_wrong_locale TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'"
        )
    wrong = connection.copy(alias="wrong")
    wrong.settings_dict = {**connection.settings_dict, "NAME": "mainbreak_wrong_locale"}
    connections["wrong"] = wrong
    try:
        (found,) = checks.database_is_fit(databases=["wrong"])
        assert found.id == "gisapp.E002"
    finally:
        wrong.close()
        del connections["wrong"]
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE mainbreak_wrong_locale")


def test_an_old_gdal_is_pointed_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "gdal_version", lambda: b"3.6.2")
    (found,) = checks.gdal_can_block_the_network()
    assert found.id == "gisapp.W001"
    monkeypatch.setattr(checks, "gdal_version", lambda: b"3.10.0")
    assert checks.gdal_can_block_the_network() == []


def test_the_checks_are_registered(settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "gisapp.W002" in found
    settings.PUBLIC_URL = "https://water.example"
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "gisapp.W002" not in found
