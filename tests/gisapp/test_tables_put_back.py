"""What the tests that commit leave to the next one: nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from outages.models import Crew, Department, Event
from tests import factories
from tests.emptying import Rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_written_goes_and_what_was_shipped_comes_back_as_it_was() -> None:
    made = Rows.of_now()
    shipped = set(Department.objects.values_list("pk", "code"))
    assert shipped
    factories.crew()
    factories.person("dispatcher")
    Group.objects.all().delete()
    Department.objects.update(name="renamed")
    made.put_back()
    assert Rows.of_now() == made
    assert not Crew.objects.exists()
    assert set(Department.objects.values_list("pk", "code")) == shipped


def test_the_guards_act_again_when_it_is_done() -> None:
    Rows.of_now().put_back()
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
    assert not Event.objects.exists()
