"""SQL made once answers like SQL made each time, whatever the values."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from network.models import NetworkRevision
from network.selectors.compiled import MOMENTS, NUMBER, CompiledRows
from tests.factories import NOON, lay

pytestmark = pytest.mark.django_db


def of_revisions(start, end, number):
    found = NetworkRevision.objects.filter(created_at__gte=start, created_at__lte=end)
    return found.exclude(number=number).order_by("pk").values_list("number", "counts")


def test_it_answers_like_the_queryset_for_any_values() -> None:
    lay("(S) -a- b")
    lay("(S) -a- b -c- d")
    compiled = CompiledRows(of_revisions, start=MOMENTS[0], end=MOMENTS[1], number=NUMBER)
    now = NetworkRevision.objects.latest("number").created_at
    day = timedelta(days=1)
    cases = [(now - day, now + day, 0), (now - day, now + day, 1), (now + day, now + day, 0)]
    found = [compiled.rows(start=start, end=end, number=n) for start, end, n in cases]
    assert found == [list(of_revisions(*case)) for case in cases]
    assert [len(rows) for rows in found] == [2, 1, 0]
    assert isinstance(found[0][0][1], dict), "values are converted as always"


def test_its_sql_is_made_once() -> None:
    made = []

    def make(number):
        made.append(number)
        return NetworkRevision.objects.filter(number=number).values_list("pk")

    compiled = CompiledRows(make, number=NUMBER)
    with CaptureQueriesContext(connection) as seen:
        for number in range(3):
            compiled.rows(number=number)
    assert made == [NUMBER]
    assert len(seen) == 3
    assert all('FROM "network_networkrevision"' in each["sql"] for each in seen), "as it was asked"


def test_what_is_fixed_in_it_is_written_out_and_a_percent_sign_stays_one() -> None:
    lay("(S) -a- b")
    name = "100 % of 'it' %s"
    NetworkRevision.objects.update(source_name=name)
    found = CompiledRows(
        lambda number: NetworkRevision.objects.filter(
            number=number, source_name__contains=name[4:]
        ).values_list("source_name"),
        number=NUMBER,
    )
    assert found.rows(number=1) == [(name,)]
    assert found.rows(number=2) == []


def test_the_server_plans_it_once() -> None:
    found = CompiledRows(
        lambda number: NetworkRevision.objects.filter(number=number, status="current").values_list(
            "snap_tolerance_m"
        ),
        number=NUMBER,
    )
    for number in range(8):
        found.rows(number=number)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ['SELECT "network_networkrevision"."snap_tolerance_m"%'],
        )
        [(statement, planned_for_any)] = cursor.fetchall()
    assert planned_for_any > 0
    assert "'current'" in statement, "an index with a condition can only then be used"


def test_a_value_that_is_never_asked_for_is_an_error() -> None:
    compiled = CompiledRows(lambda number: NetworkRevision.objects.values_list("pk"), number=NUMBER)
    with pytest.raises(ValueError, match="number"):
        compiled.rows(number=1)


def test_a_value_that_is_not_given_is_an_error() -> None:
    compiled = CompiledRows(of_revisions, start=MOMENTS[0], end=MOMENTS[1], number=NUMBER)
    with pytest.raises(KeyError, match="end"):
        compiled.rows(start=NOON, number=1)
