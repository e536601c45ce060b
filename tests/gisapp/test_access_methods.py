"""Every address by every other method than its own: nobody gets around a rule, or is answered."""

from __future__ import annotations

from typing import Final

import pytest
from django.test import Client

from gisapp.accounts.roles import Role
from tests.gisapp.test_access import (
    DECLARED,
    PUBLIC,
    _tolerant,  # noqa: F401
    asked_to_sign_in,
    may,
    member,
    name_of,
    own_addresses,
    walk,
)

# Forms that are shown and sent at one address.
BOTH_WAYS: Final = {
    "login",
    "outages:inbound-wechat",
    "outages:burst",
    "outages:planned-new",
    "outages:plant-stopped",
    "outages:plant-planned",
    "outages:plan-adjust",
    "outages:policy-rule",
    "outages:calendar",
    "outages:delivery-resolve",
}


def test_what_answers_both_ways_is_declared() -> None:
    assert DECLARED.keys() >= BOTH_WAYS


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role, None], ids=name_of)
def test_the_other_method_is_no_way_around(role: Role | None) -> None:
    """GET of what is only sent, POST to what is only read: 405 to who may, no more to others."""
    who = member(role)
    wrong = []
    for visit in walk():
        code = visit.by(who.client, other_way=True).status_code
        if not may(visit.rule, who.held):
            is_right = code in (403, 405)
        else:
            is_right = (code == 405) is (visit.name not in BOTH_WAYS)
        if not is_right:
            wrong.append((visit.name, code))
    assert wrong == []


@pytest.mark.django_db
def test_without_signing_in_the_other_method_opens_nothing_either() -> None:
    client = Client(raise_request_exception=False)
    wrong = []
    for visit in walk():
        answer = visit.by(client, other_way=True)
        if visit.rule != PUBLIC:
            is_right = asked_to_sign_in(answer)
        else:
            is_right = (answer.status_code == 405) is (visit.name not in BOTH_WAYS)
        if not is_right:
            wrong.append((visit.name, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_no_address_knows_any_other_method(method: str) -> None:
    """Not even from somebody who may do everything."""
    client = member(Role.ADMIN, is_superuser=True).client
    codes = {name: getattr(client, method)(url).status_code for name, url in own_addresses()}
    # Who is signed in is led away from the sign-in page, however he asks for it.
    assert codes.pop("login") == 302
    assert {name: code for name, code in codes.items() if code != 405} == {}
