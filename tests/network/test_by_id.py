"""Ids on their way into a query come out as they were, whatever is in them."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.selectors import array_of

pytestmark = pytest.mark.django_db

words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.just("\x1f"), max_size=4
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    ids=st.lists(words | st.sampled_from(["P1", "管-2", "{a,b}", '"', "\\", "NULL"]), max_size=5)
)
def test_the_database_has_the_same_ids(ids: list[str]) -> None:
    array, value = array_of(ids)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {array}", [value])
        assert cursor.fetchone() == (ids,)
