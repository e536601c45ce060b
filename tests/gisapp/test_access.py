"""Every address as every role: who may open it, who may not, and that none was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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

PLANS = all_of("outages.view_outages", "outages.plan_isolation")
APPROVES = all_of("outages.view_outages", "outages.approve_plan")
REPORTS = all_of("outages.view_outages", "outages.report_burst")
NAMES = all_of("outages.view_outages", "outages.view_customers")
CLOSES = all_of("outages.view_outages", "outages.close_outage")
SEES_BREACHES = all_of("outages.view_breaches")
COUNTS_INTERRUPTIONS = all_of("outages.view_interruptions")
READS_MONTHLY = all_of("outages.view_monthly")
PUBLISHES = all_of("outages.publish_notice")
SEES_NOTICES = any_of("outages.publish_notice", "outages.approve_plan")
SECONDS_NOTICES = all_of("outages.approve_plan")
MANAGES_CHANNELS = all_of("outages.manage_channels")
SEES_NETWORK = all_of("network.view_network")
IMPORTS = all_of("network.import_network")
DOES_DUTIES = all_of("outages.view_outages")
STOPS_PLANTS = all_of("outages.view_outages", "outages.stop_plant")
HANDS_OVER = all_of("outages.view_outages", "outages.hand_over_sheet")
CALLS_OUT = all_of("outages.view_outages", "outages.act_for_call_centre")
LEADS = all_of("outages.view_outages", "outages.approve_outage")
EXCHANGES = all_of("outages.view_outages", "outages.exchange")
TELLS_ANOMALIES = all_of("outages.view_outages", "outages.report_anomaly")
ANSWERS = all_of("outages.view_outages", "outages.exchange", "outages.report_anomaly")
TAKES_NOTE = all_of("outages.view_outages", "outages.exchange", "outages.act_for_call_centre")
SHOWS_PHONES = all_of("outages.enquire", "outages.view_customers")
ASKS_WHY = all_of("outages.enquire", "outages.view_outages", "outages.view_customers")
TURNS_VALVES = all_of("network.operate_valves")
SWITCHES_SOURCES = all_of("network.operate_sources")


def acts(*permissions: str) -> frozenset[frozenset[str]]:
    """Return the rule of an act on a page of outages: one of these is enough."""
    return frozenset(frozenset({"outages.view_outages", each}) for each in permissions)


ISSUES = acts("outages.issue_orders")
HANDLES = acts("outages.handle_orders")
EITHER = acts("outages.issue_orders", "outages.handle_orders")
SEES_CALL_BACKS = any_of("outages.call_back", "outages.view_callbacks")
ASKS_BACK = acts("outages.call_back", "outages.close_callback")
KEEPS_REGISTERS = acts("outages.manage_departments")

# Who may -> names with the namespace, as templates write them.
ASKED: Final[dict[Rule, str]] = {
    # Systems bring a token instead of signing in: without one they are answered 401.
    PUBLIC: """
        health-live health-ready login favicon public:map public:elsewhere outages:intake-report
        outages:exchange-api outages:exchange-api-message outages:anomaly-api-one
    """,
    STAFF: """
        home outages:policy outages:policy-rule outages:calendar outages:alerts outages:alerts-bell
    """,
    BUILDERS: "gallery gallery-map gallery-public gallery-phone",
    SEES_NETWORK: """
        layers:tile layers:network network:check network:check-findings network:asset
        network:risk network:risk-progress network:risk-export layers:risk
    """,
    SEES_OUTAGES: """
        outages:map outages:cases outages:board outages:search outages:reports
        outages:report outages:plan outages:outage outages:planned layers:outages
        layers:reports outages:plan-why outages:plan-options
        outages:plan-together outages:plan-pressure outages:report-where
        outages:duties outages:duties-of outages:duty-photo outages:sheet outages:posting
        outages:permit-document
        outages:callback outages:callback-opinions
        outages:orders outages:order outages:case outages:complaints outages:departments
        outages:shift outages:shifts outages:shift-record outages:roster outages:shift-times
    """,
    SEES_CALL_BACKS: "outages:callbacks",
    all_of("outages.view_callbacks"): "outages:callback-rates",
    CALLS_OUT: "outages:calls",
    LEADS: "outages:approvals",
    EXCHANGES: "outages:exchange outages:exchange-export outages:exchange-outage",
    SEES_PLANS: """
        outages:work-order-photo layers:plan-overlay layers:plan-map layers:plan-print
        layers:plan-latest layers:plan-picture
    """,
    PLANS: "outages:planned-new",
    STOPS_PLANTS: "outages:plant-stopped outages:plant-planned",
    REPORTS: "outages:burst outages:my-cases",
    NAMES: """
        outages:complaint-file outages:plan-customers outages:plan-customer-why
        layers:plan-pressure outages:customer-file
    """,
    PUBLISHES: "outages:notices",
    SEES_NOTICES: "outages:notice",
    MANAGES_CHANNELS: "outages:channels outages:subscribers",
    KEEPS_REGISTERS: "outages:intake",
    WORKS: """
        outages:work-orders outages:work-orders-service-worker outages:work-order
        outages:work-order-map
    """,
    SEES_BREACHES: "outages:breaches",
    any_of("outages.view_breaches", "outages.lead_shift"): "outages:hotline",
    any_of("outages.resolve_escalations", "outages.view_breaches"): "outages:escalations",
    all_of("outages.view_audit"): "outages:access-log",
    COUNTS_INTERRUPTIONS: "outages:interruptions",
    READS_MONTHLY: """
        outages:monthly outages:monthly-running outages:monthly-report outages:monthly-print
        layers:heat
    """,
    ENQUIRES: "outages:desk outages:desk-waited",
    ASKS_WHY: "outages:desk-customer-why",
    TAKES_REPORTS: "outages:desk-duplicates",
}

# By POST alone.
SENT: Final[dict[Rule, str]] = {
    STAFF: "outages:alert-acknowledge",
    PUBLIC: """
        logout switch-language switch-theme outages:inbound outages:inbound-wechat
        outages:intake-hand-in
        outages:exchange-api-answer outages:exchange-api-read outages:anomaly-api outages:call-api
    """,
    TURNS_VALVES: "network:valve-record network:valve-take-back",
    IMPORTS: "reckon-risk",
    SWITCHES_SOURCES: "network:source-record network:source-take-back",
    PLANS: "outages:report-plan outages:plan-adjust outages:plan-abort outages:plan-pressure-ask",
    acts("outages.approve_plan", "outages.stop_plant"): "outages:plan-adopt",
    acts("outages.hand_over_sheet", "outages.act_for_call_centre"): "outages:sheet-hand-over",
    APPROVES: """
        outages:plan-approve outages:outage-estimate outages:outage-order
        outages:outage-crew-told outages:outage-repair outages:outage-reopening
        outages:outage-leak-back
        outages:outage-leave-closed outages:outage-ready outages:outage-start
        outages:outage-severity outages:outage-postpone outages:water-propose outages:water-add
        outages:water-confirm outages:water-withdraw
    """,
    DOES_DUTIES: """
        outages:duty-done outages:duty-call outages:duty-failed outages:duty-again
        outages:duty-ask
        outages:case-phone
    """,
    CALLS_OUT: "outages:call-record outages:sheet-read",
    HANDS_OVER: "outages:permit-apply outages:permit-decide",
    LEADS: "outages:approval-decide",
    EXCHANGES: "outages:exchange-read",
    TAKES_NOTE: "outages:exchange-send outages:anomaly-acknowledge",
    TELLS_ANOMALIES: "outages:anomaly-tell",
    ANSWERS: "outages:exchange-answer",
    CLOSES: "outages:outage-restore outages:outage-close outages:outage-cancel",
    REPORTS: """
        outages:report-answer outages:report-invalidate outages:report-reopen
        outages:report-merge outages:report-unmerge outages:report-place
        outages:case-answer outages:case-promise outages:case-call-made outages:case-dissatisfied
        outages:case-marks outages:case-triage outages:case-invalid outages:case-reopen
    """,
    acts("outages.keep_shift"): """
        outages:shift-item-told outages:shift-check outages:shift-review outages:shift-begin
        outages:shift-told-all outages:shift-note outages:shift-log outages:shift-fault
    """,
    acts("outages.lead_shift"): """
        outages:shift-open outages:shift-give outages:shift-take outages:shift-leader
    """,
    any_of("outages.lead_shift", "outages.set_policy"): "outages:shift-times-set",
    acts("outages.keep_roster"): "outages:roster-add outages:roster-void",
    acts("outages.write_monthly"): """
        outages:monthly-comment outages:monthly-action outages:monthly-draft
    """,
    acts("outages.issue_monthly"): "outages:monthly-issue outages:monthly-correct",
    acts("outages.write_monthly", "outages.handle_orders"): "outages:monthly-action-close",
    ISSUES: """
        outages:case-issue outages:case-draft outages:order-issue outages:order-notify
        outages:order-feedback outages:order-send-back outages:order-urge outages:order-ask-crew
        outages:order-transfer outages:order-escalate outages:order-archive outages:order-void
        outages:order-follow-up
    """,
    HANDLES: """
        outages:order-accept outages:order-start outages:order-result outages:order-extend
        outages:order-milestones outages:order-milestone-done
        outages:callback-improve outages:rectification-done
    """,
    acts("outages.call_back"): "outages:callback-reply outages:callback-order",
    ASKS_BACK: "outages:callback-call",
    acts("outages.handle_orders", "outages.call_back"): "outages:callback-visit",
    acts("outages.order_rectification"): "outages:callback-rectify",
    acts("outages.close_callback"): "outages:callback-close",
    EITHER: "outages:order-contact outages:order-arrival",
    acts("outages.approve_extensions"): "outages:order-decide",
    acts("outages.resolve_escalations"): "outages:order-resolve",
    acts("outages.instruct"): "outages:case-instruct",
    KEEPS_REGISTERS: """
        outages:acceptor-add outages:acceptor-retire outages:route-add outages:route-retire
        outages:intake-add outages:intake-retire
    """,
    NAMES: "outages:plan-phone outages:duty-phone outages:customer-file-open",
    all_of(
        "outages.view_outages", "outages.view_customers", "outages.publish_notice"
    ): "outages:customer-wish",
    PUBLISHES: """
        outages:notice-publish outages:notice-at-once outages:notice-again outages:notice-decide
        outages:notice-withheld
        outages:delivery-resolve
    """,
    SECONDS_NOTICES: "outages:notice-approve",
    MANAGES_CHANNELS: """
        outages:channel-switch outages:channel-test outages:subscriber-add
        outages:subscriber-secret outages:subscriber-switch outages:subscriber-test
    """,
    WORKS: """
        outages:work-order-milestone outages:work-order-repair outages:work-order-result
        outages:work-order-leak-back
        outages:work-order-phone
        outages:work-order-posting outages:work-order-node
    """,
    OPERATES: """
        outages:work-order-acknowledge outages:work-order-step outages:work-order-step-photo
        outages:work-order-batch
    """,
    TAKES_REPORTS: "outages:desk-report outages:desk-close",
    SHOWS_PHONES: "outages:desk-customer-phone",
}
# name -> (rule, method)
DECLARED: Final[dict[str, tuple[Rule, str]]] = {
    name: (rule, method)
    for table, method in ((ASKED, "get"), (SENT, "post"))
    for rule, names in table.items()
    for name in names.split()
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


@dataclass(frozen=True)
class Visit:
    """One address of the walk, and who may open it by which method."""

    name: str
    url: str
    rule: Rule
    method: str

    def by(self, client: Client, *, other_way: bool = False) -> Any:
        """Ask as this client, by the declared method or by the other one."""
        is_get = (self.method == "get") is not other_way
        return (client.get if is_get else client.post)(self.url)


def walk() -> Iterator[Visit]:
    """Every own address but signing out, which would end the walk."""
    for name, url in own_addresses():
        if name != "logout":
            yield Visit(name, url, *DECLARED[name])


@dataclass(frozen=True)
class Member:
    """Somebody who is signed in, and what they may."""

    client: Client
    held: frozenset[str]


def member(role: Role | None, **more: Any) -> Member:
    """A browser in which somebody of this role is signed in."""
    sync_roles()
    user = get_user_model().objects.create(username=role.value if role else "nobody", **more)
    if role:
        user.groups.add(Group.objects.get(name=role.value))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Member(client, ROLE_PERMISSIONS[role] if role else frozenset())


def name_of(role: Role | None) -> str:
    return role.value if role else "no-role"


def test_every_address_says_who_may_open_it() -> None:
    names = {name for name, _url in own_addresses()}
    assert names - DECLARED.keys() == set(), "declare these in ASKED or SENT"
    assert DECLARED.keys() - names == set(), "these are gone"
    assert len(DECLARED) == sum(len(v.split()) for t in (ASKED, SENT) for v in t.values()), "twice"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role, None], ids=name_of)
def test_a_role_opens_what_it_may_and_nothing_else(role: Role | None) -> None:
    who = member(role)
    wrong = []
    for visit in walk():
        answer = visit.by(who.client)
        expected = may(visit.rule, who.held)
        opened = answer.status_code != 403 and not asked_to_sign_in(answer)
        if opened is not expected or answer.status_code == 500:
            wrong.append((visit, answer.status_code, "may" if expected else "may not"))
    assert wrong == []


@pytest.mark.django_db
def test_without_signing_in_only_the_public_pages_open() -> None:
    client = Client(raise_request_exception=False)
    for visit in walk():
        answer = visit.by(client)
        assert asked_to_sign_in(answer) is (visit.rule != PUBLIC), visit
        assert answer.status_code != 403, visit


@pytest.mark.django_db
def test_the_administration_is_closed_to_every_role() -> None:
    browsers = (member(Role.DISPATCHER).client, Client(raise_request_exception=False))
    for name, url in addresses():
        if not name.startswith("admin:") or name in ("admin:login", "admin:jsi18n"):
            continue
        for browser in browsers:
            assert browser.get(url).status_code in (301, 302, 403, 404), name


@pytest.mark.django_db
def test_the_gallery_opens_to_builders() -> None:
    assert member(Role.ADMIN, is_superuser=True).client.get("/gallery/").status_code == 200


@pytest.mark.django_db
@pytest.mark.urls("gisapp.public_side.urls")
def test_the_public_process_has_these_addresses_and_no_other() -> None:
    names = {name for name, _url in addresses()}
    files = {"public:current", "public:data", "public:tile", "public:feed", "public:calendar"}
    files |= {"public:alerts", "public:alert", "public:spoken"}
    pages = {"public:map", "public:outage", "public:report", "public:report-status", "home"}
    pages |= {"public:rate", "public:rate-report"}
    assert names == files | pages | {"switch-language", "switch-theme", "favicon", "health-live"}
