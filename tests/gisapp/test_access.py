"""Every address as every role: who may open it, who may not, and that none was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gisapp.accounts.roles import ROLE_PERMISSIONS, Role, sync_roles

# Open to everybody, signed in or not.
PUBLIC: Final = "public"
# Open to whoever is signed in.
STAFF: Final = "staff"
# Open to superusers alone (the gallery, outside development).
BUILDERS: Final = "builders"


def all_of(*permissions: str) -> frozenset[frozenset[str]]:
    """Return the rule: every one of these permissions."""
    return frozenset({frozenset(permissions)})


def any_of(*permissions: str) -> frozenset[frozenset[str]]:
    """Return the rule: one of these permissions is enough."""
    return frozenset(frozenset({permission}) for permission in permissions)


Rule = str | frozenset[frozenset[str]]

SEES_OUTAGES = all_of("outages.view_outages")
SEES_PLANS = any_of("outages.view_outages", "outages.work_orders")
WORKS = all_of("outages.work_orders")
OPERATES = all_of("outages.operate_plan")
ENQUIRES = all_of("outages.enquire")
TAKES_REPORTS = all_of("outages.enquire", "outages.report_burst")

# name -> rule, or (rule, method). Names with the namespace, as templates write them.
DECLARED: Final[dict[str, Rule | tuple[Rule, str]]] = {
    "health-live": PUBLIC,
    "health-ready": PUBLIC,
    "home": STAFF,
    "login": PUBLIC,
    "logout": (PUBLIC, "post"),
    "switch-language": (PUBLIC, "post"),
    "switch-theme": (PUBLIC, "post"),
    "favicon": PUBLIC,
    "gallery": BUILDERS,
    "gallery-map": BUILDERS,
    "gallery-public": BUILDERS,
    "gallery-phone": BUILDERS,
    "outages:work-orders": WORKS,
    "outages:work-orders-service-worker": WORKS,
    "outages:work-order-photo": SEES_PLANS,
    "outages:work-order": WORKS,
    "outages:work-order-map": WORKS,
    "outages:work-order-milestone": (WORKS, "post"),
    "outages:work-order-acknowledge": (OPERATES, "post"),
    "outages:work-order-step": (OPERATES, "post"),
    "outages:work-order-step-photo": (OPERATES, "post"),
    "outages:work-order-batch": (OPERATES, "post"),
    "outages:work-order-repair": (WORKS, "post"),
    "outages:work-order-result": (WORKS, "post"),
    "outages:desk": ENQUIRES,
    "outages:desk-duplicates": TAKES_REPORTS,
    "outages:desk-report": (TAKES_REPORTS, "post"),
    "outages:desk-close": (TAKES_REPORTS, "post"),
    "outages:desk-customer-phone": (all_of("outages.enquire", "outages.view_customers"), "post"),
    "outages:public-report": PUBLIC,
    "outages:public-report-status": PUBLIC,
    "public:map": PUBLIC,
    "public:outage": PUBLIC,
    "public:current": PUBLIC,
    "public:data": PUBLIC,
    "public:feed": PUBLIC,
    "public:calendar": PUBLIC,
    "public:tile": PUBLIC,
}

PLANS = all_of("outages.view_outages", "outages.plan_isolation")
APPROVES = all_of("outages.view_outages", "outages.approve_plan")
REPORTS = all_of("outages.view_outages", "outages.report_burst")
NAMES = all_of("outages.view_outages", "outages.view_customers")
CLOSES = all_of("outages.view_outages", "outages.close_outage")
PUBLISHES = all_of("outages.publish_notice")
SEES_NETWORK = all_of("network.view_network")

DECLARED |= {
    "outages:map": SEES_OUTAGES,
    "outages:cases": SEES_OUTAGES,
    "outages:burst": REPORTS,
    "outages:board": SEES_OUTAGES,
    "outages:search": SEES_OUTAGES,
    "outages:reports": SEES_OUTAGES,
    "outages:report": SEES_OUTAGES,
    "outages:report-plan": (PLANS, "post"),
    "outages:report-answer": (REPORTS, "post"),
    "outages:report-invalidate": (REPORTS, "post"),
    "outages:report-reopen": (REPORTS, "post"),
    "outages:report-merge": (REPORTS, "post"),
    "outages:report-unmerge": (REPORTS, "post"),
    "outages:report-place": (REPORTS, "post"),
    "outages:plan": SEES_OUTAGES,
    "outages:plan-adjust": (PLANS, "post"),
    "outages:plan-approve": (APPROVES, "post"),
    "outages:plan-adopt": (APPROVES, "post"),
    "outages:plan-abort": (PLANS, "post"),
    "outages:plan-customers": NAMES,
    "outages:plan-phone": (NAMES, "post"),
    "outages:outage": SEES_OUTAGES,
    "outages:outage-estimate": (APPROVES, "post"),
    "outages:outage-order": (APPROVES, "post"),
    "outages:outage-crew-told": (APPROVES, "post"),
    "outages:outage-repair": (APPROVES, "post"),
    "outages:outage-reopening": (APPROVES, "post"),
    "outages:outage-leave-closed": (APPROVES, "post"),
    "outages:outage-restore": (CLOSES, "post"),
    "outages:outage-close": (CLOSES, "post"),
    "outages:outage-cancel": (CLOSES, "post"),
    "outages:outage-ready": (APPROVES, "post"),
    "outages:outage-start": (APPROVES, "post"),
    "outages:planned": SEES_OUTAGES,
    "outages:planned-new": PLANS,
    "outages:notices": PUBLISHES,
    "outages:notice": PUBLISHES,
    "outages:notice-publish": (PUBLISHES, "post"),
    "outages:delivery-resolve": (PUBLISHES, "post"),
    "layers:tile": SEES_NETWORK,
    "layers:network": SEES_NETWORK,
    "layers:outages": SEES_OUTAGES,
    "layers:reports": SEES_OUTAGES,
    "layers:plan-overlay": SEES_PLANS,
    "layers:plan-map": SEES_PLANS,
    "layers:plan-print": SEES_PLANS,
    "layers:plan-latest": SEES_PLANS,
    "network:check": SEES_NETWORK,
    "network:check-findings": SEES_NETWORK,
    "network:asset": SEES_NETWORK,
    "network:valve-record": (all_of("network.operate_valves"), "post"),
    "network:valve-take-back": (all_of("network.operate_valves"), "post"),
    "network:source-record": (all_of("network.operate_sources"), "post"),
    "network:source-take-back": (all_of("network.operate_sources"), "post"),
}

# What stands in an address in place of a key: nothing has it.
STANDINS: Final = {"int": "987654", "str": "x", "slug": "x", "uuid": "0" * 32, "path": "x"}


def addresses(
    resolver: URLResolver | None = None, *, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Walk the resolver: (name with its namespace, an address with stand-ins for keys)."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, prefix=route, space=inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", filled(route, entry)


def filled(route: str, entry: URLPattern) -> str:
    """Return the address of a pattern, with a stand-in for every key."""
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            route = route.replace(written, STANDINS[kind])
    return f"/{route}"


def own_addresses() -> list[tuple[str, str]]:
    """Every address that is not the administration's."""
    return [(name, url) for name, url in addresses() if not name.startswith("admin:")]


