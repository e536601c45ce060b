"""The list of layers agrees with what the endpoints let through."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils.translation import override

from gisapp.accounts.roles import Role, sync_roles
from layers.catalogue import LAYERS, layers_for
from tests.factories import person

pytestmark = pytest.mark.django_db


def test_who_is_not_signed_in_gets_no_layer() -> None:
    assert layers_for(AnonymousUser()) == []


@pytest.mark.parametrize("role", list(Role))
def test_a_layer_that_is_listed_opens_and_no_other(
    role: Role, signed_in: Callable[..., Client]
) -> None:
    sync_roles()
    listed = {layer.code for layer in layers_for(person(role.value))}
    client = signed_in(role.value)
    for layer in LAYERS:
        address = layer.url.format(z=15, x=26401, y=14238)
        if layer.url_name == "layers:network":
            address += "?bbox=110.04,22.92,110.06,22.94"
        expected = 200 if layer.code in listed else 403
        assert client.get(address).status_code == expected, layer.code


def test_names_in_both_languages() -> None:
    with override("zh-hans"):
        chinese = [str(layer.name) for layer in LAYERS]
    with override("en"):
        english = [str(layer.name) for layer in LAYERS]
    assert all(name.isascii() for name in english)
    assert not any(name.isascii() for name in chinese)
