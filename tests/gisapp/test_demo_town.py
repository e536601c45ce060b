"""The demo town comes in whole, and once more without doubling anything."""

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from gisapp.accounts.roles import Role
from gisapp.demo.town import is_loaded, load_town
from layers.models import BackgroundFeature
from network.importer.progress import Progress
from network.models import Area, Organisation, TrunkRoad
from outages.models import Acceptor, Crew, Department, District, RoutingEntry
from outages.selectors.rules.departments import addressee

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def counts() -> dict[str, int]:
    models = (Area, Organisation, TrunkRoad, BackgroundFeature, Crew, Acceptor, District)
    models += (RoutingEntry, get_user_model())
    return {model.__name__: model.objects.count() for model in models}


def test_the_town_is_loaded_with_its_people_and_can_be_loaded_again(settings, tmp_path):
    settings.DEMO_PASSWORD = "water-4711"
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    assert not is_loaded()
    first = load_town(tmp_path / "demo", Progress(None), size="small")
    assert first.blocking == 0
    assert is_loaded()
    loaded = counts()
    assert all(loaded.values()), loaded
    for role in Role:
        users = get_user_model().objects.filter(groups__name=role.value)
        assert users, role
        assert all(user.check_password("water-4711") for user in users)
    assert get_user_model().objects.get(username="crew").crew_code in set(
        Crew.objects.values_list("code", flat=True)
    )
    for department in Department.objects.filter(takes_orders=True).exclude(code="dispatch_centre"):
        assert addressee(department, at=timezone.now()), department.code
    second = load_town(tmp_path / "demo", Progress(None), size="small")
    assert second.revision.number == first.revision.number + 1
    assert counts() == loaded


def test_a_real_system_is_not_filled_with_a_demo_by_mistake(settings):
    settings.DEMO_PASSWORD = ""
    with pytest.raises(CommandError, match="no demo instance"):
        call_command("load_demo")


def test_without_a_password_nobody_can_sign_in(settings, tmp_path):
    settings.DEMO_PASSWORD = ""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    load_town(tmp_path / "demo", Progress(None), size="small")
    assert not get_user_model().objects.get(username="dispatcher").has_usable_password()
    assert authenticate(username="dispatcher", password="") is None