def rule_of(name: str) -> tuple[Rule, str]:
    """Return who may, and by which method it is asked."""
    declared = DECLARED[name]
    return declared if isinstance(declared, tuple) else (declared, "get")


def may(rule: Rule, permissions: frozenset[str]) -> bool:
    """Whether somebody signed in with these permissions may open it."""
    if isinstance(rule, str):
        return rule in (PUBLIC, STAFF)
    return any(wanted <= permissions for wanted in rule)


def asked_to_sign_in(answer: Any) -> bool:
    """Whether the answer leads to a sign-in page."""
    return answer.status_code == 302 and "/sign-in" in answer.url


@pytest.fixture(autouse=True)
def _tolerant(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def member(role: Role | None, **more: Any) -> Client:
    """A browser in which somebody of this role is signed in."""
    sync_roles()
    user = get_user_model().objects.create(username=role.value if role else "nobody", **more)
    if role:
        user.groups.add(Group.objects.get(name=role.value))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_every_address_says_who_may_open_it() -> None:
    names = {name for name, _url in own_addresses()}
    assert names - DECLARED.keys() == set(), "declare these in DECLARED"
    assert DECLARED.keys() - names == set(), "these are gone"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else "no-role")
def test_a_role_opens_what_it_may_and_nothing_else(role: Role | None) -> None:
    client = member(role)
    held = ROLE_PERMISSIONS[role] if role else frozenset()
    wrong = []
    for name, url in own_addresses():
        rule, method = rule_of(name)
        if name == "logout":
            continue  # it would end the walk
        answer = getattr(client, method)(url)
        expected = may(rule, held)
        opened = answer.status_code != 403 and not asked_to_sign_in(answer)
        if opened is not expected or answer.status_code == 500:
            wrong.append((name, method, answer.status_code, "may" if expected else "may not"))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CREW, Role.GIS_EDITOR, None])
def test_the_other_method_is_no_way_around(role: Role | None) -> None:
    client = member(role)
    held = ROLE_PERMISSIONS[role] if role else frozenset()
    for name, url in own_addresses():
        rule, method = rule_of(name)
        if may(rule, held) or name == "logout":
            continue
        answer = client.get(url) if method == "post" else client.post(url)
        assert answer.status_code in (403, 405), name


@pytest.mark.django_db
def test_without_signing_in_only_the_public_pages_open() -> None:
    client = Client(raise_request_exception=False)
    for name, url in own_addresses():
        rule, method = rule_of(name)
        answer = getattr(client, method)(url)
        assert asked_to_sign_in(answer) is (rule != PUBLIC) or name == "logout", name
        assert answer.status_code != 403, name


@pytest.mark.django_db
def test_the_administration_is_closed_to_every_role() -> None:
    client = member(Role.DISPATCHER)
    anybody = Client(raise_request_exception=False)
    for name, url in addresses():
        if not name.startswith("admin:") or name in ("admin:login", "admin:jsi18n"):
            continue
        for browser in (client, anybody):
            assert browser.get(url).status_code in (301, 302, 403, 404), name


@pytest.mark.django_db
def test_the_gallery_opens_to_builders() -> None:
    client = member(Role.ADMIN, is_superuser=True)
    assert client.get("/gallery/").status_code == 200
