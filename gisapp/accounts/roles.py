"""Roles of the utility, and the one table of what each may do."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The value is the name of the group."""

    DISPATCHER = "dispatcher", _("Dispatcher")
    CALL_AGENT = "call_agent", _("Call agent")
    SHIFT_LEADER = "shift_leader", _("Shift leader")
    DEPARTMENT = "department", _("Handling department")
    CREW = "crew", _("Repair crew")
    PRODUCTION = "production", _("Production")
    DISPATCH_CENTRE = "dispatch_centre", _("Dispatch centre")
    GIS_EDITOR = "gis_editor", _("GIS editor")
    LEADER = "leader", _("Leader")
    SUPERVISION = "supervision", _("Supervision")
    ADMIN = "admin", _("Administrator")


ALL_PERMISSIONS: Final = frozenset(
    {
        "network.view_network",
        "network.import_network",
        "network.edit_network",
        "network.operate_valves",
        "network.operate_sources",
        "outages.view_outages",
        "outages.report_burst",
        "outages.plan_isolation",
        "outages.approve_plan",
        "outages.work_orders",
        "outages.operate_plan",
        "outages.enquire",
        "outages.view_customers",
        "outages.publish_notice",
        "outages.manage_channels",
        "outages.close_outage",
        "outages.view_audit",
        "outages.set_policy",
        "outages.view_breaches",
        "outages.view_interruptions",
        "outages.view_monthly",
        "outages.write_monthly",
        "outages.issue_monthly",
        # The duties of an outage: whose they are, and the papers that they wait for.
        "outages.act_for_call_centre",
        "outages.act_for_engineering",
        "outages.act_for_production",
        "outages.act_for_company_leader",
        "outages.hand_over_sheet",
        "outages.stop_plant",
        "outages.approve_outage",
        "outages.exchange",
        "outages.report_anomaly",
        "outages.issue_orders",
        "outages.handle_orders",
        "outages.approve_extensions",
        "outages.resolve_escalations",
        "outages.view_confidential",
        "outages.instruct",
        "outages.manage_departments",
        "outages.keep_shift",
        "outages.lead_shift",
        "outages.keep_roster",
        "outages.call_back",
        "outages.view_callbacks",
        "outages.close_callback",
        "outages.order_rectification",
    }
)

# Requirements 3.2. A dispatcher cannot publish; a crew sees its own orders only, hence no
# `view_outages`; only the crew that stands at the valve signs its steps.
CALL_DESK: Final = frozenset(
    {
        "network.view_network",
        "outages.view_outages",
        "outages.report_burst",
        "outages.enquire",
        "outages.view_customers",
        "outages.publish_notice",
        "outages.view_interruptions",
        "outages.view_monthly",
        "outages.write_monthly",
        "outages.issue_orders",
        "outages.act_for_call_centre",
        "outages.exchange",
        "outages.keep_shift",
        "outages.call_back",
        "outages.view_callbacks",
    }
)
ROLE_PERMISSIONS: Final[dict[Role, frozenset[str]]] = {
    Role.DISPATCHER: frozenset(
        {
            "network.view_network",
            "network.operate_valves",
            "outages.view_outages",
            "outages.report_burst",
            "outages.plan_isolation",
            "outages.approve_plan",
            "outages.enquire",
            "outages.view_customers",
            "outages.close_outage",
            "outages.act_for_engineering",
            "outages.hand_over_sheet",
            "outages.stop_plant",
            "outages.exchange",
            "outages.issue_orders",
            "outages.view_monthly",
            "outages.handle_orders",
            "outages.keep_roster",
            "outages.view_callbacks",
        }
    ),
    Role.CALL_AGENT: CALL_DESK,
    Role.SHIFT_LEADER: CALL_DESK
    | {"outages.lead_shift", "outages.issue_monthly", "outages.keep_roster"},
    # Whoever accepts orders for a department: the rules see to it that it is their own.
    Role.DEPARTMENT: frozenset(
        {
            "network.view_network",
            "outages.view_outages",
            "outages.handle_orders",
            "outages.view_monthly",
        }
    ),
    Role.CREW: frozenset({"network.view_network", "outages.work_orders", "outages.operate_plan"}),
    Role.PRODUCTION: frozenset(
        {
            "network.view_network",
            "network.operate_sources",
            "outages.view_outages",
            "outages.report_burst",
            "outages.act_for_production",
            "outages.hand_over_sheet",
            "outages.stop_plant",
            "outages.handle_orders",
            "outages.view_monthly",
        }
    ),
    Role.DISPATCH_CENTRE: frozenset(
        {
            "network.view_network",
            "network.operate_valves",
            "network.operate_sources",
            "outages.view_outages",
            "outages.exchange",
            "outages.report_anomaly",
        }
    ),
    Role.GIS_EDITOR: frozenset(
        {
            "network.view_network",
            "network.import_network",
            "network.edit_network",
            "network.operate_valves",
        }
    ),
    Role.LEADER: frozenset(
        {
            "network.view_network",
            "outages.view_outages",
            "outages.approve_plan",
            "outages.set_policy",
            "outages.view_breaches",
            "outages.view_interruptions",
            "outages.view_monthly",
            "outages.approve_outage",
            "outages.act_for_company_leader",
            "outages.approve_extensions",
            "outages.instruct",
            "outages.view_callbacks",
        }
    ),
    Role.SUPERVISION: frozenset(
        {
            "network.view_network",
            "outages.view_outages",
            "outages.view_customers",
            "outages.view_audit",
            "outages.view_breaches",
            "outages.view_confidential",
            "outages.resolve_escalations",
            "outages.view_interruptions",
            "outages.view_callbacks",
            "outages.close_callback",
            "outages.order_rectification",
            "outages.view_monthly",
        }
    ),
    Role.ADMIN: ALL_PERMISSIONS,
}


def sync_roles(*, using: str = DEFAULT_DB_ALIAS) -> frozenset[str]:
    """Make the group of every role hold exactly the permissions of the table.

    Safe to repeat, and quick where there is nothing to change. Returns the permissions of the
    table that no model declares yet; they are left out, and a later run adds them.
    """
    known = {
        f"{app_label}.{codename}": pk
        for pk, app_label, codename in Permission.objects.using(using).values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    with transaction.atomic(using=using):
        held = _held_permissions(using)
        for role, names in ROLE_PERMISSIONS.items():
            wanted = {known[name] for name in names & known.keys()}
            if held.get(role.value) != wanted:
                group, _created = Group.objects.using(using).get_or_create(name=role.value)
                group.permissions.set(sorted(wanted))
    return ALL_PERMISSIONS - known.keys()


def _held_permissions(using: str) -> dict[str, set[int]]:
    """Return name of each group -> ids of its permissions. One query."""
    held: dict[str, set[int]] = {}
    rows = Group.objects.using(using).values_list("name", "permissions")
    for name, permission in rows:
        held.setdefault(name, set())
        if permission is not None:
            held[name].add(permission)
    return held
