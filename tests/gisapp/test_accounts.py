"""Roles and groups, signing in, the switches, and the pages that belong to no app."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from gisapp import views
from gisapp.accounts.models import User
from gisapp.accounts.roles import ALL_PERMISSIONS, ROLE_PERMISSIONS, Role, sync_roles

PASSWORD = "Qing-jiang-0312"


@pytest.fixture
def dana(db: None) -> User:
    return User.objects.create_user("dana", password=PASSWORD, display_name="林晓")


def test_the_table_covers_every_role_and_names_known_permissions_only() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert frozenset().union(*ROLE_PERMISSIONS.values()) == ALL_PERMISSIONS


def test_separate_duties_stay_separate() -> None:
    assert "outages.publish_notice" not in ROLE_PERMISSIONS[Role.DISPATCHER]
    assert "outages.approve_plan" not in ROLE_PERMISSIONS[Role.CALL_AGENT]
    assert "outages.view_customers" not in ROLE_PERMISSIONS[Role.CREW]
    signers = [role for role, may in ROLE_PERMISSIONS.items() if "outages.operate_plan" in may]
    assert signers == [Role.CREW, Role.ADMIN]
    reads = "network outages customers audit breaches interruptions confidential monthly callbacks"
    judges = {"resolve_escalations", "close_callback", "order_rectification"}
    supervises = {f"view_{name}" for name in reads.split()} | judges
    assert {name.split(".")[1] for name in ROLE_PERMISSIONS[Role.SUPERVISION]} == supervises


@pytest.mark.django_db
def test_groups_follow_the_table_and_lose_what_was_added_by_hand() -> None:
    stray = Permission.objects.get(content_type__app_label="accounts", codename="delete_user")
    crew, _created = Group.objects.get_or_create(name=Role.CREW)
    crew.permissions.add(stray)
    missing = sync_roles()
    assert sync_roles() == missing
    assert Group.objects.filter(name__in=Role.values).count() == len(Role)
    held = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in crew.permissions.select_related("content_type")
    }
    assert held == ROLE_PERMISSIONS[Role.CREW] - missing


@pytest.mark.django_db
def test_a_permission_that_appears_later_reaches_its_roles() -> None:
    name = "outages.publish_notice"
    Permission.objects.filter(content_type__app_label="outages", codename="publish_notice").delete()
    assert name in sync_roles()
    owner = ContentType.objects.get_or_create(app_label="outages", model="outagenotice")[0]
    Permission.objects.create(codename="publish_notice", name="publish", content_type=owner)
    assert name not in sync_roles()
    assert (
        Group.objects.get(name=Role.CALL_AGENT)
        .permissions.filter(codename="publish_notice")
        .exists()
    )


@pytest.mark.django_db
def test_a_stranger_is_led_to_the_door(client: Client) -> None:
    answer = client.get(reverse("home"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))
    page = client.get(reverse("login"))
    assert page.status_code == 200
    assert "登录" in page.content.decode()


@pytest.mark.django_db
def test_signing_in_and_a_wrong_password(client: Client, dana: User) -> None:
    wrong = client.post(reverse("login"), {"username": "dana", "password": "guess"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.content.decode()
    right = client.post(reverse("login"), {"username": "dana", "password": PASSWORD})
    assert right.status_code == 302
    assert client.get(reverse("home")).status_code == 200  # no role yet: says so


@pytest.mark.django_db
def test_too_many_tries_lock_the_name_from_here(client: Client, dana: User) -> None:
    with override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2):
        for _try in range(2):
            client.post(reverse("login"), {"username": "dana", "password": "guess"})
        answer = client.post(reverse("login"), {"username": "dana", "password": PASSWORD})
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_language_switch_speaks_both_and_stays_with_the_account(client: Client, dana: User) -> None:
    client.force_login(dana)
    answer = client.post(reverse("switch-language"), {"language": "en", "next": "/gallery/?a=1"})
    assert answer["Location"] == "/gallery/?a=1"
    dana.refresh_from_db()
    assert dana.language == "en"
    assert "no role yet" in client.get(reverse("home")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "//evil.example", "javascript:1"])
def test_switches_never_lead_off_the_site(client: Client, elsewhere: str) -> None:
    for name, value in (("switch-language", "language"), ("switch-theme", "theme")):
        answer = client.post(reverse(name), {value: "en", "next": elsewhere})
        assert answer["Location"] == "/"


@pytest.mark.django_db
def test_a_page_of_ours_that_begins_like_a_host_is_no_way_out(client: Client) -> None:
    """A 404 at //evil.example is on our own host; only its path may be gone back to."""
    for header in ({"next": "http://testserver//evil.example/x?a=1"}, {}):
        answer = client.post(
            reverse("switch-language"),
            {"language": "en", **header},
            headers={"Referer": "http://testserver//evil.example/x?a=1"},
        )
        assert answer["Location"] == "/%2Fevil.example/x?a=1"


@pytest.mark.django_db
def test_a_script_is_told_that_nobody_is_signed_in_and_gets_no_page(client: Client) -> None:
    bell = reverse("outages:alerts-bell")
    for asked in ({"HX-Request": "true"}, {"Accept": "application/json"}):
        answer = client.get(bell, headers=asked)
        assert answer.status_code == 401
        assert "登录" in answer.json()["error"]
    browser = client.get(bell, headers={"Accept": "text/html,application/json;q=0.9"})
    assert browser.status_code == 302
    signing_in = client.get(reverse("login"), headers={"HX-Request": "true"})
    assert signing_in.status_code == 200


@pytest.mark.django_db
def test_theme_is_pinned_by_cookie_and_only_to_known_values(client: Client) -> None:
    client.post(reverse("switch-theme"), {"theme": "dark"})
    assert 'data-theme="dark"' in client.get(reverse("login")).content.decode()
    client.cookies["theme"] = '"><script>'
    page = client.get(reverse("login")).content.decode()
    assert "data-theme=" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status"),
    [(views.bad_request, 400), (views.forbidden, 403), (views.not_found, 404)],
)
def test_error_pages_answer_in_the_house_design(
    rf: RequestFactory, view: object, status: int
) -> None:
    request = rf.get("/x")
    answer = view(request)  # type: ignore[operator]
    assert answer.status_code == status
    assert "door__card" in answer.content.decode()


def test_the_failure_page_needs_no_database(rf: RequestFactory) -> None:
    answer = views.server_error(rf.get("/x"))
    assert answer.status_code == 500
    assert "door__card" in answer.content.decode()


@pytest.mark.django_db
def test_the_gallery_is_for_builders(client: Client, dana: User) -> None:
    client.force_login(dana)
    assert client.get(reverse("gallery")).status_code == 403
    dana.is_superuser = True
    dana.save()
    for name in ("gallery", "gallery-map", "gallery-public", "gallery-phone"):
        assert client.get(reverse(name)).status_code == 200, name
